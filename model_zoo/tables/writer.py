"""Rows into a file of any format, a chunk at a time."""

import csv
import io
import json
from collections.abc import Collection, Sequence
from typing import IO, TYPE_CHECKING, Any

from model_zoo.text.tokens import without_surrogates

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

Cell = str | float | None  # what can be written: None only in a column of numbers


class Writer:
    """Rows into a stream of one of FORMATS; a context manager, which finishes the file.

    Columns hold text but for `numbers`, which hold numbers or None. With `safe`, text cells of a
    CSV or TSV that a spreadsheet would take for a formula get an apostrophe before them.

    >>> stream = io.BytesIO()
    >>> with Writer(stream, ".csv", ["text", "share"], numbers=["share"]) as writer:
    ...     writer.write([["=Good", 0.5], ["Bad.", None]])
    >>> stream.getvalue()
    b'"text","share"\\n"\\'=Good",0.5\\n"Bad.",""\\n'
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
        self._kind, self._columns, self._safe = kind, columns, safe
        self._parquet: ParquetWriter | None = None
        self._text: io.TextIOWrapper | None = None
        if kind == ".parquet":
            self._parquet = _parquet_writer(stream, columns, numbers)
            return
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        if kind != ".jsonl":
            how: Any = {"delimiter": "\t"} if kind == ".tsv" else {"quoting": csv.QUOTE_NONNUMERIC}
            self._csv = csv.writer(self._text, lineterminator="\n", **how)
            self._csv.writerow([self._separable(column) for column in columns])

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        if self._parquet is not None:
            self._parquet.close()
        if self._text is not None:
            self._text.detach()  # flushes; the stream is its owner's to close

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Append rows, a cell a column."""
        encodable = [[_encodable(cell) for cell in row] for row in rows]
        if self._parquet is not None:
            self._parquet.write_batch(_record_batch(encodable, self._parquet.schema))
        elif self._text is not None and self._kind == ".jsonl":
            for row in encodable:
                record = dict(zip(self._columns, row, strict=True))
                self._text.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            self._csv.writerows([self._separable(cell) for cell in row] for row in encodable)

    def _separable(self, cell: Cell) -> Cell:
        """The cell as a CSV or TSV can hold it."""
        if not isinstance(cell, str):
            return cell
        cell = cell.replace("\0", "\ufffd")  # a NUL is taken for a damaged file
        if self._kind == ".tsv":  # read without quoting, so nothing in a cell may end it
            cell = " ".join(cell.replace("\t", "\n").splitlines())
        return safe_cell(cell) if self._safe else cell


def safe_cell(value: str) -> str:
    """`value`, with an apostrophe before it if a spreadsheet would take it for a formula.

    (OWASP, CSV injection: = + - @, tab and carriage return at the beginning of a cell.)

    >>> safe_cell("=1+1"), safe_cell("1 = 1")
    ("'=1+1", '1 = 1')
    """
    return "'" + value if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _encodable(cell: Cell) -> Cell:
    """Text as UTF-8 can hold it, other cells as they are."""
    return without_surrogates(cell) if isinstance(cell, str) else cell


def _parquet_writer(
    stream: IO[bytes], columns: Sequence[str], numbers: Collection[str]
) -> "ParquetWriter":
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    kinds = {True: pyarrow.float64(), False: pyarrow.string()}
    return ParquetWriter(
        stream, pyarrow.schema([(column, kinds[column in numbers]) for column in columns])
    )


def _record_batch(rows: Sequence[Sequence[Cell]], schema: Any) -> Any:
    """The rows as a batch with this `schema` of pyarrow's."""
    import pyarrow

    columns = zip(*rows, strict=True)
    arrays = [pyarrow.array(*column) for column in zip(columns, schema.types, strict=True)]
    return pyarrow.record_batch(arrays, schema=schema)
