"""List the models."""

import argparse

from rich.table import Table

from model_zoo.commands.output import model_options, out, percent, print_json, right
from model_zoo.models.files import card
from model_zoo.models.registry import choose


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which models."""
    model_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """What there is, from the files alone (nothing is loaded)."""
    cards = [card(name, arguments.models_dir) for name in choose(arguments.models)]
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
            model_card.name,
            model_card.architecture,
            str(model_card.layers),
            f"{model_card.parameters / 1e6:.1f} M",
            f"{model_card.core_parameters / 1e6:.2f} M",
            f"{model_card.size_bytes / 1e6:.1f} MB",
            percent(model_card.accuracy, model_card.ci95),
        )
    out.print(table)
    out.print(
        "core: recurrent or encoder layers, without word embeddings and head. "
        "Accuracy: SST-2 validation, 872 rows, with 95 % interval."
    )


_MODEL_COLUMNS = ("layers", "parameters", "core", "on disk", "accuracy")
