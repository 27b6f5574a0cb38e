"""CSV and TSV: rows whose cells are told apart by a character.

What character that is, and whether a TSV is quoted, is seen from the file: pandas and Excel quote
TSV, GLUE's files have quotation marks that stand for themselves.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice, repeat

from model_zoo.errors import DataError
from model_zoo.tables.encoding import decided
from model_zoo.tables.formulas import unguarded
from model_zoo.tables.source import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_LINE_CHARACTERS,
    Content,
    Row,
    Source,
    check_columns,
    check_width,
)

HEAD_CHARACTERS = 1 << 16  # of a file's beginning, which shows what separates its cells
_LOOKED_AT = 20  # rows of it
_SEPARATORS = ",;\t|"
_SAID = re.compile(r'\ufeff?"?sep=(.)"?\1*\s*', re.IGNORECASE)  # Excel's own first line
_LINE_END = re.compile(r"\r\n?|\n")
_QUOTED_CELL = r'"(?:[^"]|"")*+"'
_QUOTED_ROW = re.compile(rf'(?:{_QUOTED_CELL}|[^"\t]*+)(?:\t(?:{_QUOTED_CELL}|[^"\t]*+))*+')
_ALL_QUOTED = re.compile(rf"{_QUOTED_CELL}(?:\t{_QUOTED_CELL})*+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart: by `separator`, which `quoted` ones may hold; `said` where the
    first line of the file that is not blank does nothing but name the separator."""

    separator: str
    quoted: bool = True
    said: bool = False

    def cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each row that the lines hold, past the one that names the separator.

        Raises csv.Error at one that cannot be told apart.
        """
        if self.said:
            lines = _after_first(lines)
        if self.quoted:
            return csv.reader(lines, delimiter=self.separator, strict=True)
        return csv.reader(lines, delimiter=self.separator, quoting=csv.QUOTE_NONE)


def dialect(head: str, lines: Iterable[str], *, tsv: bool, whole: bool = True) -> Dialect:
    """How the cells of a file that begins with `head` are told apart, from all its `lines`.

    Those are only its first where it is not `whole`.

    >>> dialect("sep=;\\na,b;c\\n", [], tsv=False)
    Dialect(separator=';', quoted=True, said=True)
    >>> rows = ['text\\tlabel\\n', '"He said ""hi""."\\t1\\n']
    >>> [dialect("", lines, tsv=True).quoted for lines in (rows, [*rows, '5" of\\t0'])]
    [True, False]
    """
    if tsv:
        return Dialect("\t", quoted=_is_quoted(lines, whole))
    said = _SAID.fullmatch(next((line for line in head.splitlines() if line.strip()), ""))
    return Dialect(said[1], said=True) if said else Dialect(separator(head))


def separator(head: str) -> str:
    """Comma, semicolon (as Excel writes in much of Europe), tab or bar: what cuts the first rows
    of `head` into as many cells each.

    Of several that do, the one that stands without a space behind it more often: a comma in a
    sentence has one. What stands in quotation marks does not count.

    >>> separator('"text, as typed";label'), separator("Review, in full;Label\\nGood, really;1\\n")
    (';', ';')
    """
    first = next((line for line in head.splitlines() if line.strip()), "")
    bare = re.sub('"[^"]*"', "", first)

    def rank(character: str) -> tuple[float, int, int]:
        rows = _first_rows(head, character)
        width = len(rows[0]) if rows else 1
        alike = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
        tight = len(re.findall(re.escape(character) + r"(?! )", bare))
        return alike, tight, bare.count(character)

    return max(_SEPARATORS, key=rank)


def _first_rows(head: str, character: str) -> list[list[str]]:
    """The first rows, but for the last one where it may be cut off."""
    rows: list[list[str]] = []
    try:
        reader = csv.reader(StringIO(head, newline=""), delimiter=character, strict=True)
        rows.extend(islice(filter(None, reader), _LOOKED_AT + 1))
    except csv.Error:
        pass
    return rows[:_LOOKED_AT] if len(rows) == 1 or head.endswith(("\n", "\r")) else rows[:-1]


def _is_quoted(lines: Iterable[str], whole: bool) -> bool:
    """Whether every quotation mark of a TSV is where a cell begins and ends, or is doubled in one.

    Nothing less tells: a file in which they stand for themselves has one elsewhere sooner or later.
    """
    row, marks, width = "", 0, 0
    for number, line in enumerate(lines):
        row, marks = row + line, marks + line.count('"')
        if not number:
            width = line.count("\t")
            if _ALL_QUOTED.fullmatch(line.lstrip("\ufeff").rstrip("\r\n")):
                return True
        if marks % 2:
            if len(row) > MAX_LINE_CHARACTERS:
                return False
            continue
        if marks:
            inner = _LINE_END.split(row.rstrip("\r\n"))
            apart = width and len(inner) > 1 and all(part.count("\t") == width for part in inner)
            if apart or not _QUOTED_ROW.fullmatch(row.rstrip("\r\n")):
                return False  # each of its lines is a row by itself, or marks stand elsewhere
        row, marks = "", 0
    return not (marks and whole)


def fitted(cells: Sequence[str], width: int) -> Sequence[str]:
    """The cells without what spreadsheets add to a row: empty ones beyond the columns.

    >>> fitted(["Good.", "1", "", ""], 2), fitted(["Good.", "1", "", "x"], 2)
    (['Good.', '1'], ['Good.', '1', '', 'x'])
    """
    return cells if len(cells) > MAX_COLUMNS or any(cells[width:]) else cells[:width]


def names_of(first: Sequence[str], others: Iterable[Sequence[str]] = ()) -> tuple[str, ...]:
    """The columns that the `first` row names; those without a name are numbered.

    At the end they are left out, unless one of the `others`, rows below, has something there.

    >>> names_of(["", " text ", "", ""]), names_of(["text", ""], [["Good.", "1"]])
    (('column 1', 'text'), ('text', 'column 2'))
    """
    width = max(
        (at for row in (first, *others) for at, cell in enumerate(row, start=1) if cell.strip()),
        default=len(first),
    )
    named = enumerate(first[:width], start=1)
    return tuple(unguarded(name.strip()) or f"column {at}" for at, name in named)


def read(source: Source) -> Content:
    """The cells of the first line as columns, or numbered ones where that is a row already.

    Raises DataError if there is no line, or if no table can have these columns.

    >>> read(Source(b"text;label", "a.csv")).columns
    ('text', 'label')
    >>> read(Source(b"Good.;1", "a.csv", header=False)).columns
    ('column 1', 'column 2')
    """
    source, notes = decided(source)
    how = dialect(_head(source), source.lines(), tsv=is_tsv(source.name))
    numbered = _numbered_rows(source, how)
    first = next(numbered, None)
    if first is None:
        raise DataError(f"{source.name} holds nothing but blank lines. Choose another file.")
    _, cells = first
    if source.header:
        check_width(source.name, len(fitted(cells, 1)))
        columns = names_of(cells, [row for _, row in _head_rows(numbered)])
        check_columns(source.name, columns)
    else:
        check_width(source.name, len(cells))
        columns = tuple(f"column {i}" for i in range(1, len(cells) + 1))

    def rows() -> Iterator[tuple[int, Row]]:
        found = _numbered_rows(source, how)
        if source.header:
            next(found)
        for number, cells in found:
            row = fitted(cells, len(columns))
            if len(row) != len(columns):
                raise DataError(
                    f"{source.name}, line {number} has {len(row)} cells where {len(columns)} are "
                    "expected. Put texts that hold the separator into quotation marks."
                )
            yield number, tuple(map(unguarded, row))

    return Content(columns, rows, plain=True, notes=notes)


def is_tsv(name: str) -> bool:
    """Whether a file's name says that tabs separate its cells; if not, that is seen from it.

    >>> is_tsv("a.TSV"), is_tsv("a.tsv.gz"), is_tsv("a.csv")
    (True, True, False)
    """
    return name.lower().removesuffix(".gz").endswith(".tsv")


def _head(source: Source) -> str:
    head = ""
    for line in source.lines():
        head += line
        if len(head) >= HEAD_CHARACTERS:
            break
    return head


def _head_rows(numbered: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the first that show whether nameless columns hold anything.

    What is wrong with one of them is said when rows are read.
    """
    try:
        yield from islice(numbered, _LOOKED_AT)
    except DataError:
        return


