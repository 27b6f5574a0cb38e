"""Which models a command asks: of a set, and the user's own beside them."""

import argparse
from pathlib import Path

from model_zoo.errors import SetError
from model_zoo.models.registry import choose
from model_zoo.models.sets import BUNDLED, ModelSet, add_set, model_set
from model_zoo.models.spec import ModelSpec


def model_options(parser: argparse.ArgumentParser) -> None:
    """Add --set, --models and --classes."""
    parser.add_argument(
        "--set",
        default=BUNDLED,
        metavar="NAME|PATH",
        help=f"set of models: one that is installed, or a folder ({BUNDLED})",
    )
    parser.add_argument(
        "--models",
        type=lambda value: [name.strip() for name in value.split(",") if name.strip()],
        metavar="A,B",
        help="which models of the set (all); also folders of any sequence classifiers, as ./mine",
    )
    parser.add_argument(
        "--classes",
        type=_classes,
        metavar="CLASS=LABEL,…",
        help="what the classes of such models mean, where their names do not say it",
    )


def _classes(value: str) -> dict[str, str]:
    pairs = [part.split("=") for part in value.split(",") if part]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError
    return {name.strip(): label.strip() for name, label in pairs}


def chosen_set(arguments: argparse.Namespace) -> ModelSet:
    """The set that --set names; SetError where there is none."""
    try:
        return model_set(arguments.set)
    except SetError:
        if not Path(arguments.set).expanduser().is_dir():
            raise
        return add_set(Path(arguments.set))


def chosen_models(arguments: argparse.Namespace) -> list[ModelSpec]:
    """The models that --set and --models name, in order; nothing is loaded."""
    return choose(arguments.models, chosen_set(arguments), arguments.classes)
