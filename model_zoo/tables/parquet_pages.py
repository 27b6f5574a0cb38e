"""What a Parquet file would take once unpacked, read off its pages without unpacking any.

The summary at the file's end cannot be relied on: readers follow the header of each page, and a
file of some kilobytes can promise gigabytes there. (Format: parquet.thrift of Apache Parquet, in
Thrift's compact protocol.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

_UNPACKED, _PACKED, _DATA, _DATA_V2 = 2, 3, 5, 8  # fields of a page's header
_VALUES = 1  # a field of either data header
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
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for at, size in enumerate(sizes):
            chunk = group.column(at)
            start = min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset)))
            group_values = 0
            for unpacked, values in _pages(stream, start, start + chunk.total_compressed_size):
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


def _pages(stream: IO[bytes], start: int, end: int) -> Iterator[tuple[int, int]]:
    """(bytes unpacked, values) of each page between two places; a dictionary has no values."""
    while start < end:
        stream.seek(start)
        header = _struct(stream, 0)
        data = header.get(_DATA) or header.get(_DATA_V2)
        start = stream.tell() + _size(header, _PACKED)
        yield _size(header, _UNPACKED), _size(data, _VALUES) if isinstance(data, dict) else 0


def _size(header: dict[int, object], field: int) -> int:
    size = header.get(field)
    if not isinstance(size, int) or size < 0:
        raise ValueError("a page does not say how large it is")
    return size


def _struct(stream: IO[bytes], depth: int) -> dict[int, object]:
    """A Thrift struct: number of a field -> whole number or struct; others are passed over."""
    if depth > 8:
        raise ValueError("a page's header is nested too deep")
    fields: dict[int, object] = {}
    field = 0
    while head := _byte(stream):
        step, kind = head >> 4, head & 15
        field = field + step if step else _signed(_varint(stream))
        if kind in (1, 2):  # true and false
            fields[field] = kind == 1
        elif kind == 3:
            _byte(stream)
        elif kind in (4, 5, 6):  # of 16, 32 and 64 bits
            fields[field] = _signed(_varint(stream))
        elif kind == 7:
            stream.seek(8, 1)
        elif kind == 8:  # bytes with their number before them
            stream.seek(_varint(stream), 1)
        elif kind == 12:
            fields[field] = _struct(stream, depth + 1)
        else:
            raise ValueError("a page's header holds what none may")
    return fields


def _byte(stream: IO[bytes]) -> int:
    read = stream.read(1)
    if not read:
        raise ValueError("the file ends inside a page's header")
    return read[0]


def _varint(stream: IO[bytes]) -> int:
    """The whole number that comes next, seven bits a byte, the lowest first.

    >>> from io import BytesIO
    >>> _varint(BytesIO(b"\\xac\\x02"))
    300
    """
    value = 0
    for shift in range(0, 64, 7):
        byte = _byte(stream)
        value |= (byte & 127) << shift
        if byte < 128:
            return value
    raise ValueError("a number in a page's header is too long")


def _signed(value: int) -> int:
    """Of zigzag numbers, which keep those near 0 short, the number that is meant.

    >>> [_signed(value) for value in range(5)]
    [0, -1, 1, -2, 2]
    """
    return (value >> 1) ^ -(value & 1)
