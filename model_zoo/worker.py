"""What a process does that has one thing to do: give way, say what was wrong, stop when asked."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from model_zoo.errors import ZooError

LAST = 19  # of niceness: when nobody else wants the processor


def give_way(niceness: int = LAST) -> None:
    """Let others on the machine go first: whoever is being served."""
    with suppress(AttributeError, OSError):  # not on Windows
        os.nice(niceness)


def work(do: Callable[[], None], niceness: int = LAST) -> int:
    """Do it, giving way to others; the exit code. The last line on stderr says what was wrong."""
    give_way(niceness)
    try:
        do()
    except ZooError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@contextmanager
def stoppable() -> Iterator[Callable[[], str]]:
    """Within the block, Ctrl+C and SIGTERM ask for a pause instead of ending the process.

    The block gets what it is asked: "pause", or "". A second signal ends the process at once.
    Only the main thread can be asked.
    """
    asked: list[str] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: ""
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append("pause")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked[0] if asked else ""
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
