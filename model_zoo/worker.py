"""What a process does that was started to do one thing for another one that waits."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

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
