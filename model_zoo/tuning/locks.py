"""Locks between processes, which the system opens when their holder ends, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from model_zoo.errors import TrainingError

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(file: Path) -> Iterator[bool]:
    """Whether this block holds the lock `file`; False at once where another process does.

    TrainingError where the file cannot be made.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise TrainingError(
            f"{file.parent} cannot be written to ({error.strerror}). Make room, or set "
            "QUARTET_TRAININGS to a folder that can."
        ) from error
    try:
        try:
            _lock(handle)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def is_held(file: Path) -> bool:
    """Whether some process holds the lock `file`."""
    with suppress(TrainingError):
        if file.exists():
            with held(file) as mine:
                return not mine
    return False
