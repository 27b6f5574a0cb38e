"""Tables of texts: CSV, TSV, JSON, Parquet and Excel's workbooks, read a chunk at a time.

Each format is a module that says what is in a file: its columns, and how to read its rows. All
cells are text, and can be had as the file has them, too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from model_zoo.errors import DataError, did_you_mean
from model_zoo.tables import jsonl, parquet, separated, workbook
from model_zoo.tables.source import CHUNK, PACKED, Content, Row, Source, Values, cell_text

T = TypeVar("T")
FORMATS = {  # by how a file's name ends: what is in a source
    ".csv": separated.read,
    ".tsv": separated.read,
    ".jsonl": jsonl.read,
    ".parquet": parquet.read,
    ".xlsx": workbook.read,
}
SYNONYMS = {".json": ".jsonl", ".ndjson": ".jsonl"}
WRITTEN = (".csv", ".tsv", ".jsonl", ".parquet")  # those that `Writer` writes
ENDINGS = (*FORMATS, *SYNONYMS, ".csv.gz", ".tsv.gz", ".jsonl.gz", ".json.gz")
READ = "CSV, TSV, JSON lines, JSON, Parquet, XLSX"  # for a label; text files packed by gzip, too
_LOOKED_AT = 50  # rows below what may be one itself
_FOREIGN = {  # how files begin that are often renamed to .csv
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that has been looked through; `content` is what its format makes of it."""

    source: Source
    content: Content

    @property
    def name(self) -> str:
        """What to call it in errors."""
        return self.source.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names, in order; numbered where the first line of a CSV or TSV is a row."""
        return self.content.columns

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on how the file was read, where there is something that should be known."""
        return self.content.notes

    def rows(self) -> Iterator[Row]:
        """Every row, a cell a column; "" where the file has nothing.

        Raises DataError at the first row that cannot be used.
        """
        return (cells for _, cells in self.pairs())

    def pairs(self) -> Iterator[tuple[Values, Row]]:
        """Every row as the file has it, and its cells; DataError as `rows`."""
        of, columns = self.content, self.columns
        for number, values in of.numbered():
            if of.plain:
                yield values, values  # type: ignore[misc]
            else:
                where = f"{self.name}, {of.unit} {number}"
                yield (
                    values,
                    tuple(
                        cell_text(value, where, column)
                        for value, column in zip(values, columns, strict=True)
                    ),
                )

    def values(self) -> Iterator[Values]:
        """Every row as the file has it: numbers, truth values, None; DataError where unreadable."""
        return (values for _, values in self.content.numbered())

    def chunks(self, size: int = CHUNK) -> Iterator[list[Row]]:
        """The rows, `size` at a time; the last chunk may be shorter."""
        return chunked(self.rows(), size)

    def column(self, name: str) -> int:
        """The number of the column `name`.

        DataError, listing those there are, if it is none, and if it holds lists or objects.
        """
        if where := self.content.nested.get(name):
            raise DataError(
                f"{self.name}: the column {name!r} holds no plain text ({where}). Choose another "
                "column, or write its values as text."
            )
        try:
            return self.columns.index(name)
        except ValueError:
            names = ", ".join(column[:60] for column in self.columns[:20])
            more = " and others" * (len(self.columns) > 20)
            hint = f" {self.doubt}" if self.doubt else ""
            raise DataError(
                f"{self.name} has no column {name!r}.{did_you_mean(name, self.columns)} Choose "
                f"from: {names}{more}.{hint}"
            ) from None

    @property
    def named(self) -> bool | None:
        """Whether the first line was taken for column names; None where keys or a schema say them.

        >>> open_table(b"text,label\\nGreat fun.,1", "a.csv").named
        True
        """
        return None if ending_of(self.name) in (".jsonl", ".parquet") else self.source.header

    @property
    def doubt(self) -> str:
        """A sentence where the first line, taken for column names, looks like a row; else ""."""
        if not self.named:
            return ""
        if not looks_like_data(self.columns, list(islice(self.rows(), _LOOKED_AT))):
            return ""
        return (
            "Its first line looks like a row and was taken for column names. If it is a row, add "
            "--no-header: columns are then called 'column 1', 'column 2' and so on."
        )


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, `size` at a time; the last list may be shorter.

    >>> list(chunked("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


def open_table(
    file: Path | bytes,
    name: str | None = None,
    *,
    header: bool = True,
    sheet: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Table:
    """The table in a file, or in bytes that come under a file's `name`.

    Text files are looked through once, without their rows being kept. `header` is false where the
    first line of a CSV, TSV or sheet is a row; `sheet` names one of a workbook, the first if None.
    `tell` is told how the file was read where there is something that should be known of it. Raises
    DataError where what was looked at shows that the file cannot be used.

    >>> table = open_table(b"text,label\\nGreat fun.,1\\nA bore.,0", "a.csv")
    >>> table.columns, list(table.rows())
    (('text', 'label'), [('Great fun.', '1'), ('A bore.', '0')])
    """
    if isinstance(file, Path) and not file.is_file():
        raise DataError(f"{file} does not exist, or is not a file. Check the name.")
    if name is None:
        name = str(file) if isinstance(file, Path) else "The file"
    source, ending = Source(file, name, header, sheet), ending_of(name)
    with source.opened() as stream:
        start = stream.read(8)
    if not start:
        raise DataError(f"{name} is empty. Choose a file with a line of column names and rows.")
    foreign = next((what for magic, what in _FOREIGN.items() if start.startswith(magic)), None)
    if foreign and ending not in (".parquet", ".xlsx"):
        raise DataError(
            f"{name} is {foreign}, whatever its name says. Save it as CSV (UTF-8), or give a "
            "Parquet file or a workbook (.xlsx) its own ending."
        )
    if sheet is not None and ending != ".xlsx":
        raise DataError(f"{name} is no workbook and has no sheets. Leave out --sheet.")
    table = Table(source, FORMATS[ending](source))
    if next(table.rows(), None) is None:
        raise DataError(f"{name} has column names but no rows. Choose another file.")
    if tell is not None:
        for sentence in filter(None, (*table.notes, table.doubt)):
            tell(f"{name}: {sentence}")
    return table


def looks_like_data(columns: Sequence[str], rows: Sequence[Row] = ()) -> bool:
    """Whether what should be column names looks like a row: sentences, numbers or blanks, or a
    value that comes again in the same column of the `rows` below, where values repeat.

    >>> looks_like_data(["text", "label"]), looks_like_data(["A fine film.", "1"])
    (False, True)
    >>> looks_like_data(["Great fun", "pos"], [("A bore", "neg"), ("So nice", "pos")])
    True
    """
    if any(not name.strip() or len(name.split()) > 6 or _is_number(name) for name in columns):
        return True
    below = zip(columns, zip(*rows, strict=True), strict=False)
    return any(name in cells for name, cells in below)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def ending_of(name: str) -> str:
    """The key into FORMATS that a file's name promises; whatever is none is taken for CSV.

    >>> ending_of("a.NDJSON"), ending_of("a.tsv.gz"), ending_of("a.txt")
    ('.jsonl', '.tsv', '.csv')
    """
    ending = Path(name.lower().removesuffix(PACKED)).suffix
    ending = SYNONYMS.get(ending, ending)
    return ending if ending in FORMATS else ".csv"
