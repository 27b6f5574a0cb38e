"""Where the rows of a file begin: blocks that can be read anywhere, each on its own.

A block is so many rows of a file, and which rows those are depends on nothing but the file: it can
be read and scored again, on another machine, with the same result. Lines of CSV, TSV and JSON lines
are passed over once to find the bytes where blocks begin; Parquet says it in its summary.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import IO, Any

from model_zoo.cluster.files import InputFile, look_up, opened, reason
from model_zoo.errors import DataError
from model_zoo.reading.score import WINDOW
from model_zoo.tables import separated
from model_zoo.tables.source import MAX_LINE_CHARACTERS, Source, check_columns, check_width
from model_zoo.tables.table import ending_of
from model_zoo.text.tokens import without_surrogates

ROWS = 8 * WINDOW  # of a block, unless told otherwise
MOST_PIECES = 8  # of a row group of Parquet, which has to be unpacked from its beginning
_MOST_BYTES = 64_000_000  # of a block of lines: all of them are in memory while it is read
_HEAD_BYTES = 16_000_000  # of a file's beginning, which names its columns


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
    with opened(path) as stream:
        if kind == ".parquet":
            with _parquet(path, stream) as file:
                check_columns(path, file.schema_arrow.names)
                return tuple(file.schema_arrow.names)
        head = stream.read(_HEAD_BYTES)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(f"{path} is UTF-16. Save it as UTF-8.")
        whole = head if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n") + 1]
        if kind == ".jsonl":
            return _keys(path, whole)
        return separated.columns(Source(whole, path, header))


def find_blocks(file: InputFile, layout: Layout, rows: int = ROWS) -> list[Block]:
    """All rows of a file, `rows` a block; of Parquet more where its row groups are much larger.

    Raises DataError where the file cannot be read, has other columns or none of these rows, or was
    changed meanwhile.
    """
    check_unchanged(file)
    _check_columns(file.path, columns_of(file.path, header=layout.header), layout)
    with opened(file.path) as stream:
        if ending_of(file.path) == ".parquet":
            with _parquet(file.path, stream) as table:
                return list(_of_parquet(file.path, table.metadata, rows))
        return list(_of_lines(file.path, stream, layout, rows))


def check_unchanged(file: InputFile) -> None:
    """Raises DataError where the file is not the one that was found at first."""
    if look_up(file.path) != file:
        raise DataError(f"{file.path} was changed while it was being read. Leave it as it was.")


def records(
    lines: Iterator[str], kind: str, separator: str = ","
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
    how: Any = (
        {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
        if kind == ".tsv"
        else {"delimiter": separator, "strict": True}
    )
    reader = csv.reader(lines, **how)
    while True:
        try:
            if cells := next(reader):
                yield cells
        except StopIteration:
            return
        except csv.Error as error:
            yield f"not a row of a table: {error}"


def separator_of(stream: IO[bytes]) -> tuple[str, int]:
    """What separates the cells of a CSV, and at which byte its first line begins."""
    stream.seek(0)
    head = stream.read(1 << 16)
    if b"\n" not in head:
        head += stream.read(MAX_LINE_CHARACTERS)
    mark = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    return separated.delimiter(head[mark:].partition(b"\n")[0].decode("utf-8", "replace")), mark


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
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


def _of_lines(path: str, stream: IO[bytes], layout: Layout, rows: int) -> Iterator[Block]:
    kind = ending_of(path)
    separator, start = separator_of(stream)
    lines = _Lines(path, stream, start)
    found = records(iter(lines), kind, separator)
    if kind != ".jsonl" and layout.header:
        next(found)
    number = first = count = lines.row = 0
    start = lines.at
    for _ in found:
        count += 1
        lines.row = 0
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


def _keys(path: str, head: bytes) -> tuple[str, ...]:
    """The keys of the first hundred objects, in the order they are met."""
    lines = io.BytesIO(head)
    found = records((line.decode("utf-8", "replace") for line in lines), ".jsonl")
    keys: dict[str, None] = {}
    for record in islice(found, 100):
        if isinstance(record, dict):
            keys |= dict.fromkeys(map(without_surrogates, record))
            check_width(path, len(keys))
    if not keys:
        raise DataError(f"{path} holds no JSON object with a key.")
    return tuple(keys)


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
