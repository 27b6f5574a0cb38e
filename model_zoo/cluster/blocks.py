"""Where the rows of a file begin: blocks that can be read anywhere, each on its own.

A block is so many rows of a file, and which rows those are depends on nothing but the file: it can
be read and scored again, on another machine, with the same result. Lines of CSV, TSV and JSON lines
are passed over once to find the bytes where blocks begin; Parquet says it in its summary.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from typing import IO, Any

from model_zoo.cluster.files import InputFile, look_up, opened, reason
from model_zoo.errors import DataError
from model_zoo.inference.score import WINDOW
from model_zoo.tables import separated
from model_zoo.tables.json_document import parsed
from model_zoo.tables.source import (
    MAX_LINE_CHARACTERS,
    PACKED,
    Source,
    check_columns,
    check_width,
)
from model_zoo.tables.table import ending_of
from model_zoo.text.tokens import without_surrogates

ROWS = 8 * WINDOW  # of a block, unless told otherwise
MOST_PIECES = 8  # of a row group of Parquet, which has to be unpacked from its beginning
_MOST_BYTES = 64_000_000  # of a block of lines: all of them are in memory while it is read
_HEAD_BYTES = 16_000_000  # of a file's beginning, which names its columns
_PLAIN = separated.Dialect(",")


@dataclass(frozen=True, slots=True)
class Block:
    """The rows `first` to `first + rows` of the file at `path`, its block `number`.

    `start` to `end` are the bytes of its lines; the rows themselves in Parquet.
    """

    path: str
    number: int
    first: int
    rows: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What is the same in all files of a run: the columns, which of them has the texts, and whether
    the first line of a CSV or TSV names them."""

    columns: tuple[str, ...]
    text: str
    header: bool = True

    @property
    def at(self) -> int:
        """The number of the column with the texts."""
        return self.columns.index(self.text)


def columns_of(path: str, *, header: bool = True) -> tuple[str, ...]:
    """The columns of a file, from its beginning; DataError where there are none to be found."""
    kind = ending_of(path)
    if kind == ".xlsx" or path.lower().endswith(PACKED):
        raise DataError(
            f"{path} cannot be read in blocks. Unpack it, or save it as CSV or Parquet, or leave "
            "out --cluster."
        )
    with opened(path) as stream:
        if kind == ".parquet":
            with _parquet(path, stream) as file:
                check_columns(path, file.schema_arrow.names)
                return tuple(file.schema_arrow.names)
        head = stream.read(_HEAD_BYTES)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(f"{path} is UTF-16. Save it as UTF-8.")
        if kind == ".jsonl":
            keys: dict[str, str] = {}
            for record in records(iter(_Lines(path, stream, _dialect(stream, kind)[1])), kind):
                _note_keys(keys, record, path)
            return _names(keys, path)
        whole = head if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n") + 1]
        text = whole.decode("utf-8", "replace")
        columns = separated.read(Source(text.encode(), path, header)).columns
        if any("\ufffd" in name for name in columns):
            raise DataError(f"{path} names its columns in no UTF-8. Save it as CSV UTF-8.")
        return columns


def find_blocks(file: InputFile, layout: Layout, rows: int = ROWS) -> list[Block]:
    """All rows of a file, `rows` a block; of Parquet more where its row groups are much larger.

    Raises DataError where the file cannot be read, has other columns or none of these rows, or was
    changed meanwhile.
    """
    check_unchanged(file)
    lines = ending_of(file.path) == ".jsonl"  # whose keys are seen where rows are looked for
    if not lines:
        _check_columns(file.path, columns_of(file.path, header=layout.header), layout)
    with opened(file.path) as stream:
        if ending_of(file.path) == ".parquet":
            with _parquet(file.path, stream) as table:
                return list(_of_parquet(file.path, table.metadata, rows))
        keys: dict[str, str] = {}
        blocks = list(_of_lines(file.path, stream, layout, rows, keys))
        if lines:
            _check_columns(file.path, _names(keys, file.path), layout)
        return blocks


def check_unchanged(file: InputFile) -> None:
    """Raises DataError where the file is not the one that was found at first."""
    if look_up(file.path) != file:
        raise DataError(f"{file.path} was changed while it was being read. Leave it as it was.")


def records(
    lines: Iterator[str], kind: str, how: separated.Dialect = _PLAIN
) -> Iterator[list[str] | dict[str, Any] | str]:
    """Each row that the lines hold, empty ones left out: its cells, its object, or what is wrong.

    >>> list(records(iter(["a,b\\n", "\\n", '"c\\n', 'd",e\\n']), ".csv"))
    [['a', 'b'], ['c\\nd', 'e']]
    >>> list(records(iter(['{"a": 1}\\n', "[2]\\n"]), ".jsonl"))
    [{'a': 1}, 'not a JSON object']
    """
    if kind == ".jsonl":
        for line in lines:
            if line.strip():
                found = _object(line)
                yield "not a JSON object" if found is None else found
        return
    reader = how.cells(lines)
    while True:
        try:
            if cells := next(reader):
                yield cells
        except StopIteration:
            return
        except csv.Error as error:
            yield f"not a row of a table: {error}"


