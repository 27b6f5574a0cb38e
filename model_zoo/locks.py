"""Locks between processes and threads, which the system opens when their holder ends, anyhow."""

import errno
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from model_zoo.errors import DataError
from model_zoo.whole_files import clear_asides

_LOOK_S = 0.001  # at most, until a look is over that somebody else takes at a lock
_UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}  # on some network drives

if sys.platform == "win32":
    import msvcrt

    def _try(handle: int, shared: bool) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # which knows of no shared lock

    def _release(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try(handle: int, shared: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)

    def _release(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def held(file: Path, *, wait_s: float = 0.0, passing: bool = False) -> Iterator[bool]:
    """Whether this block holds the lock `file`, which is made; False where another does still.

    For that it waits `wait_s` seconds at most. A `passing` lock is deleted by the block that held
    it. Where the file system knows of no locks every block holds it. Raises OSError where the file
    cannot be made.
    """
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            mine = _taken(handle, wait_s)
            if mine and _is_deleted(handle):  # by whoever held it until now
                continue
            try:
                yield mine
            finally:
                if mine and passing:
                    with suppress(OSError):
                        file.unlink()
            return
        finally:
            os.close(handle)


def is_held(file: Path) -> bool:
    """Whether some block holds the lock `file`. Looking keeps nobody from taking it."""
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _gets(handle, shared=True)
    finally:
        os.close(handle)


@contextmanager
def writing(
    out: Path, *sources: Path | None, option: str = "--out", parents: bool = False
) -> Iterator[None]:
    """A block that alone writes the file or folder `out`, which is none of the `sources`.

    Its lock lies beside that meanwhile. With `parents` the folders that it is to be in are made,
    and those that stay empty deleted. Raises DataError where it is a source, which would be lost,
    where another block is writing it, or where nothing can be written beside it. `option` is how
    it was named.
    """
    check_apart(out, *sources, option=option)
    place = out.resolve() if out.is_dir() else out.parent.resolve() / out.name
    with ExitStack() as stack:
        if parents:
            stack.enter_context(_folders(place))
        try:
            lock = held(place.with_name(f".{place.name}.lock"), passing=True)
            mine = stack.enter_context(lock)
            if mine:
                clear_asides(place)
        except OSError as error:
            raise DataError(
                f"{out} cannot be written ({error.strerror}). Choose another {option}."
            ) from error
        if not mine:
            raise DataError(
                f"{out} is being written by another run. Wait until that has ended, or choose "
                f"another {option}."
            )
        yield


@contextmanager
def _folders(place: Path) -> Iterator[None]:
    new = [folder for folder in place.parents if not folder.exists()]
    with suppress(OSError):  # which the lock meets as well
        place.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for folder in new:  # the innermost first
            with suppress(OSError):
                folder.rmdir()


def check_apart(out: Path, *sources: Path | None, option: str = "--out") -> None:
    """Raises DataError where `out` is one of the `sources`, which would be lost."""
    for source in sources:
        with suppress(OSError, ValueError):  # there is no such file: nothing is lost
            if source is not None and out.samefile(source):
                raise DataError(
                    f"{out} is what is to be read, and would be lost. Choose another {option}."
                )


def _taken(handle: int, wait_s: float) -> bool:
    """Take the lock, unless somebody holds it; those who only look are waited for in any case."""
    until = time.monotonic() + wait_s
    while not _gets(handle):
        if _gets(handle, shared=True):
            _release(handle)
        elif time.monotonic() >= until:
            return False
        time.sleep(random.uniform(0, _LOOK_S))
    return True


def _gets(handle: int, *, shared: bool = False) -> bool:
    try:
        _try(handle, shared)
    except OSError as error:
        return error.errno in _UNKNOWN
    return True


def _is_deleted(handle: int) -> bool:
    try:
        return not os.fstat(handle).st_nlink
    except OSError:  # what network drives say of it
        return True
