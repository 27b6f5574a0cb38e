"""Tables of texts: CSV, TSV, JSON lines and Parquet, read and written a chunk at a time.

Files come from anybody. What cannot be used is refused with one sentence that says where and what
to do; lines and cells are bounded, so that no file can fill the memory. All cells are text.
"""

import csv
import io
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from model_zoo.errors import DataError
from model_zoo.tables.parquet_pages import weigh
from model_zoo.text.tokens import without_surrogates

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData, ParquetFile

FORMATS = (".csv", ".tsv", ".jsonl", ".parquet")
MAX_CELL_CHARACTERS = 100_000
MAX_LINE_CHARACTERS = 1_000_000
MAX_COLUMNS = 500
MAX_PARQUET_BYTES = 2_000_000_000  # once unpacked
MAX_HELD_BYTES = 100_000_000  # of a Parquet file at once: a page of every column
MAX_LIST_VALUES = 1_000_000  # in the lists of a column of a row group: one row may hold them all
CHUNK = 2048

Row = tuple[str, ...]
_FOREIGN = {  # how files begin that are often renamed to .csv
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows. `source` is its path, or its bytes; `name` is what to call it in errors.

    `header` is false where the first line of a CSV or TSV is a row; columns are then numbered.
    """

    source: Path | bytes
    name: str
    columns: tuple[str, ...]
    header: bool = True

    def rows(self) -> Iterator[Row]:
        """Every row, a cell a column; "" where a JSON line or a Parquet row has nothing.

        Raises DataError at the first row that cannot be used.
        """
        kind = _kind(self.name)
        if kind == ".parquet":
            yield from _parquet_rows(self)
        elif kind == ".jsonl":
            yield from _json_rows(self)
        else:
            lines = _separated(self.source, self.name)
            if self.header:
                next(lines)
            yield from (row for _, row in _even(lines, self))

    def chunks(self, size: int = CHUNK) -> Iterator[list[Row]]:
        """The rows, `size` at a time; the last chunk may be shorter."""
        rows = self.rows()
        while chunk := list(islice(rows, size)):
            yield chunk

    def column(self, name: str) -> int:
        """The number of the column `name`; DataError, listing those there are, if it is none."""
        try:
            return self.columns.index(name)
        except ValueError:
            raise DataError(
                f"{self.name} has no column {name!r}. Its columns: {', '.join(self.columns)}."
            ) from None


def open_table(source: Path | bytes, name: str | None = None, *, header: bool = True) -> Table:
    """The table in a file, or in bytes that come under a file `name`; reads only its beginning.

    Raises DataError where that shows that it cannot be used.
    """
    if isinstance(source, Path) and not source.is_file():
        raise DataError(f"{source} does not exist, or is not a file.")
    if name is None:
        name = str(source) if isinstance(source, Path) else "The file"
    kind = _kind(name)
    with _opened(source) as stream:
        start = stream.read(4)
    if not start:
        raise DataError(f"{name} is empty. Choose a file with a line of column names and rows.")
    foreign = next((what for magic, what in _FOREIGN.items() if start.startswith(magic)), None)
    if foreign and kind != ".parquet":
        raise DataError(
            f"{name} is {foreign}, whatever its name says. Save it as CSV (UTF-8), or give a "
            "Parquet file its own ending."
        )
    if kind == ".parquet":
        columns = _parquet_columns(source, name)
    elif kind == ".jsonl":
        columns = _json_columns(source, name)
    else:
        columns = _separated_columns(source, name, header)
    table = Table(source, name, columns, header)
    if next(table.rows(), None) is None:
        raise DataError(f"{name} has column names but no rows.")
    return table


def looks_like_data(columns: Sequence[str]) -> bool:
    """Whether what should be column names looks like a first row: sentences, numbers or blanks."""
    return any(
        not column.strip() or len(column.split()) > 6 or _is_number(column) for column in columns
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _kind(name: str) -> str:
    """The format a file's name promises; whatever is none of FORMATS is taken for CSV."""
    ending = Path(name).suffix.lower()
    if ending in (".json", ".ndjson"):
        return ".jsonl"
    return ending if ending in FORMATS else ".csv"


@contextmanager
def _opened(source: Path | bytes) -> Iterator[IO[bytes]]:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        yield stream


def _lines(source: Path | bytes, name: str) -> Iterator[str]:
    """The lines of a text file with their ends, decoded; none is longer than the bound."""
    with _opened(source) as stream:
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
                        f"{name}, line {number} is longer than {MAX_LINE_CHARACTERS:,} characters. "
                        "Is a quotation mark left open, or is this not a table of texts?"
                    )
                if "\0" in line:
                    raise DataError(
                        f"{name}, line {number} holds a NUL character: the file is damaged or not "
                        "text. Save it again as CSV (UTF-8)."
                    )
                yield line
        except UnicodeDecodeError as error:
            what = "UTF-16 text, as its first bytes say" if wide else "UTF-8 text"
            raise DataError(
                f"{name} is not {what} (after line {number}: byte "
                f"{error.object[error.start]:#04x}). Save it as CSV UTF-8."
            ) from None


