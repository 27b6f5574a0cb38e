"""Say which words made the answer."""

import argparse
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from model_zoo.commands.output import model_options, out, print_json, right, visible
from model_zoo.models.loading import load
from model_zoo.models.registry import SPECS, choose


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Text, models and method."""
    model_options(parser)
    parser.add_argument("text", help="a text, in quotes")
    parser.add_argument("--method", default="integrated_gradients", help="see the README")
    parser.add_argument(
        "--target", default="predicted", help="predicted, positive, negative or difference"
    )
    parser.add_argument("--baseline", default="pad", help="pad, mask or zero")
    parser.add_argument("--seed", type=int, default=0, help="for the methods that sample (0)")


def run(arguments: argparse.Namespace) -> None:
    """What each word did for each model's answer, and how far to trust that."""
    from model_zoo.explain.attribute import METHODS, attribute
    from model_zoo.explain.faithfulness import trust

    records = []
    for name in choose(arguments.models):
        model = load(name, arguments.models_dir)
        attribution = attribute(
            model,
            arguments.text,
            method=arguments.method,
            target=arguments.target,
            baseline=arguments.baseline,
            seed=arguments.seed,
        )
        measured = trust(model, attribution, seed=arguments.seed)
        records.append(attribution.as_record() | asdict(measured))
    if arguments.json:
        print_json(records)
        return
    table = Table("word", *(right(SPECS[record["model"]].title) for record in records))
    for i, word in enumerate(records[0]["words"]):
        table.add_row(
            Text(visible(word)), *(f"{record['word_scores'][i]:+.3f}" for record in records)
        )
    table.add_section()
    for row in ("comprehensiveness", "random_comprehensiveness", "sufficiency"):
        table.add_row(row.replace("_", " "), *(f"{record[row]:+.3f}" for record in records))
    table.add_row("gap", *(_gap(record["gap_relative"]) for record in records))
    out.print(table)
    targets = ", ".join(f"{SPECS[record['model']].title} {record['target']}" for record in records)
    out.print(f"{METHODS[arguments.method].title}, in logits, for: {targets}.")


def _gap(share: float | None) -> str:
    """The completeness gap; a dash for methods that have none."""
    return "–" if share is None else f"{share:.1%}"
