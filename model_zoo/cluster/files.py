"""Input files wherever they are: folders, globs and object stores, through pyarrow."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from model_zoo.errors import DataError
from model_zoo.tables.table import SYNONYMS, WRITTEN

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

_ENDINGS = (*WRITTEN, *SYNONYMS)  # of files that are taken from a folder
_WILD = re.compile(r"[*?\[]")
_WILD_ADDRESS = re.compile(r"[*\[]")  # a question mark begins options there


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file by its path or address, its bytes, and when it was changed (nanoseconds, 0 unknown).

    Another size or time is taken for another file.
    """

    path: str
    size: int
    changed: int


def find(inputs: Sequence[str]) -> list[InputFile]:
    """The files that paths, folders, globs (`*`, `?`, `[…]` and `**`) and addresses name, sorted.

    Of a folder all tables in it, at any depth; names that begin with a dot or an underscore are
    left out. Raises DataError where something names no file.
    """
    files: dict[str, InputFile] = {}
    for given in inputs:
        matching = sorted(_matching(given), key=lambda file: file.path)
        if not matching:
            raise DataError(f"{given} holds no file of texts ({', '.join(WRITTEN)}). Name another.")
        files |= {file.path: file for file in matching}
    return list(files.values())


def look_up(path: str) -> InputFile:
    """The file as it is now; DataError where it is gone."""
    system, inner = filesystem(path)
    with _named(path):
        return _input_file(path, system.get_file_info(inner))


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """The file's bytes, to read anywhere in it; DataError, naming it, where that fails."""
    system, inner = filesystem(path)
    with _named(path), system.open_input_file(inner) as stream:
        yield stream


def filesystem(path: str) -> tuple["FileSystem", str]:
    """pyarrow's file system for a path or an address, and what the file is called there."""
    import pyarrow
    from pyarrow.fs import FileSystem, LocalFileSystem

    if "://" not in path:
        return LocalFileSystem(), str(Path(path).expanduser().absolute())
    try:
        return FileSystem.from_uri(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(
            f"{path[:200]} cannot be reached ({reason(error)}). Check address and rights."
        ) from None


def _matching(given: str) -> Iterator[InputFile]:
    from pyarrow.fs import FileSelector, FileType

    address = "://" in given
    there = not address and Path(given).expanduser().exists()  # whatever its name looks like
    wild = None if there else (_WILD_ADDRESS if address else _WILD).search(given)
    base = given[: given.rfind("/", 0, wild.start()) + 1] or "." if wild else given
    system, inner = filesystem(base)
    with _named(given):
        info = system.get_file_info(inner)
        if info.type == FileType.File and not wild:
            yield _input_file(given if address else inner, info)
            return
        if info.type == FileType.NotFound:
            return
        front, mark, options = base.partition("?") if address else (base, "", "")
        for inside in system.get_file_info(FileSelector(inner, recursive=True)):
            relative = inside.path.removeprefix(inner.rstrip("/")).lstrip("/")
            hidden = any(part.startswith((".", "_")) for part in relative.split("/"))
            if inside.type != FileType.File or hidden:
                continue
            if wild and not _fits(relative, given[len(base) :] if base != "." else given):
                continue
            if wild or inside.path.lower().endswith(_ENDINGS):
                whole = f"{front.rstrip('/')}/{relative}{mark}{options}"
                yield _input_file(whole if address else inside.path, inside)


def _fits(path: str, pattern: str) -> bool:
    """Whether a glob fits a path, part by part; `**` stands for any number of parts.

    >>> _fits("a/b.csv", "*/b.csv"), _fits("a/b.csv", "*.csv")
    (True, False)
    >>> _fits("a/b/c.csv", "**/*.csv"), _fits("c.csv", "**/*.csv")
    (True, True)
    """
    return _parts_fit(path.split("/"), pattern.split("/"))


def _parts_fit(path: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_parts_fit(path[at:], pattern[1:]) for at in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _parts_fit(path[1:], pattern[1:])


def _input_file(path: str, info: Any) -> InputFile:
    from pyarrow.fs import FileType

    if info.type != FileType.File:
        raise DataError(f"{path} does not exist, or is not a file. Check the name.")
    return InputFile(path, info.size, info.mtime_ns or 0)


@contextmanager
def _named(path: str) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(
            f"{path} cannot be read ({reason(error)}). Check it, and the rights."
        ) from None


def reason(error: Exception) -> str:
    """An error of another package in a line that fits into a sentence."""
    return (str(error).splitlines() or [type(error).__name__])[0][:160].rstrip(".")


def differing(before: Iterable[InputFile], now: Iterable[InputFile]) -> list[str]:
    """Paths of files that are new, gone or changed.

    >>> differing([InputFile("a", 1, 0), InputFile("b", 1, 0)], [InputFile("a", 2, 0)])
    ['a', 'b']
    """
    return sorted({file.path for file in set(before) ^ set(now)})
