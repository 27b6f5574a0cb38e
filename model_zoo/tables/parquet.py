"""Parquet: columns whose pages are unpacked as rows are read, never more than fits.

A file of some kilobytes may unpack to gigabytes, so its pages are looked at before any of them is
unpacked (see `parquet_pages`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from model_zoo.errors import DataError
from model_zoo.tables.parquet_pages import column_sizes
from model_zoo.tables.source import CHUNK, Row, Source, cell_text, check_columns, check_width
from model_zoo.text.tokens import without_surrogates

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import FileMetaData, ParquetFile

MAX_UNPACKED_BYTES = 2_000_000_000  # of all columns
MAX_HELD_BYTES = 100_000_000  # at once: a page of every column
MAX_LIST_VALUES = 1_000_000  # in the lists of a column of a row group: one row may hold them all


def columns(source: Source) -> tuple[str, ...]:
    """The names of its columns; DataError if it cannot be read or holds too much."""
    with _opened(source) as (file, _):
        return tuple(map(without_surrogates, file.schema_arrow.names))


def rows(source: Source, columns: tuple[str, ...]) -> Iterator[Row]:
    """Every row, "" where it has nothing; DataError at a value that no cell can be."""
    with _opened(source) as (file, rows_at_once):
        number = 0
        for batch in file.iter_batches(rows_at_once):
            for values in zip(*map(_values, batch.columns), strict=True):
                number += 1
                where = f"{source.name}, row {number}"
                yield tuple(
                    cell_text(value, where, column)
                    for value, column in zip(values, columns, strict=True)
                )


@contextmanager
def _opened(source: Source) -> "Iterator[tuple[ParquetFile, int]]":
    """The file, and how many of its rows may be read at once; DataError if it holds too much.

    Texts come as dictionaries, in which what is repeated in the file takes its room only once.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with source.opened() as stream, ParquetFile(stream) as file:
            check_width(source.name, file.metadata.num_columns)
            check_columns(source.name, file.schema_arrow.names)
            rows_at_once = _rows_at_once(stream, file.metadata, source.name)
            texts = [
                column.path
                for column in map(file.schema.column, range(file.metadata.num_columns))
                if column.physical_type == "BYTE_ARRAY" and not column.max_repetition_level
            ]
            stream.seek(0)
            with ParquetFile(stream, metadata=file.metadata, read_dictionary=texts) as lean:
                yield lean, rows_at_once
    except (pyarrow.ArrowException, OSError, ValueError, ArithmeticError, LookupError) as error:
        # the last three: dates, zones and texts that there are not
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"{source.name} is not a Parquet file that can be read ({reason[:120]}). "
            "Write it again, or save it as CSV."
        ) from None


def _rows_at_once(stream: IO[bytes], metadata: "FileMetaData", name: str) -> int:
    """How many rows fit into MAX_HELD_BYTES; DataError if the file holds too much."""
    sizes = column_sizes(stream, metadata)
    unpacked = sum(size.total_bytes for size in sizes)
    held = sum(size.page_bytes for size in sizes)
    if unpacked > MAX_UNPACKED_BYTES:
        raise DataError(
            f"{name} takes {unpacked / 1e9:.1f} GB unpacked; {MAX_UNPACKED_BYTES / 1e9:.0f} GB "
            "are the most. Split it."
        )
    if held > MAX_HELD_BYTES:
        raise DataError(
            f"{name} takes {held / 1e6:,.0f} MB at once to unpack; {MAX_HELD_BYTES / 1e6:,.0f} MB "
            "are the most. Write it with smaller pages, or save it as CSV."
        )
    for size in sizes:
        if size.lists and size.values > MAX_LIST_VALUES:
            raise DataError(
                f"{name}: the lists of {size.name!r} hold {size.values:,} values. Leave that "
                "column out."
            )
    row_bytes = sum(size.row_bytes for size in sizes)
    return max(1, min(CHUNK, int(MAX_HELD_BYTES / max(1.0, row_bytes))))


def _values(column: "Array") -> list[object]:
    """A column's values; those of a dictionary are shared by its rows."""
    import pyarrow

    if not isinstance(column, pyarrow.DictionaryArray):
        return column.to_pylist()
    entries = column.dictionary.to_pylist()
    return [None if at is None else entries[at] for at in column.indices.to_pylist()]
