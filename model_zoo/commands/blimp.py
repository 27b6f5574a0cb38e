"""Ask the language models which of two sentences is grammatical (BLiMP)."""

import argparse
from pathlib import Path
from typing import Any

from model_zoo.commands.language import bars, language_models, language_options
from model_zoo.commands.output import (
    Table,
    new_file,
    out,
    percent,
    positive,
    print_json,
    right,
    seed,
    written,
)
from model_zoo.language_models.models import TITLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The pairs, and how many of them."""
    language_options(parser)
    parser.add_argument("file", type=Path, help="TSV with columns paradigm, field, good, bad")
    parser.add_argument(
        "--pairs", type=positive, metavar="N", help="of each paradigm, drawn (all there are)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="which pairs are drawn (0)")
    parser.add_argument(
        "--out", type=new_file, metavar="FILE", help="write what was measured as JSON"
    )


def run(arguments: argparse.Namespace) -> None:
    """Accuracy by field and its mean over paradigms."""
    from model_zoo.language_models.grammar import PUBLISHED, read_pairs
    from model_zoo.language_models.report import measure_grammar

    with written(arguments.out, arguments.file) as write:
        pairs = read_pairs(arguments.file, arguments.pairs, arguments.seed)
        with bars(len(pairs)) as advance:
            report = measure_grammar(language_models(arguments), pairs, arguments.file, advance)
        write(report)
    if arguments.json:
        print_json(report)
        return
    out.print(_table(report["models"]))
    published = "; ".join(f"{name} {share:.1%}" for name, share, _ in PUBLISHED)
    out.print(f"{len(pairs):,} pairs. Published, of far more text: {published}.", style="dim")


def _table(models: dict[str, Any]) -> Table:
    """A row a field of grammar, and a column a model."""
    table = Table("field", *(right(TITLES[name]) for name in models))
    for fields in zip(*(model["fields"] for model in models.values()), strict=True):
        cells = (percent(field["accuracy"], field["ci95"]) for field in fields)
        table.add_row(fields[0]["name"], *cells)
    table.add_section()
    table.add_row("mean of paradigms", *(f"{model['mean']:.1%}" for model in models.values()))
    return table
