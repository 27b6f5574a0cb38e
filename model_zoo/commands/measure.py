"""Measure latency, throughput and memory on this machine."""

import argparse
from collections.abc import Sequence

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from model_zoo.commands.output import err, model_options, out, positive, right, say
from model_zoo.errors import MeasureError
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
from model_zoo.models.registry import SPECS, choose


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
    parser.add_argument("--threads", type=positive, default=1, help="of torch; the app has 1 (1)")
    parser.add_argument("--no-memory", action="store_true", help="latency and throughput only")


def run(arguments: argparse.Namespace) -> None:
    """Every model over lengths and batches, taking turns; Ctrl-C prints what was measured."""
    import torch

    torch.set_num_threads(arguments.threads)
    names = choose(arguments.models)
    found: Sweep | None = None
    with _progress() as bar:
        task = bar.add_task("Loading")
        try:
            going = sweep(
                [load(name, arguments.models_dir) for name in names],
                lengths=arguments.lengths,
                batches=arguments.batch,
                runs=arguments.runs,
                seconds=arguments.seconds,
                memory=not arguments.no_memory,
                root=arguments.models_dir,
            )
            for stage in going:
                found = stage.sweep
                if stage.seconds_left is not None:
                    spent = bar.tasks[0].elapsed or 0.0
                    bar.update(task, total=spent + stage.seconds_left, completed=spent)
                left = (
                    "" if stage.seconds_left is None else f"about {stage.seconds_left:.0f} s left"
                )
                bar.update(task, description=stage.doing, left=left)
        except KeyboardInterrupt:
            if not (found and found.latencies):
                raise
            say("Stopped early: this is what was measured.")
        except MeasureError as error:
            if not (found and found.latencies):
                raise
            say(str(error))
    if found is None:
        return
    if arguments.json:
        print(as_json(found), end="")
    else:
        _print(found)


def numbers(value: str) -> list[int]:
    return [positive(number) for number in value.split(",")]


def _joined(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=err)


def _print(found: Sweep) -> None:
    """Tables of what was found, and how it was measured."""
    for lines, point, named, unit, figure in (
        (by_length(found), "tokens", "{} tokens", "ms, median (p95)", _ms),
        (by_batch(found), "batch", "batch of {}", "texts a second", _rate),
    ):
        xs = sorted({getattr(one, point) for line in lines.values() for one in line})
        table = Table(unit, *(right(SPECS[name].title) for name in lines))
        for x in xs:
            cells = (
                next((figure(one) for one in line if getattr(one, point) == x), "–")
                for line in lines.values()
            )
            table.add_row(named.format(x), *cells)
        if point == "tokens":
            table.add_section()
            fits = [growth(line) for line in lines.values()]
            table.add_row("grows like tokens to the", *(_exponent(fit) for fit in fits))
        out.print(table)
    if found.footprints:
        table = Table("memory, MB", *(right(SPECS[one.model].title) for one in found.footprints))
        for row, field in (
            ("weights", "weights_bytes"),
            ("added", "added_bytes"),
            ("peak of a prediction", "prediction_peak_bytes"),
            ("peak of an attribution", "attribution_peak_bytes"),
        ):
            table.add_row(row, *(f"{getattr(one, field) / 1e6:.1f}" for one in found.footprints))
        out.print(table)
    first, machine = found.latencies[0], found.host
    runs = sorted({len(one.samples_ms) for one in found.latencies})
    out.print(
        f"{found.taken}, {machine.processor}, {machine.cores} cores, Python {machine.python}, "
        f"torch {machine.torch}, transformers {machine.transformers}. Threads: {first.threads}. "
        f"Runs: {runs[0]} to {runs[-1]} after {first.warm_up} warm-up, models taking turns; below "
        f"20 runs, p95 is the slowest. Batches are of {BATCH_TOKENS} tokens a text."
    )


def _ms(one: Latency) -> str:
    return f"{one.median_ms:.1f} ({one.p95_ms:.1f})"


def _rate(one: Latency) -> str:
    return f"{texts_a_second(one):,.0f}"


def _exponent(fit: Growth | None) -> str:
    return f"{fit.exponent:.2f} ({fit.ci95[0]:.2f} to {fit.ci95[1]:.2f})" if fit else "–"
