"""Rows into a file of any format, a chunk at a time, with the types that values have."""

import csv
import io
import json
import math
from collections.abc import Collection, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from model_zoo.tables.formulas import safe_cell
from model_zoo.tables.source import cell_text
from model_zoo.text.tokens import without_surrogates

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

__all__ = ["Writer", "safe_cell"]


class Writer:
    """Rows into a stream of one of `table.WRITTEN`; a context manager, which finishes the file.

    Cells are values as `Table.values` gives them, or text. JSON lines keep what each is; Parquet
    has a type a column: Arrow's of `types`, numbers or None in `numbers`, text elsewhere. With
    `safe`, text cells of a CSV or TSV that a spreadsheet would take for a formula get an apostrophe
    before them.

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
        types: Mapping[str, Any] | None = None,
        safe: bool = True,
    ) -> None:
        self._kind, self._columns, self._safe = kind, columns, safe
        self._parquet: ParquetWriter | None = None
        self._text: io.TextIOWrapper | None = None
        if kind == ".parquet":
            self._parquet = _parquet_writer(stream, columns, numbers, types or {})
            return
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        if kind != ".jsonl":
            separator = "\t" if kind == ".tsv" else ","
            # All text is quoted: so it is plain to see, of a TSV too, how its cells are told apart.
            self._csv = csv.writer(
                self._text, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
            )
            self._csv.writerow([self._separable(column) for column in columns])

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        if self._parquet is not None:
            self._parquet.close()
        if self._text is not None:
            self._text.detach()  # flushes; the stream is its owner's to close

    def write(self, rows: Sequence[Sequence[object]]) -> None:
        """Append rows, a cell a column."""
        if self._parquet is not None:
            self._parquet.write_batch(_record_batch(rows, self._parquet.schema))
        elif self._text is not None and self._kind == ".jsonl":
            for row in rows:
                record = dict(zip(self._columns, map(_finite, row), strict=True))
                line = json.dumps(record, ensure_ascii=False, default=str)
                self._text.write(without_surrogates(line) + "\n")
        else:
            self._csv.writerows([self._separable(cell) for cell in row] for row in rows)

    def _separable(self, cell: object) -> object:
        """The cell as a CSV or TSV can hold it: a number, or text."""
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
            return cell
        text = _text(cell).replace("\0", "\ufffd")  # a NUL is taken for a damaged file
        return safe_cell(text) if self._safe else text


def _text(cell: object) -> str:
    """A cell as text that UTF-8 can hold; "" for None."""
    return cell_text(cell, "a row", "a cell")


def _finite(cell: object) -> object:
    """The cell, None for numbers that JSON does not know."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _parquet_writer(
    stream: IO[bytes], columns: Sequence[str], numbers: Collection[str], types: Mapping[str, Any]
) -> "ParquetWriter":
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    kinds = {True: pyarrow.float64(), False: pyarrow.string()}
    fields = [(column, types.get(column, kinds[column in numbers])) for column in columns]
    return ParquetWriter(stream, pyarrow.schema(fields))


def _record_batch(rows: Sequence[Sequence[object]], schema: Any) -> Any:
    """The rows as a batch with this `schema` of pyarrow's."""
    import pyarrow

    def array(cells: Sequence[object], kind: Any) -> Any:
        if pyarrow.types.is_string(kind):
            cells = [None if cell is None else _text(cell) for cell in cells]
        return pyarrow.array(cells, kind)

    columns = zip(*rows, strict=True)
    arrays = [array(*column) for column in zip(columns, schema.types, strict=True)]
    return pyarrow.record_batch(arrays, schema=schema)
