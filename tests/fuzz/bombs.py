"""Small files that ask for much memory.

`python -m tests.fuzz.bombs make FOLDER` makes them all; `… read FOLDER` reads each as the page Your
data does, in a process of its own, and prints by how many MB that grew, and the rows or the error.
"""

import io
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from model_zoo.errors import DataError
from model_zoo.host import most_resident_bytes
from model_zoo.tables.table import open_table


def packed(table: pa.Table, **how) -> bytes:
    """The table as a Parquet file."""
    stream = io.BytesIO()
    parquet.write_table(table, stream, **how)
    return stream.getvalue()


def cell(size: int = 200_000_000) -> bytes:
    return packed(pa.table({"text": ["x" * size]}), use_dictionary=False)


def long_cells() -> bytes:
    return packed(pa.table({"text": ["x" * 1_000_000] * 300}), use_dictionary=False)


def repeated(size: int) -> bytes:
    places = pa.array(np.zeros(100_000, np.int32))
    return packed(pa.table({"text": pa.DictionaryArray.from_arrays(places, ["x" * size])}))


def long_list() -> bytes:
    numbers = pa.array(np.zeros(50_000_000, np.int8))
    lists = pa.LargeListArray.from_arrays([0, len(numbers)], numbers)
    return packed(pa.table({"text": ["x"], "n": lists}))


def many_rows() -> bytes:
    places = pa.array(np.zeros(50_000_000, np.int8))
    table = pa.table({"text": pa.DictionaryArray.from_arrays(places, ["x"])})
    return packed(table, row_group_size=len(places))


def lying(size: int = 200_000_000) -> bytes:
    """A cell whose file says at its end, where readers look first, that it is small."""
    whole = bytearray(cell(size))
    column = parquet.ParquetFile(io.BytesIO(whole)).metadata.row_group(0).column(0)
    honest = _varint(column.total_uncompressed_size)
    small = b"\xe4" + b"\x80" * (len(honest) - 2) + b"\x00"
    summary = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    whole[summary:] = whole[summary:].replace(honest, small)
    return bytes(whole)


def _varint(value: int) -> bytes:
    """A whole number in Thrift's compact protocol."""
    value, lower = 2 * value, bytearray()
    while value > 127:
        lower.append(value & 127 | 128)
        value >>= 7
    return bytes([*lower, value])


def keys() -> bytes:
    first = ",".join(f'"k{i}":1' for i in range(500))
    return f"{{{first}}}\n".encode() + b"{}\n" * 100_000


BOMBS = {
    "one cell of 200 MB.parquet": cell,
    "300 cells of 1 MB.parquet": long_cells,
    "one text of 1 MB, 100,000 times.parquet": lambda: repeated(1_000_000),
    "one text of 90 kB, 100,000 times.parquet": lambda: repeated(90_000),
    "a list of 50 million.parquet": long_list,
    "50 million rows.parquet": many_rows,
    "a summary that lies.parquet": lying,
    "500 keys in the first of many lines.jsonl": keys,
}


def read(file: Path) -> None:
    """Read it, and print what that took, and its rows or the error."""
    from model_zoo.labels import SENTIMENT
    from ui.data.dataset import read_dataset

    content = file.read_bytes()
    before = most_resident_bytes()
    try:
        table = open_table(content, file.name)
        result = f"{len(read_dataset(table, SENTIMENT).frame):,} rows"
    except DataError as error:
        result = str(error)
    grown = most_resident_bytes() - before
    print(file.name, grown >> 20, result, sep="\t", flush=True)


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    for name, make in BOMBS.items():
        if sys.argv[1] == "make":
            (folder / name).write_bytes(make())
        else:  # a fork: importing once is enough
            process = get_context("fork").Process(target=read, args=(folder / name,))
            process.start()
            process.join()
            assert process.exitcode == 0, name
