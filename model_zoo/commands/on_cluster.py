"""What `score` and `evaluate` share where they run on a cluster: options, progress, the end."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from model_zoo.commands.output import err, positive, say
from model_zoo.errors import DataError

if TYPE_CHECKING:  # both bring numpy, which --help does not need
    from model_zoo.cluster.run import Progress, Way

_LINE_S = 10.0  # between lines where there is no terminal


def cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add --cluster, and what is of use with it only."""
    group = parser.add_argument_group("on a cluster (docs/cluster.md)")
    group.add_argument(
        "--cluster",
        metavar="ADDRESS|local",
        help="compute on this Ray cluster, or on all cores here; INPUT may then be many files, "
        "folders, globs and addresses as s3://…",
    )
    group.add_argument(
        "--workers", type=positive, metavar="N", help="processes at once (one for each core)"
    )
    group.add_argument("--threads", type=positive, default=1, metavar="N", help="of each (1)")
    group.add_argument(
        "--block-rows", type=_windows, metavar="N", help="rows of a block, times of 2,048 (16,384)"
    )


def _windows(value: str) -> int:
    number = positive(value)
    if number % 2048:
        raise ValueError
    return number


def one_file(arguments: argparse.Namespace) -> Path:
    """The one input of a command that computes on this machine; DataError where there are more."""
    if len(arguments.input) > 1 or "://" in arguments.input[0]:
        raise DataError("One file on this machine at a time is read here. Add --cluster local.")
    return Path(arguments.input[0])


def way(arguments: argparse.Namespace) -> "Way":
    """How the options say to compute."""
    from model_zoo.cluster.blocks import ROWS
    from model_zoo.cluster.run import Way

    return Way(
        arguments.cluster,
        arguments.batch_size,
        arguments.workers,
        arguments.threads,
        arguments.block_rows or ROWS,
    )


@contextmanager
def reported() -> Iterator[Callable[["Progress"], None]]:
    """What is told of progress: a bar on a terminal, and else a line every ten seconds."""
    started, told, dashboard = monotonic(), float("-inf"), False
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("Connecting", total=None)
        first: float | None = None  # when the first row of this run came

        def report(progress: "Progress") -> None:
            nonlocal told, dashboard, first
            if progress.dashboard and not dashboard:
                dashboard = True
                say(f"Ray's dashboard: http://{progress.dashboard}")
            now = monotonic()
            if progress.total and first is None:
                first = now
            text = wording(progress, now - (first or now))
            bar.update(
                task, description=text, completed=progress.done, total=progress.total or None
            )
            ended = progress.total and progress.done == progress.total
            if not err.is_terminal and (now - told >= _LINE_S or ended):
                told = now
                say(f"{text} ({now - started:.0f} s)")

        yield report


def wording(progress: "Progress", seconds: float) -> str:
    """Rows, rate, time left, nodes and failures, in one line.

    `seconds` have gone by since the first rows of this run were handed out.
    """
    nodes = f"{progress.nodes} node{'s' * (progress.nodes != 1)}"
    if not progress.total:
        return f"Looking where rows begin, {nodes}"
    parts = [f"{progress.done:,} of {progress.total:,} rows"]
    new = progress.done - progress.resumed
    if new and seconds:
        rate = new / seconds
        left = (progress.total - progress.done) / rate
        parts += [f"{rate:,.0f} a second", f"{_time(left)} left"]
    parts.append(nodes)
    if progress.failures:
        parts.append(f"{progress.failures:,} failed")
    return ", ".join(parts)


def _time(seconds: float) -> str:
    """
    >>> _time(59), _time(3700), _time(200_000)
    ('59 s', '62 min', '55.6 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