def _after_first(lines: Iterable[str]) -> Iterator[str]:
    """The lines behind the first that is not blank."""
    lines = iter(lines)
    for line in lines:
        if line.strip():
            return lines
    return lines


def _numbered_rows(source: Source, how: Dialect) -> Iterator[tuple[int, list[str]]]:
    """(line number where it begins, cells) of every row, the header too.

    Empty lines are left out, as are rows of nothing but separators before the first row and after
    the last, which spreadsheets leave there.
    """
    read = ended = number = 0  # characters of the row that is being read; lines before it
    marked = False  # whether it has quotation marks

    def lines() -> Iterator[str]:
        nonlocal read, number, marked
        for line in source.lines():
            number, read = number + 1, read + len(line)
            marked = marked or '"' in line
            if read > MAX_LINE_CHARACTERS:
                raise csv.Error(f"a row of more than {MAX_LINE_CHARACTERS:,} characters")
            yield line

    width = empty = 0  # of the first row; rows of nothing since the last one
    try:
        rows = how.cells(lines())
        read, ended = 0, number
        for cells in rows:
            begun, ended, bare = ended + 1, number, not marked
            read, marked = 0, False
            if cells and max(map(len, cells)) > MAX_CELL_CHARACTERS:
                ended = begun - 1
                raise csv.Error("field larger than the limit")
            blank = bare and len(cells) <= MAX_COLUMNS and not "".join(cells).strip()
            if blank and (not width or (len(cells) > 1 and not any(cells))):
                empty += bool(width)
            elif cells:
                yield from repeat((begun, [""] * width), empty)
                yield begun, cells
                width, empty = width or len(cells), 0
    except csv.Error as error:
        problem = (
            f"holds a cell of more than {MAX_CELL_CHARACTERS:,} characters"
            if "field larger" in str(error)
            else f"cannot be read ({error})"
        )
        raise DataError(
            f"{source.name}, line {ended + 1} {problem}. Is a quotation mark left open there?"
        ) from None
