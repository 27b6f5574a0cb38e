"""Measure latency, throughput and memory on this machine."""

import argparse
from collections.abc import Sequence

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from model_zoo.commands.lineup import chosen_models, model_options
from model_zoo.commands.output import Table, err, out, positive, right, say, visible
from model_zoo.errors import MeasureError
from model_zoo.host import use_threads
from model_zoo.measure.growth import Growth, growth
from model_zoo.measure.latency import Latency
from model_zoo.measure.sweep import (
    BATCH_TOKENS,
    BATCHES,
    LENGTHS,
    Sweep,
    as_json,
    by_batch,
    by_length,
    sweep,
    texts_a_second,
)
from model_zoo.models.loading import load
from model_zoo.models.registry import title


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Models, lengths, batches, and how thoroughly."""
    model_options(parser)
    parser.add_argument(
        "--lengths",
        type=numbers,
        default=LENGTHS,
        metavar="N,…",
        help=f"tokens with [CLS] and [SEP], one text a call ({_joined(LENGTHS)})",
    )
    parser.add_argument(
        "--batch",
        type=numbers,
        default=BATCHES,
        metavar="N,…",
        help=f"texts of {BATCH_TOKENS} tokens a call ({_joined(BATCHES)})",
    )
    parser.add_argument("--runs", type=positive, default=20, help="calls that count (20)")
    parser.add_argument(
        "--seconds",
        type=float,
        default=30.0,
        help="after which a length or batch ends, but not before 3 runs (30)",
    )
    parser.add_argument(
        "--threads", type=positive, default=1, help="a call computes on; the app has 1 (1)"
    )
    parser.add_argument("--no-memory", action="store_true", help="latency and throughput only")


def run(arguments: argparse.Namespace) -> None:
    """Every model over lengths and batches, taking turns; Ctrl-C prints what was measured."""
    use_threads(arguments.threads)
    chosen = chosen_models(arguments)
    latest: Sweep | None = None
    with _progress() as bar:
        task = bar.add_task("Loading")
        try:
            stages = sweep(
                list(map(load, chosen)),
                lengths=arguments.lengths,
                batches=arguments.batch,
                runs=arguments.runs,
                seconds=arguments.seconds,
                memory=not arguments.no_memory,
            )
            for stage in stages:
                latest = stage.sweep
                if stage.seconds_left is not None:
                    spent = bar.tasks[0].elapsed or 0.0
                    bar.update(task, total=spent + stage.seconds_left, completed=spent)
                left = (
                    "" if stage.seconds_left is None else f"about {stage.seconds_left:.0f} s left"
                )
                bar.update(task, description=visible(stage.doing), left=left)
        except KeyboardInterrupt:
            if not (latest and latest.latencies):
                raise
            say("Stopped early: this is what was measured.")
        except MeasureError as error:
            if not (latest and latest.latencies):
                raise
            say(str(error))
    if latest is None:
        return
    if arguments.json:
        print(as_json(latest), end="")
    else:
        _print(latest)


def numbers(value: str) -> list[int]:
    """Whole numbers from 1 on with commas between, as argparse wants them.

    >>> numbers("8,32")
    [8, 32]
    """
    return [positive(number) for number in value.split(",")]


def _joined(numbers: Sequence[int]) -> str:
    """As `numbers` takes them."""
    return ",".join(map(str, numbers))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=err)


def _print(measured: Sweep) -> None:
    """Tables of what was measured, and how."""
    for lines, axis, heading, unit, cell in (
        (by_length(measured), "tokens", "{} tokens", "ms, median (p95)", _ms),
        (by_batch(measured), "batch", "batch of {}", "texts a second", _rate),
    ):
        xs = sorted({getattr(latency, axis) for line in lines.values() for latency in line})
        table = Table(unit, *(right(title(name)) for name in lines))
        for x in xs:
            cells = (
                next((cell(latency) for latency in line if getattr(latency, axis) == x), "–")
                for line in lines.values()
            )
            table.add_row(heading.format(x), *cells)
        if axis == "tokens":
            table.add_section()
            fits = [growth(line) for line in lines.values()]
            table.add_row("grows like tokens to the", *(_exponent(fit) for fit in fits))
        out.print(table)
    if measured.footprints:
        footprints = measured.footprints
        titles = (title(footprint.model) for footprint in footprints)
        table = Table("memory, MB", *map(right, titles))
        for row, field in (
            ("weights", "weights_bytes"),
            ("added", "added_bytes"),
            ("peak of a prediction", "prediction_peak_bytes"),
            ("peak of an attribution", "attribution_peak_bytes"),
        ):
            table.add_row(
                row, *(f"{getattr(footprint, field) / 1e6:.1f}" for footprint in footprints)
            )
        out.print(table)
    first, machine = measured.latencies[0], measured.host
    runs = sorted({len(latency.samples_ms) for latency in measured.latencies})
    out.print(
        f"{measured.taken}, {machine.processor}, {machine.cores} cores, Python {machine.python}, "
        f"torch {machine.torch}, transformers {machine.transformers}. Threads: {first.threads}. "
        f"Runs: {runs[0]} to {runs[-1]} after {first.warm_up} warm-up, models taking turns; below "
        f"20 runs, p95 is the slowest. Batches are of {BATCH_TOKENS} tokens a text."
    )


def _ms(latency: Latency) -> str:
    return f"{latency.median_ms:.1f} ({latency.p95_ms:.1f})"


def _rate(latency: Latency) -> str:
    return f"{texts_a_second(latency):,.0f}"


def _exponent(fit: Growth | None) -> str:
    return f"{fit.exponent:.2f} ({fit.ci95[0]:.2f} to {fit.ci95[1]:.2f})" if fit else "–"
