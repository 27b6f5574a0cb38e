"""Parquet: columns whose pages are unpacked as rows are read, never more than fits.

A file of some kilobytes may unpack to gigabytes, so its pages are looked at before any of them is
unpacked (see `parquet_pages`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO, TYPE_CHECKING

from model_zoo.errors import DataError
from model_zoo.tables.parquet_pages import column_sizes
from model_zoo.tables.source import (
    CHUNK,
    Content,
    Source,
    Values,
    check_columns,
    check_size,
    check_width,
)
from model_zoo.text.tokens import without_surrogates

if TYPE_CHECKING:
    from pyarrow import Array, Schema
    from pyarrow.parquet import FileMetaData, ParquetFile

MAX_UNPACKED_BYTES = 2_000_000_000  # of all columns
MAX_HELD_BYTES = 100_000_000  # at once: a page of every column
UNPACKED_AT_ONCE = 16_000_000  # bytes of rows that are handed on together
MAX_LIST_VALUES = 1_000_000  # in the lists of a column of a row group: one row may hold them all


def read(source: Source) -> Content:
    """Its columns with their types; DataError if it cannot be read or holds too much."""
    import pyarrow

    with _opened(source) as (_, _, schema):
        pass
    columns = tuple(map(without_surrogates, schema.names))
    nested = {
        column: f"they are {kind}"
        for column, kind in zip(columns, schema.types, strict=True)
        if pyarrow.types.is_nested(kind)
    }
    types = {
        column: kind
        for column, kind in zip(columns, schema.types, strict=True)
        if not isinstance(kind, pyarrow.BaseExtensionType)  # which is made of no Python values
    }
    return Content(columns, lambda: _rows(source), "row", nested=nested, types=types)


def _rows(source: Source) -> Iterator[tuple[int, Values]]:
    """Every row with its number; DataError at a value that no cell can be."""
    with _opened(source) as (file, rows_at_once, _):
        batches = file.iter_batches(rows_at_once)
        rows = (zip(*map(_values, batch.columns), strict=True) for batch in batches)
        yield from enumerate(chain.from_iterable(rows), start=1)


@contextmanager
def _opened(source: Source) -> "Iterator[tuple[ParquetFile, int, Schema]]":
    """The file, how many of its rows may be read at once, and the schema that it was written with.

    DataError if it holds too much.

    Texts come as dictionaries, in which what is repeated in the file takes its room only once.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with source.opened() as stream, ParquetFile(stream) as file:
            check_width(source.name, file.metadata.num_columns)
            check_columns(source.name, file.schema_arrow.names)
            rows_at_once = _rows_at_once(stream, file.metadata, source)
            texts = [
                column.path
                for column in map(file.schema.column, range(file.metadata.num_columns))
                if column.physical_type == "BYTE_ARRAY" and not column.max_repetition_level
            ]
            stream.seek(0)
            with ParquetFile(stream, metadata=file.metadata, read_dictionary=texts) as lean:
                yield lean, rows_at_once, file.schema_arrow
    except (pyarrow.ArrowException, OSError, ValueError, ArithmeticError, LookupError) as error:
        # the last three: dates, zones and texts that there are not
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"{source.name} is not a Parquet file that can be read ({reason[:120]}). "
            "Write it again, or save it as CSV."
        ) from None


def _rows_at_once(stream: IO[bytes], metadata: "FileMetaData", source: Source) -> int:
    """How many rows fit into UNPACKED_AT_ONCE; DataError if the file holds too much."""
    name, sizes = source.name, column_sizes(stream, metadata)
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
    check_size(source, unpacked)
    for size in sizes:
        if size.lists and size.values > MAX_LIST_VALUES:
            raise DataError(
                f"{name}: the lists of {size.name!r} hold {size.values:,} values. Leave that "
                "column out."
            )
    row_bytes = sum(size.row_bytes for size in sizes)
    return max(1, min(CHUNK, int(UNPACKED_AT_ONCE / max(1.0, row_bytes))))


def _values(column: "Array") -> list[object]:
    """A column's values; those of a dictionary are shared by its rows."""
    import pyarrow

    if not isinstance(column, pyarrow.DictionaryArray):
        return column.to_pylist()
    entries = column.dictionary.to_pylist()
    return [None if at is None else entries[at] for at in column.indices.to_pylist()]
