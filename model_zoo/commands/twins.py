"""Time BERT and DistilBERT at their papers' size, with random weights: architecture only."""

import argparse
from dataclasses import asdict

from model_zoo.commands.output import Table, out, positive, print_json, progress, right
from model_zoo.measure import twins


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How often."""
    parser.add_argument(
        "--runs",
        type=positive,
        default=5,
        help=f"rounds counted each time a twin is built (5); each is built {twins.VISITS} times",
    )


def run(arguments: argparse.Namespace) -> None:
    """Parameters, memory and speed; one twin is in memory at a time."""
    with progress() as bar:
        task = bar.add_task("measuring", total=100)
        for share, measured in twins.speed(runs=arguments.runs):  # noqa: B007
            bar.update(task, completed=round(100 * share))
    if arguments.json:
        print_json(asdict(measured))
        return
    lengths = (right(f"{n} tokens") for n in twins.LENGTHS)
    table = Table("architecture", right("parameters"), right("float32"), *lengths)
    for twin in measured.twins:
        timed = [f"{latency.median_ms:.1f} ms" for latency in twin.latencies]
        table.add_row(
            twins.ARCHITECTURES[twin.name].title,
            f"{twin.parameters / 1e6:.1f} M",
            f"{twin.weights_bytes / 1e6:.0f} MB",
            *(timed or ["–"] * len(twins.LENGTHS)),
        )
    out.print(table)
    out.print(
        "Random weights: architecture only, no predictions. "
        f"Median of {arguments.runs * twins.VISITS} calls, batch 1; {measured.host.processor}, "
        f"torch {measured.host.torch}."
    )
