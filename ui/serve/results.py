"""Results that are kept for all visitors, under one rule for every kind of them.

A result is kept under what was computed, the model with the weights it has now, and what it was
computed of. Weights that change on disk are other weights, so that no page shows results of the old
ones beside those of the new ones. Not `st.cache_data`: that may neither show progress nor wait for
a turn while it computes.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any, TypeVar

Result = TypeVar("Result")
Advance = Callable[[int], None]  # told of rows computed since
Begin = Callable[[], AbstractContextManager[Advance]]


def at_once() -> AbstractContextManager[Advance]:
    """A Begin that waits for nothing and shows nothing."""
    return nullcontext(lambda *_: None)


class Results:
    """The newest results of each kind, `limits[kind]` of them. Knows nothing of Streamlit.

    What is kept is shared by all threads as it is, so it must not be written to.
    """

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {kind: OrderedDict() for kind in limits}
        self._lock = Lock()

    def get(
        self,
        kind: str,
        key: Hashable,
        compute: Callable[[Advance], Result],
        begin: Begin = at_once,
    ) -> Result:
        """What is kept of this `kind` under `key`; computed if there is nothing.

        That is done within `begin`, and what that gives is told of progress. Both may raise to
        stop, and then nothing is kept. Two who ask at once may both compute: to make one wait for
        the other, who may be waiting for a turn, could leave both waiting for ever.
        """
        kept = self._kept[kind]
        with self._lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        with begin() as advance:
            result = compute(advance)
        with self._lock:
            kept[key] = result
            while len(kept) > self._limits[kind]:
                kept.popitem(last=False)
        return result

    def look(self, kind: str, key: Hashable) -> Any | None:
        """What is kept of this `kind` under `key`, None if there is nothing; computes nothing."""
        with self._lock:
            return self._kept[kind].get(key)
