"""When Python's collector of cyclic garbage looks through what, so that nobody waits for it.

By itself it looks through all objects that could be part of a cycle whenever there are a quarter
more of them, or somebody calls it. Here that is most of a million of them, nearly all made by
imports (torch, transformers, plotly, Streamlit): a pass takes some 0.15 s, no thread goes on
meanwhile, and a model that computes in that moment is shown as slow.

What was imported stays, so it is set aside (`gc.freeze`), and a pass looks through what came since.
Whatever is set aside is freed as ever once nothing refers to it; only cycles in it are not, such as
models and visits that have ended since. To find those, all has to be looked through after all, and
that is done when it matters or hurts nobody: after a model was unloaded, and between visits.
"""

import gc
from threading import Lock
from time import monotonic, perf_counter

# A pass that takes longer holds up who is being served. Objects are not counted: gc.get_objects
# takes hold of what other threads are building; a tuple of a generator ends in a SystemError there.
LONG_SECONDS = 0.01
SECONDS_QUIET = 60.0  # after which all is looked through again, if nobody is being served
SECONDS_BUSY = 600.0  # even if somebody is: what is set aside then is not kept for ever


class Collecting:
    """What is set aside, since when. One for the process, whose collector is one, too."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._settled = float("-inf")

    def settle(self) -> None:
        """Look through everything, free what is garbage, set the rest aside. Takes long."""
        with self._lock:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._settled = monotonic()

    def tidy(self, *, quiet: bool) -> None:
        """Free what came since and is garbage; if it is `quiet`, at times look through everything.

        If that takes long, there is much more than there was, later imports: it is set aside, too.
        """
        since = monotonic() - self._settled
        if since > SECONDS_BUSY:
            self.settle()
            return
        began = perf_counter()
        gc.collect()
        is_long = perf_counter() - began > LONG_SECONDS
        if quiet and (is_long or since > SECONDS_QUIET):
            self.settle()
        elif is_long:
            gc.freeze()


collecting = Collecting()  # one for the process
