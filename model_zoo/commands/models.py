"""List the models."""

import argparse
from collections.abc import Sequence

from rich.text import Text

from model_zoo.commands.lineup import chosen_models, model_options
from model_zoo.commands.output import Table, out, percent, print_json, right, visible
from model_zoo.models.files import card, read_metrics
from model_zoo.models.spec import ModelSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which models."""
    model_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """What there is, from the files alone (nothing is loaded)."""
    chosen = chosen_models(arguments)
    cards = list(map(card, chosen))
    if arguments.json:
        print_json(
            [
                {
                    "name": model_card.name,
                    "architecture": model_card.architecture,
                    "layers": model_card.layers,
                    "parameters": model_card.parameters,
                    "core_parameters": model_card.core_parameters,
                    "size_bytes": model_card.size_bytes,
                    "accuracy": model_card.accuracy,
                    "ci95": model_card.ci95,
                }
                for model_card in cards
            ]
        )
        return
    table = Table("name", "architecture", *(right(title) for title in _MODEL_COLUMNS))
    for model_card in cards:
        table.add_row(
            Text(visible(model_card.name)),
            Text(visible(model_card.architecture)),
            str(model_card.layers),
            f"{model_card.parameters / 1e6:.1f} M",
            f"{model_card.core_parameters / 1e6:.2f} M",
            f"{model_card.size_bytes / 1e6:.1f} MB",
            percent(model_card.accuracy, model_card.ci95),
        )
    out.print(table)
    out.print(
        "core: recurrent or encoder layers, without word embeddings and head. "
        f"Accuracy: {_measured_on(chosen)}."
    )


def _measured_on(models: Sequence[ModelSpec]) -> str:
    """What the models' own accuracies were measured on."""
    rows = {read_metrics(row).get("validation", {}).get("rows") for row in models} - {None}
    if not rows:
        return "not measured"
    return f"of the validation rows of their own data, {max(rows):,}, with 95 % interval"


_MODEL_COLUMNS = ("layers", "parameters", "core", "on disk", "accuracy")
