"""Measure accuracy on a labelled file."""

import argparse
from dataclasses import asdict

from rich.table import Table

from model_zoo.commands.output import (
    model_options,
    out,
    percent,
    print_json,
    progress,
    right,
    table_options,
)
from model_zoo.models.loading import load
from model_zoo.models.registry import SPECS, choose


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, columns and models."""
    model_options(parser)
    table_options(parser)
    parser.add_argument(
        "--label", required=True, metavar="COL", help="column with 0/1 or negative/positive"
    )


def run(arguments: argparse.Namespace) -> None:
    """Accuracy, F1 and paired tests on a labelled file."""
    from model_zoo.quality.evaluate import evaluate, read_labelled

    names = choose(arguments.models)
    texts, labels = read_labelled(
        arguments.file, arguments.text, arguments.label, header=not arguments.no_header
    )
    models = [load(name, arguments.models_dir) for name in names]
    with progress() as bar:
        bars = {name: bar.add_task(SPECS[name].title, total=len(texts)) for name in names}
        evaluation = evaluate(
            models,
            texts,
            labels,
            batch_size=arguments.batch_size,
            advance=lambda name, rows: bar.advance(bars[name], rows),
        )
    if arguments.json:
        print_json(
            {
                "rows": evaluation.rows,
                "models": {
                    name: {
                        "accuracy": quality.accuracy,
                        "ci95": quality.accuracy_ci95,
                        "f1": quality.f1,
                        "f1_ci95": quality.f1_ci95,
                        "auc": quality.auc,
                        "ece": quality.ece,
                        "confusion": asdict(quality.confusion),
                        "seconds": evaluation.seconds[name],
                    }
                    for name, quality in evaluation.qualities.items()
                },
                "mcnemar": {
                    f"{first}|{second}": {"b": pair.b, "c": pair.c, "p": pair.p}
                    for (first, second), pair in evaluation.pairs.items()
                },
            }
        )
        return
    table = Table("model", *(right(title) for title in ("accuracy", "F1", "ECE", "seconds")))
    for name, quality in evaluation.qualities.items():
        table.add_row(
            SPECS[name].title,
            percent(quality.accuracy, quality.accuracy_ci95),
            f"{quality.f1:.3f}",
            f"{quality.ece:.3f}",
            f"{evaluation.seconds[name]:.1f}",
        )
    out.print(f"{evaluation.rows:,} rows; ECE: how far probabilities are off on average, 0 is best")
    out.print(table)
    if evaluation.pairs:
        pairs = Table("pair", *(right(title) for title in ("only first right", "only second", "p")))
        for (first, second), pair in evaluation.pairs.items():
            pairs.add_row(
                f"{SPECS[first].title}, {SPECS[second].title}",
                str(pair.b),
                str(pair.c),
                f"{pair.p:.2g}",
            )
        out.print(pairs)
        out.print("p: McNemar's exact test. Above 0.05 the difference could well be chance.")
