"""What all commands share: where output goes, how figures look, options that recur."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any

import rich.table
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from model_zoo.errors import DataError
from model_zoo.inference.predict import BATCH_SIZE
from model_zoo.locks import writing
from model_zoo.whole_files import write_json

_ANY_WIDTH = 10_000


class _Console(Console):
    """rich's, but that nobody reads on is for the whole command to end by."""

    def on_broken_pipe(self) -> None:
        """Called where a write failed so."""
        raise BrokenPipeError


out = _Console(highlight=False)
err = _Console(stderr=True, highlight=False)


class Table(rich.table.Table):
    """rich's, but where its columns do not fit side by side, each row is a list of its cells."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Columns or lists."""
        wide = options.update(width=_ANY_WIDTH)
        if Measurement.get(console, wide, self).minimum <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        for row in zip(*(column.cells for column in self.columns), strict=True):
            lines = rich.table.Table.grid(padding=(0, 1, 0, 0))
            for column, cell in zip(self.columns, row, strict=True):
                if str(cell):
                    lines.add_row(column.header, cell)
            yield lines
            yield ""


def table_options(parser: argparse.ArgumentParser) -> None:
    """Add the file of texts, or with --cluster many, and how to read it."""
    parser.add_argument(
        "input", nargs="+", metavar="INPUT", help="CSV, TSV, JSON, JSON lines, Parquet, XLSX"
    )
    parser.add_argument("--text", required=True, metavar="COL", help="column with the texts")
    reading_options(parser)
    parser.add_argument("--batch-size", type=positive, default=BATCH_SIZE, metavar="N")


def reading_options(parser: "argparse._ActionsContainer") -> None:
    """Add how any file of rows is to be read."""
    parser.add_argument("--no-header", action="store_true", help="line one is a row, not names")
    parser.add_argument("--sheet", metavar="NAME", help="of a workbook (XLSX; the first)")


def positive(value: str) -> int:
    """A whole number from 1 on, as argparse wants it; ValueError for anything else.

    >>> positive("8")
    8
    """
    return _whole(value, 1)


def seed(value: str) -> int:
    """A whole number from 0 on, as argparse wants it; ValueError for anything else.

    >>> seed("0")
    0
    """
    return _whole(value, 0)


def _whole(value: str, least: int) -> int:
    number = int(value)
    if number < least:
        raise ValueError
    return number


def temperature(value: str) -> float:
    """A number from 0 on that is no infinity, as argparse wants it; ValueError for anything else.

    >>> temperature("0.5")
    0.5
    """
    number = float(value)
    if not 0 <= number < inf:
        raise ValueError
    return number


def new_file(value: str) -> Path:
    """Where a file is to be written, as argparse wants it: hours of work must not end at a typo."""
    file = Path(value).expanduser()
    if not file.parent.is_dir() or file.is_dir():
        raise argparse.ArgumentTypeError(f"{file.parent} is no folder to write a file into")
    return file


@contextmanager
def written(file: Path | None, *sources: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """What writes a record into the file of --out, which no other run writes meanwhile.

    It does nothing where there is no such file. DataError where the file is one of the `sources`,
    is being written, or cannot be.
    """
    if file is None:
        yield lambda record: None
        return

    def write(record: Mapping[str, Any]) -> None:
        try:
            write_json(file, record)
        except OSError as error:
            raise DataError(
                f"{file} cannot be written ({error.strerror}). Make room, or choose another --out."
            ) from error

    with writing(file, *sources):
        yield write


def visible(text: str) -> str:
    """The text with U+FFFD for what would steer a terminal, and for what none can print.

    >>> visible("fine\\x1b[2J")
    'fine\ufffd[2J'
    """
    return _STEERING.sub("\ufffd", text)


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def say(message: str) -> None:
    """One line on stderr, if there is one, whatever the message holds."""
    if sys.stderr is not None:  # print would take stdout in its place
        print(" ".join(visible(f"model_zoo: {message}").split()), file=sys.stderr)


def print_json(value: object) -> None:
    """The command's result for programs."""
    print(json.dumps(value, indent=2))


def progress() -> Progress:
    """A bar with rows done, time spent and time left, on stderr."""
    return Progress(
        TextColumn("{task.description}", markup=False),  # titles are as others wrote them
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
    )


def right(title: str) -> Column:
    """A column of figures, headed by the title as it is written."""
    return Column(escape(visible(title)), justify="right")


def percent(share: float | None, interval: Sequence[float] | None) -> str:
    """A share with its 95 % interval; a dash where nothing was measured.

    >>> percent(0.875, (0.85, 0.9))
    '87.5% (85.0% to 90.0%)'
    """
    if share is None or interval is None:
        return "–"
    return f"{share:.1%} ({interval[0]:.1%} to {interval[1]:.1%})"
