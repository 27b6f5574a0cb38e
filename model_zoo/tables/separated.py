"""CSV and TSV: rows whose cells are told apart by a character.

A name ending in .tsv is read as tab-separated without quoting, as GLUE's files are; any other as
CSV with quoting, whatever the separator.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from model_zoo.errors import DataError
from model_zoo.tables.source import (
    MAX_CELL_CHARACTERS,
    MAX_LINE_CHARACTERS,
    Row,
    Source,
    check_columns,
    check_width,
)


def columns(source: Source) -> tuple[str, ...]:
    """The cells of the first line, or numbered names where that is a row already.

    Raises DataError if there is no line, or if no table can have these columns.

    >>> columns(Source(b"text;label", "a.csv")), columns(Source(b"Good.;1", "a.csv", header=False))
    (('text', 'label'), ('column 1', 'column 2'))
    """
    first = next(_numbered_rows(source), None)
    if first is None:
        raise DataError(f"{source.name} holds nothing but blank lines. Choose another file.")
    _, cells = first
    if not source.header:
        check_width(source.name, len(cells))
        return tuple(f"column {i}" for i in range(1, len(cells) + 1))
    names = tuple(cell.strip() for cell in cells)
    check_columns(source.name, names)
    return names


def rows(source: Source, columns: tuple[str, ...]) -> Iterator[Row]:
    """Every row, empty lines left out; DataError at one that has not a cell a column."""
    numbered = _numbered_rows(source)
    if source.header:
        next(numbered)
    for number, cells in numbered:
        if len(cells) != len(columns):
            raise DataError(
                f"{source.name}, line {number} has {len(cells)} cells where {len(columns)} are "
                "expected. Put texts that hold the separator into quotation marks."
            )
        yield tuple(cells)


def delimiter(line: str) -> str:
    """Comma, semicolon (as Excel writes in much of Europe) or tab: the commonest in the `line`.

    What stands in quotation marks there does not count.

    >>> delimiter('"text, as typed";label')
    ';'
    """
    return max(",;\t", key=re.sub('"[^"]*"', "", line).count)


def _numbered_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line that is not empty, the header too."""
    read = 0  # characters of the row that is being read: quoted cells may run over many lines

    def lines() -> Iterator[str]:
        nonlocal read
        for line in source.lines():
            read += len(line)
            if read > MAX_LINE_CHARACTERS:
                raise csv.Error(f"a row of more than {MAX_LINE_CHARACTERS:,} characters")
            yield line

    if Path(source.name).suffix.lower() == ".tsv":
        reader = csv.reader(lines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines(), delimiter=delimiter(next(source.lines(), "")), strict=True)
    try:
        for cells in reader:
            read = 0
            if cells:
                if max(map(len, cells)) > MAX_CELL_CHARACTERS:
                    raise csv.Error("field larger than the limit")
                yield reader.line_num, cells
    except csv.Error as error:
        problem = (
            f"holds a cell of more than {MAX_CELL_CHARACTERS:,} characters"
            if "field larger" in str(error)
            else f"cannot be read ({error})"
        )
        raise DataError(
            f"{source.name}, line {reader.line_num} {problem}. Is a quotation mark left open?"
        ) from None
