"""What a Parquet file would take once unpacked, read off its pages without unpacking any.

The summary at the file's end cannot be relied on: readers follow the header of each page, and a
file of some kilobytes can promise gigabytes there. (Format: parquet.thrift of Apache Parquet.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from typing import IO, TYPE_CHECKING

from model_zoo.tables.thrift import Struct, read_struct

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

_UNPACKED, _PACKED, _DATA, _DATA_V2 = 2, 3, 5, 8  # fields of a page's header
_VALUES = 1  # a field of either data header
_ROW_GROUPS, _COLUMNS, _CHUNK = 4, 1, 3  # fields of the summary, of a row group, of its columns
_CHUNK_PACKED, _DATA_AT, _DICTIONARY_AT = 7, 9, 11  # and of where their pages are
MAX_PAGES = 200_000  # looked at: pages of a few bytes would take minutes


@dataclass(slots=True)
class ColumnSize:
    """What reading the column `name` takes at worst; `lists` where a row may hold many values.

    `total_bytes` are all of its pages unpacked, `page_bytes` the largest of them, `row_bytes` the
    mean of a row in the page that has the most of it, and `values` the most in any row group.
    """

    name: str
    lists: bool
    total_bytes: int = 0
    page_bytes: int = 0
    row_bytes: float = 0.0
    values: int = 0


def column_sizes(stream: IO[bytes], metadata: "FileMetaData") -> list[ColumnSize]:
    """Every leaf column of the Parquet file in `stream`, whose summary is `metadata`.

    Raises ValueError where a page's header cannot be read, or there are too many pages.
    """
    leaves = map(metadata.schema.column, range(metadata.num_columns))
    sizes = [ColumnSize(leaf.path, leaf.max_repetition_level > 0) for leaf in leaves]
    pages = 0
    for group in _row_groups(stream, metadata):
        for size, (start, end) in zip(sizes, group, strict=True):
            group_values = 0
            for unpacked, values in _pages(stream, start, end):
                pages += 1
                if pages > MAX_PAGES:
                    raise ValueError(f"more than {MAX_PAGES:,} pages")
                size.total_bytes += unpacked
                size.page_bytes = max(size.page_bytes, unpacked)
                if values:
                    size.row_bytes = max(size.row_bytes, unpacked / values)
                    group_values += values
            size.values = max(size.values, group_values)
    return sizes


def _row_groups(stream: IO[bytes], metadata: "FileMetaData") -> Iterator[Iterator[tuple[int, int]]]:
    """For each row group, where the pages of each of its columns begin and end.

    Read from the summary itself: asking pyarrow for a column whose statistics are damaged ends the
    process, whatever is caught.
    """
    if metadata.num_row_groups * metadata.num_columns > MAX_PAGES:
        raise ValueError(f"more than {MAX_PAGES:,} pages")
    stream.seek(-8, SEEK_END)
    size = int.from_bytes(stream.read(4), "little")
    stream.seek(-8 - size, SEEK_END)
    for group in _structs(read_struct(stream), _ROW_GROUPS):
        yield map(_place, _structs(group, _COLUMNS))


def _place(column: Struct) -> tuple[int, int]:
    """Where the pages of a column in a row group begin and end."""
    chunk = column.get(_CHUNK)
    if not isinstance(chunk, dict):
        raise ValueError("a column does not say where its pages are")
    offsets = [chunk.get(field) for field in (_DICTIONARY_AT, _DATA_AT)]
    start = min((at for at in offsets if isinstance(at, int) and at), default=0)
    return start, start + _size(chunk, _CHUNK_PACKED)


def _structs(struct: Struct, field: int) -> list[Struct]:
    items = struct.get(field)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("the summary lists no columns")
    return items


def _pages(stream: IO[bytes], start: int, end: int) -> Iterator[tuple[int, int]]:
    """(bytes unpacked, values) of each page between two places; a dictionary has no values."""
    while start < end:
        stream.seek(start)
        header = read_struct(stream)
        data = header.get(_DATA) or header.get(_DATA_V2)
        start = stream.tell() + _size(header, _PACKED)
        yield _size(header, _UNPACKED), _size(data, _VALUES) if isinstance(data, dict) else 0


def _size(header: Struct, field: int) -> int:
    size = header.get(field)
    if not isinstance(size, int) or size < 0:
        raise ValueError("a page does not say how large it is")
    return size
