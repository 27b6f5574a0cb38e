"""A file of rows before its format counts: its bytes, its lines, and how much is too much.

Files come from anybody. What cannot be used is refused with one sentence that says where and what
to do; lines and cells are bounded, so that no file can fill the memory. What was uploaded is
bounded as a whole besides, before any of it is taken apart.
"""

import gzip
import io
import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from model_zoo.errors import DataError
from model_zoo.text.tokens import without_surrogates

MAX_CELL_CHARACTERS = 100_000
MAX_LINE_CHARACTERS = 1_000_000
MAX_COLUMNS = 500
MAX_UPLOAD_LINES = 2_000_000
MAX_UPLOAD_BYTES = 200_000_000  # unpacked
CHUNK = 2048  # rows that are held at once
PACKED = ".gz"  # how the name of a file ends that gzip made smaller

Row = tuple[str, ...]  # a cell a column; all cells are text
Values = tuple[object, ...]  # the same as the file has them: numbers, truth values, None


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rows: its path or its bytes, and the `name` that errors call it by.

    `header` is false where the first line of a CSV or TSV is a row; `sheet` is the one wanted of a
    workbook, the first if None; `encoding` that of a text file, None for what its first bytes say.
    """

    file: Path | bytes
    name: str
    header: bool = True
    sheet: str | None = None
    encoding: str | None = None

    @property
    def uploaded(self) -> bool:
        """Whether it came as bytes, from anybody, and is bounded as a whole."""
        return isinstance(self.file, bytes)

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The file's bytes as a stream, from the start, unpacked; DataError if that fails."""
        file = self.file
        with ExitStack() as stack:
            stream: IO[bytes] = stack.enter_context(
                io.BytesIO(file) if isinstance(file, bytes) else file.open("rb")
            )
            if self.name.lower().endswith(PACKED):
                unpacked = stack.enter_context(gzip.GzipFile(fileobj=stream, mode="rb"))
                stream = io.BufferedReader(unpacked, 1 << 16)
            try:
                yield stream
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise DataError(
                    f"{self.name} cannot be unpacked ({error}). Pack it again with gzip, or give "
                    "it as it is."
                ) from None

    def lines(self) -> Iterator[str]:
        """The lines of a text file with their ends, decoded; none is longer than the bound.

        Raises DataError at a line that is, that holds a NUL, or that cannot be decoded.

        >>> list(Source(b"text,label\\nGood.,1", "a.csv").lines())
        ['text,label\\n', 'Good.,1']
        """
        with self.opened() as stream:
            start = stream.read(2)
            stream.seek(0)
            wide = start in (b"\xff\xfe", b"\xfe\xff")  # what Excel calls "Unicode text"
            encoding = self.encoding or ("utf-16" if wide else "utf-8-sig")
            text = io.TextIOWrapper(stream, encoding=encoding, newline="")
            number = 0
            try:
                while line := text.readline(MAX_LINE_CHARACTERS):
                    number += 1
                    if len(line) == MAX_LINE_CHARACTERS:
                        raise DataError(
                            f"{self.name}, line {number} is longer than {MAX_LINE_CHARACTERS:,} "
                            "characters. Is a quotation mark left open, or is this not a table of "
                            "texts?"
                        )
                    if "\0" in line:
                        likely = " (probably UTF-16 or UTF-32)" * (4 * line.count("\0") > len(line))
                        raise DataError(
                            f"{self.name}, line {number} holds a NUL character: the file is "
                            f"damaged or not text{likely}. Save it again as CSV (UTF-8)."
                        )
                    yield line
            except UnicodeDecodeError as error:
                kind = "UTF-16 text, as its first bytes say" if wide else "UTF-8 text"
                raise DataError(
                    f"{self.name} is not {kind} (after line {number}: byte "
                    f"{error.object[error.start]:#04x}). Save it as CSV UTF-8."
                ) from None


@dataclass(frozen=True, slots=True)
class Content:
    """What a format makes of a file: its columns, and how to read its rows.

    `numbered()` gives every row from the first: the number of its `unit`, and a value a column;
    all of them are sound text already where `plain`. `notes` are sentences on how the file was
    read. `nested` says where a column first holds a list or an object, if any. `types` are Arrow's
    types of columns, where the file has such.
    """

    columns: tuple[str, ...]
    numbered: Callable[[], Iterator[tuple[int, Values]]]
    unit: str = "line"
    plain: bool = False
    notes: tuple[str, ...] = ()
    nested: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, Any] = field(default_factory=dict)


def cell_text(value: object, where: str, column: str) -> str:
    """A value from a file as a cell: "" for nothing and NaN, JSON for lists and dictionaries.

    Raises DataError, with `where` it stands, if that is too long or nested too deep.

    >>> [cell_text(value, "a.jsonl, line 1", "n") for value in (None, 2.5, ["a", 1])]
    ['', '2.5', '["a", 1]']
    """
    if isinstance(value, (dict, list)):
        try:
            value = json.dumps(value, default=str, ensure_ascii=False)
        except RecursionError:
            raise DataError(f"{where}: {column!r} is nested too deep. Write plain text.") from None
    nothing = value is None or (isinstance(value, float) and math.isnan(value))
    text = "" if nothing else without_surrogates(str(value))
    if len(text) > MAX_CELL_CHARACTERS:
        raise DataError(
            f"{where}: {column!r} holds more than {MAX_CELL_CHARACTERS:,} characters. Shorten it; "
            "the models read 512 tokens at most."
        )
    return text


def check_width(name: str, columns: int) -> None:
    """Raises DataError if the file `name` has more than MAX_COLUMNS columns."""
    if columns > MAX_COLUMNS:
        raise DataError(
            f"{name} has {columns:,} columns; {MAX_COLUMNS} are the most. Leave out those that "
            "hold neither texts nor labels."
        )


def check_columns(name: str, columns: Sequence[str]) -> None:
    """Raises DataError if the file `name` has too many columns, or two of the same name."""
    check_width(name, len(columns))
    for at, column in enumerate(columns):
        if column in columns[:at]:
            raise DataError(
                f"{name} has two columns named {column[:60]!r}. Name each differently; if the "
                "first line is a row already, say that there is no header (--no-header)."
            )


def check_size(source: Source, unpacked: int, lines: int = 0) -> None:
    """Raises DataError if what was uploaded takes more bytes, or has more lines, than it may."""
    if not source.uploaded:
        return
    if unpacked > MAX_UPLOAD_BYTES:
        raise DataError(
            f"{source.name} takes more than {MAX_UPLOAD_BYTES // 1_000_000} MB once it is "
            "unpacked. Leave columns or rows out, or use the command line, which reads files of "
            "any size."
        )
    if lines > MAX_UPLOAD_LINES:
        raise DataError(
            f"{source.name} has more than {MAX_UPLOAD_LINES:,} lines. Leave rows and blank lines "
            "out, or use the command line, which reads files of any size."
        )