def _separated(source: Path | bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of a CSV or TSV, empty lines left out.

    A name ending in .tsv is read as tab-separated without quoting, as GLUE's files are.
    """
    read = 0  # characters of the row that is being read: quoted cells may run over many lines

    def lines() -> Iterator[str]:
        nonlocal read
        for line in _lines(source, name):
            read += len(line)
            if read > MAX_LINE_CHARACTERS:
                raise csv.Error(f"a row of more than {MAX_LINE_CHARACTERS:,} characters")
            yield line

    if _kind(name) == ".tsv":
        reader = csv.reader(lines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines(), delimiter=_delimiter(source, name), strict=True)
    try:
        for row in reader:
            read = 0
            if row:
                if max(map(len, row)) > MAX_CELL_CHARACTERS:
                    raise csv.Error("field larger than the limit")
                yield reader.line_num, row
    except csv.Error as error:
        problem = (
            f"holds a cell of more than {MAX_CELL_CHARACTERS:,} characters"
            if "field larger" in str(error)
            else f"cannot be read ({error})"
        )
        raise DataError(
            f"{name}, line {reader.line_num} {problem}. Is a quotation mark left open?"
        ) from None


def _delimiter(source: Path | bytes, name: str) -> str:
    """Comma, semicolon (as Excel writes in much of Europe) or tab: the commonest in line one.

    What stands in quotation marks there does not count.
    """
    first = re.sub('"[^"]*"', "", next(_lines(source, name), ""))
    return max(",;\t", key=first.count)


def _separated_columns(source: Path | bytes, name: str, header: bool) -> tuple[str, ...]:
    first = next(_separated(source, name), None)
    if first is None:
        raise DataError(f"{name} holds nothing but blank lines.")
    cells = first[1]
    if not header:
        _bounded(name, len(cells))
        return tuple(f"column {i}" for i in range(1, len(cells) + 1))
    return _distinct(name, [cell.strip() for cell in cells])


def _distinct(name: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of the file `name`; DataError if there are too many or two of the same name."""
    _bounded(name, len(columns))
    for at, column in enumerate(columns):
        if column in columns[:at]:
            raise DataError(
                f"{name} has two columns named {column[:60]!r}. Name each differently; if the "
                "first line is a row already, say that there is no header."
            )
    return tuple(columns)


def _bounded(name: str, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise DataError(
            f"{name} has {columns:,} columns; {MAX_COLUMNS} are the most. Leave out those that "
            "hold neither texts nor labels."
        )


def _even(lines: Iterator[tuple[int, list[str]]], table: Table) -> Iterator[tuple[int, Row]]:
    for number, row in lines:
        if len(row) != len(table.columns):
            raise DataError(
                f"{table.name}, line {number} has {len(row)} cells where {len(table.columns)} are "
                "expected. Put texts that hold the separator into quotation marks."
            )
        yield number, tuple(row)


def _json_records(source: Path | bytes, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_lines(source, name), start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                raise DataError(
                    f"{name}, line {number} is not a JSON object. Write one object a line, as in "
                    '{"text": "Great fun.", "label": 1}.'
                )
            yield number, record


def _json_columns(source: Path | bytes, name: str) -> tuple[str, ...]:
    """The keys of the first hundred lines, in the order they are met."""
    columns: dict[str, None] = {}
    for _, record in islice(_json_records(source, name), 100):
        columns |= dict.fromkeys(map(without_surrogates, record))
        _bounded(name, len(columns))
    if not columns:
        raise DataError(f"{name} holds no JSON object with a key.")
    return tuple(columns)


def _json_rows(table: Table) -> Iterator[Row]:
    for number, record in _json_records(table.source, table.name):
        where = f"{table.name}, line {number}"
        yield tuple(_cell(record.get(column), where, column) for column in table.columns)


def _cell(value: object, where: str, column: str) -> str:
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


@contextmanager
def _parquet(source: Path | bytes, name: str) -> "Iterator[tuple[ParquetFile, int]]":
    """The file, and how many of its rows may be read at once; DataError if it holds too much.

    Texts come as dictionaries, in which what is repeated in the file takes its room only once.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with _opened(source) as stream, ParquetFile(stream) as file:
            _bounded(name, file.metadata.num_columns)
            _distinct(name, file.schema_arrow.names)
            rows = _rows_at_once(stream, file.metadata, name)
            texts = [
                column.path
                for column in map(file.schema.column, range(file.metadata.num_columns))
                if column.physical_type == "BYTE_ARRAY" and not column.max_repetition_level
            ]
            stream.seek(0)
            with ParquetFile(stream, metadata=file.metadata, read_dictionary=texts) as lean:
                yield lean, rows
    except (pyarrow.ArrowException, OSError, ValueError, ArithmeticError, LookupError) as error:
        # the last three: dates, zones and texts that there are not
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"{name} is not a Parquet file that can be read ({why[:120]}). "
            "Write it again, or save it as CSV."
        ) from None


def _rows_at_once(stream: IO[bytes], about: "FileMetaData", name: str) -> int:
    columns = weigh(stream, about)
    total, held = (sum(getattr(c, what) for c in columns) for what in ("total_bytes", "page_bytes"))
    if total > MAX_PARQUET_BYTES:
        raise DataError(
            f"{name} takes {total / 1e9:.1f} GB unpacked; {MAX_PARQUET_BYTES / 1e9:.0f} GB "
            "are the most. Split it."
        )
    if held > MAX_HELD_BYTES:
        raise DataError(
            f"{name} takes {held / 1e6:,.0f} MB at once to unpack; {MAX_HELD_BYTES / 1e6:,.0f} MB "
            "are the most. Write it with smaller pages, or save it as CSV."
        )
    for column in columns:
        if column.lists and column.values > MAX_LIST_VALUES:
            raise DataError(
                f"{name}: the lists of {column.name!r} hold {column.values:,} values. Leave that "
                "column out."
            )
    row = sum(column.row_bytes for column in columns)
    return max(1, min(CHUNK, int(MAX_HELD_BYTES / max(1.0, row))))


def _parquet_columns(source: Path | bytes, name: str) -> tuple[str, ...]:
    with _parquet(source, name) as (file, _):
        return tuple(map(without_surrogates, file.schema_arrow.names))


def _parquet_rows(table: Table) -> Iterator[Row]:
    with _parquet(table.source, table.name) as (file, rows):
        number = 0
        for batch in file.iter_batches(rows):
            for values in zip(*map(_values, batch.columns), strict=True):
                number += 1
                where = f"{table.name}, row {number}"
                yield tuple(
                    _cell(value, where, column)
                    for value, column in zip(values, table.columns, strict=True)
                )


def _values(column: Any) -> list[object]:
    """A column's values; those of a dictionary are shared by its rows."""
    import pyarrow

    if not isinstance(column, pyarrow.DictionaryArray):
        return column.to_pylist()
    known = column.dictionary.to_pylist()
    return [None if at is None else known[at] for at in column.indices.to_pylist()]


class Writer:
    """Rows into a stream of one of FORMATS; a context manager, which finishes the file.

    Columns hold text but for `numbers`, which hold numbers or None. With `safe`, text cells of a
    CSV or TSV that a spreadsheet would take for a formula get an apostrophe before them.
    """

    def __init__(
        self,
        stream: IO[bytes],
        kind: str,
        columns: Sequence[str],
        *,
        numbers: Collection[str] = (),
        safe: bool = True,
    ) -> None:
        self._kind, self._columns, self._numbers, self._safe = kind, columns, numbers, safe
        self._parquet: Any = None
        self._text: io.TextIOWrapper | None = None
        if kind == ".parquet":
            self._parquet = _parquet_writer(stream, columns, numbers)
            return
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        if kind != ".jsonl":
            how: Any = {"delimiter": "\t"} if kind == ".tsv" else {"quoting": csv.QUOTE_NONNUMERIC}
            self._csv = csv.writer(self._text, lineterminator="\n", **how)
            self._csv.writerow([self._shown(column) for column in columns])

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        if self._text:
            self._text.detach()  # flushes; the stream is its owner's to close
        else:
            self._parquet.close()

    def write(self, rows: Sequence[Sequence[str | float | None]]) -> None:
        """Append rows, a cell a column."""
        whole = [[_whole(cell) for cell in row] for row in rows]
        if not self._text:
            columns = zip(*whole, strict=True)
            arrays = zip(columns, self._parquet.schema.types, strict=True)
            self._parquet.write_batch(_record_batch(arrays, self._parquet.schema))
        elif self._kind == ".jsonl":
            for row in whole:
                record = dict(zip(self._columns, row, strict=True))
                self._text.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            self._csv.writerows([self._shown(cell) for cell in row] for row in whole)

    def _shown(self, cell: str | float | None) -> str | float | None:
        if not isinstance(cell, str):
            return cell
        cell = cell.replace("\0", "\ufffd")  # a NUL is taken for a damaged file
        if self._kind == ".tsv":  # read without quoting, so nothing in a cell may end it
            cell = " ".join(cell.replace("\t", "\n").splitlines())
        return safe_cell(cell) if self._safe else cell


def _parquet_writer(stream: IO[bytes], columns: Sequence[str], numbers: Collection[str]) -> Any:
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    kinds = {True: pyarrow.float64(), False: pyarrow.string()}
    return ParquetWriter(
        stream, pyarrow.schema([(column, kinds[column in numbers]) for column in columns])
    )


def _record_batch(arrays: Iterable[tuple[Sequence, Any]], schema: Any) -> Any:
    import pyarrow

    return pyarrow.record_batch([pyarrow.array(*array) for array in arrays], schema=schema)


def _whole(cell: Any) -> Any:
    """Text as UTF-8 can hold it, other cells as they are."""
    return without_surrogates(cell) if isinstance(cell, str) else cell


def safe_cell(value: str) -> str:
    """`value`, with an apostrophe before it if a spreadsheet would take it for a formula.

    (OWASP, CSV injection: = + - @, tab and carriage return at the beginning of a cell.)
    """
    return "'" + value if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
