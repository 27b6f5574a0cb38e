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
                    "name": item.name,
                    "architecture": item.architecture,
                    "layers": item.layers,
                    "parameters": item.parameters,
                    "core_parameters": item.core_parameters,
                    "size_bytes": item.size_bytes,
                    "accuracy": item.accuracy,
                    "ci95": item.ci95,
                }
                for item in cards
            ]
        )
        return
    table = Table("name", "architecture", *(right(title) for title in _MODEL_COLUMNS))
    for item in cards:
        table.add_row(
            item.name,
            item.architecture,
            str(item.layers),
            f"{item.parameters / 1e6:.1f} M",
            f"{item.core_parameters / 1e6:.2f} M",
            f"{item.size_bytes / 1e6:.1f} MB",
            percent(item.accuracy, item.ci95),
        )
    out.print(table)
    out.print(
        "core: recurrent or encoder layers, without word embeddings and head. "
        "Accuracy: SST-2 validation, 872 rows, with 95 % interval."
    )


_MODEL_COLUMNS = ("layers", "parameters", "core", "on disk", "accuracy")
