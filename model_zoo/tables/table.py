"""Tables of texts: CSV, TSV, JSON lines and Parquet, read a chunk at a time.

Each format is a module that says what a file's columns are, from its beginning, and what its rows
are. All cells are text.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from model_zoo.errors import DataError, did_you_mean
from model_zoo.tables import jsonl, parquet, separated
from model_zoo.tables.source import CHUNK, Row, Source


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is read: what its `columns` are, and all `rows` with these columns."""

    columns: Callable[[Source], tuple[str, ...]]
    rows: Callable[[Source, tuple[str, ...]], Iterator[Row]]


FORMATS = {  # by how a file's name ends
    ".csv": Format(separated.columns, separated.rows),
    ".tsv": Format(separated.columns, separated.rows),
    ".jsonl": Format(jsonl.columns, jsonl.rows),
    ".parquet": Format(parquet.columns, parquet.rows),
}
SYNONYMS = {".json": ".jsonl", ".ndjson": ".jsonl"}
_FOREIGN = {  # how files begin that are often renamed to .csv
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, whose beginning has been read; `columns` are their names, in order.

    Where the first line of a CSV or TSV is a row, columns are numbered.
    """

    source: Source
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """What to call it in errors."""
        return self.source.name

    def rows(self) -> Iterator[Row]:
        """Every row, a cell a column; "" where a JSON line or a Parquet row has nothing.

        Raises DataError at the first row that cannot be used.
        """
        return FORMATS[ending_of(self.name)].rows(self.source, self.columns)

    def chunks(self, size: int = CHUNK) -> Iterator[list[Row]]:
        """The rows, `size` at a time; the last chunk may be shorter."""
        rows = self.rows()
        while chunk := list(islice(rows, size)):
            yield chunk

    def column(self, name: str) -> int:
        """The number of the column `name`; DataError, listing those there are, if it is none."""
        try:
            return self.columns.index(name)
        except ValueError:
            raise DataError(
                f"{self.name} has no column {name!r}.{did_you_mean(name, self.columns)} Choose "
                f"from: {', '.join(self.columns)}."
            ) from None


def open_table(file: Path | bytes, name: str | None = None, *, header: bool = True) -> Table:
    """The table in a file, or in bytes that come under a file's `name`; reads only its beginning.

    `header` is false where the first line of a CSV or TSV is a row. Raises DataError where the
    beginning shows that the file cannot be used.

    >>> table = open_table(b"text,label\\nGreat fun.,1\\nA bore.,0", "a.csv")
    >>> table.columns, list(table.rows())
    (('text', 'label'), [('Great fun.', '1'), ('A bore.', '0')])
    """
    if isinstance(file, Path) and not file.is_file():
        raise DataError(f"{file} does not exist, or is not a file. Check the name.")
    if name is None:
        name = str(file) if isinstance(file, Path) else "The file"
    source, ending = Source(file, name, header), ending_of(name)
    with source.opened() as stream:
        start = stream.read(4)
    if not start:
        raise DataError(f"{name} is empty. Choose a file with a line of column names and rows.")
    foreign = next((what for magic, what in _FOREIGN.items() if start.startswith(magic)), None)
    if foreign and ending != ".parquet":
        raise DataError(
            f"{name} is {foreign}, whatever its name says. Save it as CSV (UTF-8), or give a "
            "Parquet file its own ending."
        )
    table = Table(source, FORMATS[ending].columns(source))
    if next(table.rows(), None) is None:
        raise DataError(f"{name} has column names but no rows. Choose another file.")
    return table


def looks_like_data(columns: Sequence[str]) -> bool:
    """Whether what should be column names looks like a first row: sentences, numbers or blanks.

    >>> looks_like_data(["text", "label"]), looks_like_data(["A fine film.", "1"])
    (False, True)
    """
    return any(
        not column.strip() or len(column.split()) > 6 or _is_number(column) for column in columns
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def ending_of(name: str) -> str:
    """The key into FORMATS that a file's name promises; whatever is none is taken for CSV."""
    ending = Path(name).suffix.lower()
    ending = SYNONYMS.get(ending, ending)
    return ending if ending in FORMATS else ".csv"