def dialect_of(stream: IO[bytes], kind: str) -> separated.Dialect:
    """How the cells of a block of a CSV or TSV are told apart, from the file's beginning."""
    return replace(_dialect(stream, kind)[0], said=False)  # a line that says so is in no block


def _dialect(stream: IO[bytes], kind: str) -> tuple[separated.Dialect, int]:
    """The same of the whole file, and at which byte its first line begins."""
    stream.seek(0)
    head = stream.read(MAX_LINE_CHARACTERS)
    mark = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    whole = len(head) < MAX_LINE_CHARACTERS
    text = (head if whole else head[: head.rfind(b"\n") + 1])[mark:].decode("utf-8", "replace")
    lines = StringIO(text, newline="")
    first = text[: separated.HEAD_CHARACTERS]
    return separated.dialect(first, lines, tsv=kind == ".tsv", whole=whole), mark


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = parsed(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


class _Lines:
    """The lines of a stream as text, counting bytes; undecodable ones become surrogates.

    `row` counts those since it was last set to 0: a quotation mark left open would otherwise have
    the rest of the file taken for one cell.
    """

    def __init__(self, path: str, stream: IO[bytes], start: int) -> None:
        self._path, self.at, self.row = path, start, 0
        stream.seek(start)
        self._stream = io.BufferedReader(stream, 1 << 20)  # type: ignore[type-var]

    def __iter__(self) -> Iterator[str]:
        while line := self._stream.readline(MAX_LINE_CHARACTERS):
            self.at += len(line)
            self.row += len(line)
            if self.row >= MAX_LINE_CHARACTERS:
                raise DataError(
                    f"{self._path} has a row of more than {MAX_LINE_CHARACTERS:,} bytes after byte "
                    f"{self.at - self.row:,}. Is a quotation mark left open?"
                )
            yield line.decode("utf-8", "surrogateescape")


def _of_lines(
    path: str, stream: IO[bytes], layout: Layout, rows: int, keys: dict[str, str]
) -> Iterator[Block]:
    """The blocks of a file of lines; `keys` takes up those of JSON lines."""
    kind = ending_of(path)
    how, start = _dialect(stream, kind)
    lines = _Lines(path, stream, start)
    each = iter(lines)
    if how.said:
        next((line for line in each if line.strip()), None)
    found = records(each, kind, replace(how, said=False))
    if kind != ".jsonl" and layout.header:
        next((cells for cells in found if isinstance(cells, str) or "".join(cells).strip()), None)
    number = first = count = lines.row = 0
    start = lines.at
    for record in found:
        count += 1
        lines.row = 0
        _note_keys(keys, record, path)
        large = lines.at - start > _MOST_BYTES and not count % WINDOW
        if count - first == rows or large:
            yield Block(path, number, first, count - first, start, lines.at)
            number, first, start = number + 1, count, lines.at
    if count > first:
        yield Block(path, number, first, count - first, start, lines.at)


def _of_parquet(path: str, metadata: Any, rows: int) -> Iterator[Block]:
    groups = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    least = -(-max(groups, default=0) // MOST_PIECES)
    rows = rows if least <= rows else -(-least // WINDOW) * WINDOW
    edges = [*range(0, sum(groups), rows), sum(groups)]
    for number, (first, end) in enumerate(pairwise(edges)):
        yield Block(path, number, first, end - first, first, end)


def _note_keys(keys: dict[str, str], record: object, path: str) -> None:
    """Add the keys of an object, and what their columns are called, in the order they are met."""
    if isinstance(record, dict) and not record.keys() <= keys.keys():
        for key in record:
            keys.setdefault(key, without_surrogates(key))
        check_width(path, len(keys))


def _names(keys: Mapping[str, str], path: str) -> tuple[str, ...]:
    if not keys:
        raise DataError(f"{path} holds no JSON object with a key. Write one a line.")
    return tuple(dict.fromkeys(keys.values()))


def _check_columns(path: str, columns: Sequence[str], layout: Layout) -> None:
    """Raises DataError unless the columns are the layout's; objects may lack some of them."""
    lacking = ending_of(path) == ".jsonl" and layout.text in columns
    if tuple(columns) == layout.columns or (lacking and set(columns) <= set(layout.columns)):
        return
    odd = sorted(set(columns) ^ set(layout.columns)) or ["their order"]
    raise DataError(
        f"{path} has other columns than the first file ({', '.join(map(repr, odd[:3]))}). Score it "
        "in a run of its own."
    )


def _parquet(path: str, stream: IO[bytes]) -> Any:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(stream)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(
            f"{path} is not a Parquet file that can be read ({reason(error)})."
        ) from None
