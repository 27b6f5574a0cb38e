"""Ask the language models which of two sentences is grammatical (BLiMP)."""

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rich.table import Table

from model_zoo.commands.language import language_models, language_options
from model_zoo.commands.output import out, percent, positive, print_json, progress, right
from model_zoo.language.models import TITLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The pairs, and how many of them."""
    language_options(parser)
    parser.add_argument("file", type=Path, help="TSV with columns paradigm, field, good, bad")
    parser.add_argument(
        "--pairs", type=positive, metavar="N", help="of each paradigm, drawn (all there are)"
    )
    parser.add_argument("--seed", type=int, default=0, help="which pairs are drawn (0)")


def run(arguments: argparse.Namespace) -> None:
    """Accuracy by field and its mean over paradigms."""
    from model_zoo.language.grammar import PUBLISHED, grammar, read_pairs

    pairs = read_pairs(arguments.file, arguments.pairs, arguments.seed)
    results = {}
    with progress() as shown:
        for model in language_models(arguments):
            task = shown.add_task(model.title, total=len(pairs))
            results[model.name] = grammar(model, pairs, partial(shown.advance, task))
    if arguments.json:
        records = {name: asdict(result) for name, result in results.items()}
        for record in records.values():
            del record["right"]
        print_json(records)
        return
    first = next(iter(results.values()))
    table = Table("field", *(right(TITLES[name]) for name in results))
    for number, field in enumerate(first.fields):
        cells = (result.fields[number] for result in results.values())
        table.add_row(field.name, *(percent(cell.accuracy, cell.ci95) for cell in cells))
    table.add_section()
    table.add_row("mean of paradigms", *(f"{result.mean:.1%}" for result in results.values()))
    out.print(table)
    published = "; ".join(f"{name} {share:.1%}" for name, share, _ in PUBLISHED)
    out.print(f"{len(pairs):,} pairs. Published, of far more text: {published}.", style="dim")
