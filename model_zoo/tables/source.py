"""A file of rows before its format counts: its bytes, its lines, and how much is too much.

Files come from anybody. What cannot be used is refused with one sentence that says where and what
to do; lines and cells are bounded, so that no file can fill the memory.
"""

import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from model_zoo.errors import DataError
from model_zoo.text.tokens import without_surrogates

MAX_CELL_CHARACTERS = 100_000
MAX_LINE_CHARACTERS = 1_000_000
MAX_COLUMNS = 500
CHUNK = 2048  # rows that are held at once

Row = tuple[str, ...]  # a cell a column; all cells are text


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rows: its path or its bytes, and the `name` that errors call it by.

    `header` is false where the first line of a CSV or TSV is a row.
    """

    file: Path | bytes
    name: str
    header: bool = True

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The file's bytes as a stream, from the start."""
        file = self.file
        with io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") as stream:
            yield stream

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
            text = io.TextIOWrapper(stream, encoding="utf-16" if wide else "utf-8-sig", newline="")
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
                        raise DataError(
                            f"{self.name}, line {number} holds a NUL character: the file is "
                            "damaged or not text. Save it again as CSV (UTF-8)."
                        )
                    yield line
            except UnicodeDecodeError as error:
                encoding = "UTF-16 text, as its first bytes say" if wide else "UTF-8 text"
                raise DataError(
                    f"{self.name} is not {encoding} (after line {number}: byte "
                    f"{error.object[error.start]:#04x}). Save it as CSV UTF-8."
                ) from None


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
                "first line is a row already, say that there is no header."
            )
