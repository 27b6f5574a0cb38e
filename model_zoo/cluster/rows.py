"""The rows of a block: their cells, and the texts in them; what is wrong with one stops nothing."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from model_zoo.cluster.blocks import Block, Layout, dialect_of, records
from model_zoo.cluster.files import opened
from model_zoo.errors import DataError
from model_zoo.inference.score import WINDOW
from model_zoo.tables.formulas import unguarded
from model_zoo.tables.separated import fitted
from model_zoo.tables.source import cell_text
from model_zoo.tables.table import ending_of
from model_zoo.text.tokens import without_surrogates

NOTHING = "nothing to read"  # the error of a row whose text no model can read anything in


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row's cells, a text a column; its text, empty where `error` says what is wrong with it."""

    cells: tuple[str, ...]
    text: str
    error: str = ""


def windows(block: Block, layout: Layout) -> Iterator[list[CheckedRow]]:
    """The rows of a block, WINDOW at a time.

    Raises DataError where the file cannot be read, or has not as many rows there as before.
    """
    with opened(block.path) as stream:
        found = (_parquet if ending_of(block.path) == ".parquet" else _lines)(stream, block, layout)
        rows = 0
        while window := list(islice(found, WINDOW)):
            rows += len(window)
            yield window
    if rows != block.rows:
        raise DataError(f"{block.path} was changed while it was being read. Leave it as it was.")


def _lines(stream: IO[bytes], block: Block, layout: Layout) -> Iterator[CheckedRow]:
    kind = ending_of(block.path)
    how = dialect_of(stream, kind)
    stream.seek(block.start)
    lines = io.BytesIO(stream.read(block.end - block.start))
    text = (line.decode("utf-8", "surrogateescape") for line in lines)
    for record in records(text, kind, how):
        if isinstance(record, str):
            yield _wrong([], layout, record)
        elif isinstance(record, dict):
            yield _checked([record.get(column) for column in layout.columns], layout)
        else:
            values = list(map(unguarded, fitted(record, len(layout.columns))))
            if len(values) == len(layout.columns):
                yield _checked(values, layout)
            else:
                cells = f"{len(values)} cell{'s' * (len(values) != 1)}"
                yield _wrong(values, layout, f"{cells} where {len(layout.columns)} are expected")


def _parquet(stream: IO[bytes], block: Block, layout: Layout) -> Iterator[CheckedRow]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(stream) as file:
        groups, before, first = [], 0, None
        for at in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(at).num_rows
            if before < block.end and before + rows > block.start:
                first = before if first is None else first
                groups.append(at)
            before += rows
        skipped, left = block.start - (first or 0), block.rows
        for batch in file.iter_batches(WINDOW, row_groups=groups):
            if skipped >= len(batch):
                skipped -= len(batch)
                continue
            part = batch.slice(skipped, left)
            skipped, left = 0, left - len(part)
            for values in zip(*(column.to_pylist() for column in part.columns), strict=True):
                yield _checked(values, layout)
            if not left:
                return


def _checked(values: Sequence[Any], layout: Layout) -> CheckedRow:
    """The row of these values, one a column."""
    text = values[layout.at]
    if text is None:
        return _wrong(values, layout, "null")
    if not isinstance(text, str):
        return _wrong(values, layout, f"not text: {type(text).__name__}")
    cells, problem = _cells(values, layout)
    if problem:
        return CheckedRow(cells, "", problem)
    if "\0" in text:
        return CheckedRow(cells, "", "holds a NUL character")
    return CheckedRow(cells, cells[layout.at])


def _wrong(values: Sequence[Any], layout: Layout, problem: str) -> CheckedRow:
    padded = [*values, *[None] * len(layout.columns)][: len(layout.columns)]
    return CheckedRow(_cells(padded, layout)[0], "", problem)


def _cells(values: Sequence[Any], layout: Layout) -> tuple[tuple[str, ...], str]:
    """Values as cells, and what is wrong with one of them; that one is empty then."""
    cells, problem = [], ""
    for value, column in zip(values, layout.columns, strict=True):
        if isinstance(value, str) and value != without_surrogates(value):
            problem = f"{column!r} is not UTF-8"
        try:
            cells.append(cell_text(value, "row", column))
        except DataError as error:
            problem = str(error).partition(". ")[0].removeprefix("row: ")
            cells.append("")
    return tuple(cells), problem
