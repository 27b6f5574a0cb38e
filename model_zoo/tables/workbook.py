"""Excel's workbooks (.xlsx): the values of one sheet, never a formula, a macro or a link.

A workbook is a ZIP archive of XML, some of which is in memory as a whole while it is read, so the
archive is looked through before any of it is parsed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZipFile

from model_zoo.errors import DataError
from model_zoo.tables.separated import names_of
from model_zoo.tables.source import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    Content,
    Source,
    Values,
    cell_text,
    check_columns,
    check_size,
    check_width,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_PARTS = 10_000
MAX_BYTES = 400_000_000  # unpacked
MAX_TAGS = 8_000_000  # of XML; a cell has four
MAX_UPLOAD_TAGS = 2_000_000
MAX_ROWS = 1_048_576  # of a sheet, as Excel has it: a file may say any number
_MAX_TEXT_BYTES = 6 * MAX_CELL_CHARACTERS  # between two elements: a cell, escaped
_BLOCK = 1 << 18
_FIRST_ROWS = 20  # that show whether columns without a name hold anything
_BEYOND = 8  # columns behind the named ones in which a value is not passed over


def read(source: Source) -> Content:
    """The first row of a sheet that holds anything as columns, numbered ones without a header.

    Raises DataError where the file cannot be read or holds too much, or there is no such sheet.
    """
    with _named(source):
        sheet, others = _opened(source)
        title = sheet.title
        found = _filled(sheet, MAX_COLUMNS + 1)
        _, first = next(found, (0, ()))
        below = [row for _, row in zip(range(_FIRST_ROWS), (row for _, row in found), strict=False)]
    if not first:
        raise DataError(f"{source.name}: the sheet {title!r} is empty. Choose another (--sheet).")
    texts = [[_name(value) for value in row] for row in (first, *below)]
    if source.header:
        columns = names_of(texts[0], texts[1:])
        check_columns(source.name, columns)
    else:
        check_width(source.name, len(first))
        columns = tuple(f"column {at}" for at in range(1, len(first) + 1))
    notes = [f"Its first sheet, {title!r}, was read; there are {others} more."] if others else []

    def rows() -> Iterator[tuple[int, Values]]:
        with _named(source):
            found = _filled(sheet, len(columns) + _BEYOND)
            if source.header:
                next(found)
            for number, values in found:
                if len(values) > len(columns):
                    raise DataError(
                        f"{source.name}, row {number} has a value beyond the {len(columns)} "
                        "columns that are named. Name its column, or take it out."
                    )
                yield number, (*values, *(None,) * (len(columns) - len(values)))

    return Content(columns, rows, "row", notes=tuple(notes))


def _name(value: object) -> str:
    return cell_text(value, "the first row", "a column's name")


def _filled(sheet: "Worksheet", most: int) -> Iterator[tuple[int, Values]]:
    """(number, values) of every row that holds anything, without empty cells at its end.

    Of each row no more than `most` cells.
    """
    rows = sheet.iter_rows(max_row=MAX_ROWS, max_col=most, values_only=True)
    for number, cells in enumerate(rows, start=1):
        width = 0 if cells.count(None) == len(cells) else len(cells)  # a file may skip a million
        while width and cells[width - 1] in (None, ""):
            width -= 1
        if width:
            yield number, tuple(map(_value, cells[:width]))


def _value(value: object) -> object:
    """A cell's value; dates and times as text, in the order of ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value) if isinstance(value, (date, time)) else value


def _opened(source: Source) -> "tuple[Worksheet, int]":
    """The sheet that is wanted, and how many others nobody asked for; DataError if there is none.

    The file is in memory as long as the sheet is, and its texts are unpacked once.
    """
    from openpyxl import load_workbook

    with source.opened() as stream:
        _look_through(source, stream)
        content = BytesIO(stream.read())
    book: Any = load_workbook(content, read_only=True, data_only=True, keep_links=False)
    names = {sheet.title: sheet for sheet in book.worksheets}
    if not names or (source.sheet is not None and source.sheet not in names):
        listed = ", ".join(repr(name[:40]) for name in list(names)[:20]) or "none"
        wanted = "" if source.sheet is None else f" {source.sheet!r}"
        raise DataError(f"{source.name} has no sheet{wanted}. Its sheets: {listed}.")
    sheet = names[source.sheet] if source.sheet is not None else book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    return sheet, 0 if source.sheet is not None else len(names) - 1


@contextmanager
def _named(source: Source) -> Iterator[None]:
    """Raises DataError where parts are damaged: openpyxl and its parsers raise what they like."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise DataError(
            f"{source.name} is not an Excel workbook (.xlsx) that can be read ({reason}). Save it "
            "again, or as CSV."
        ) from None


def _look_through(source: Source, stream: IO[bytes]) -> None:
    """Raises DataError where the archive holds more than may be parsed, or is none (BadZipFile)."""
    entries = 0
    while block := stream.read(_BLOCK):
        entries += block.count(b"PK\1\2")
    stream.seek(0)
    if entries > MAX_PARTS:
        raise DataError(f"{source.name} has too many parts. Save it again, or as CSV.")
    most = MAX_UPLOAD_TAGS if source.uploaded else MAX_TAGS
    tags = 0
    with ZipFile(stream) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)  # zipfile unpacks no more than it says
        check_size(source, unpacked)
        if unpacked > MAX_BYTES:
            raise _too_much(source, f"more than {MAX_BYTES // 1_000_000} MB unpacked")
        for part in parts:
            run = 0  # bytes since the last tag
            with archive.open(part) as xml:
                while block := xml.read(_BLOCK):
                    texts = block.split(b"<")
                    tags += len(texts) - 1
                    if tags > most:
                        raise _too_much(source, f"more than about {most // 4:,} cells")
                    if max(run + len(texts[0]), *map(len, texts)) > _MAX_TEXT_BYTES:
                        most_said = f"{MAX_CELL_CHARACTERS:,} characters"
                        raise _too_much(source, f"a cell of more than {most_said}")
                    run = len(texts[-1]) + (run if len(texts) == 1 else 0)
    stream.seek(0)


def _too_much(source: Source, what: str) -> DataError:
    return DataError(f"{source.name} holds {what}. Take out what is not needed, or save it as CSV.")
