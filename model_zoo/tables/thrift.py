"""Reading what Parquet says of itself: structs in Thrift's compact protocol, in pure Python.

pyarrow reads them as well, but ends the whole process over some that are damaged. (Format: Apache
Thrift, doc/specs/thrift-compact-protocol.md.)
"""

from typing import IO

MAX_DEPTH = 12  # structs and lists within one another

Struct = dict[int, object]  # number of a field -> whole number, truth value, struct or list of such


def read_struct(stream: IO[bytes], depth: int = 0) -> Struct:
    """The struct that comes next; of bytes and fractions only the place where they end.

    Raises ValueError where it is none, or is cut off or nested too deep.
    """
    if depth > MAX_DEPTH:
        raise ValueError("what a file says of itself is nested too deep")
    fields: Struct = {}
    field = 0
    while head := _byte(stream):
        step, kind = head >> 4, head & 15
        field = field + step if step else _signed(_varint(stream))
        # truth values of a struct lie in the kind itself
        fields[field] = kind == 1 if kind in (1, 2) else _value(stream, kind, depth)
    return fields


def _value(stream: IO[bytes], kind: int, depth: int) -> object:
    if kind in (1, 2, 3):  # a byte; in lists, truth values are
        return _byte(stream)
    if kind in (4, 5, 6):  # of 16, 32 and 64 bits
        return _signed(_varint(stream))
    if kind in (7, 8):  # fractions, and bytes with their number before them
        return stream.seek(8 if kind == 7 else _varint(stream), 1)
    if kind in (9, 10):
        return _list(stream, depth + 1)
    if kind == 12:
        return read_struct(stream, depth + 1)
    raise ValueError("what a file says of itself holds what may not be there")


def _list(stream: IO[bytes], depth: int) -> list[object]:
    if depth > MAX_DEPTH:
        raise ValueError("what a file says of itself is nested too deep")
    head = _byte(stream)
    count = head >> 4 if head >> 4 < 15 else _varint(stream)
    kind = head & 15
    if kind == 7:  # passed over at once: one by one, a count that is a lie would take for ever
        stream.seek(8 * count, 1)
        return []
    return [_value(stream, kind, depth) for _ in range(count)]  # each takes a byte at least


def _byte(stream: IO[bytes]) -> int:
    read = stream.read(1)
    if not read:
        raise ValueError("the file ends in the midst of what it says of itself")
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
    raise ValueError("a number in what a file says of itself is too long")


def _signed(value: int) -> int:
    """Of zigzag numbers, which keep those near 0 short, the number that is meant.

    >>> [_signed(value) for value in range(5)]
    [0, -1, 1, -2, 2]
    """
    return (value >> 1) ^ -(value & 1)
