"""What the commands about language models share: which of them are asked, and for what."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import TaskID

from model_zoo.commands.output import progress
from model_zoo.errors import UnknownModelError
from model_zoo.language_models.models import TITLES, LanguageModel, available, load


def language_options(parser: argparse.ArgumentParser) -> None:
    """Add which language models to ask."""
    parser.add_argument(
        "--models", default="", metavar="LIST", help=f"some of {','.join(TITLES)} (all there are)"
    )


def language_models(arguments: argparse.Namespace) -> Iterator[LanguageModel]:
    """Those asked for, one loaded after the other; UnknownModelError where there are none."""
    names = [name.strip() for name in arguments.models.split(",") if name.strip()]
    names = names or list(available())
    if not names:
        raise UnknownModelError(
            "No language models are installed. Train them: "
            "`python -m model_zoo train lm-lstm --data FOLDER`, or name their folder in "
            "QUARTET_LANGUAGE."
        )
    for name in names:
        yield load(name)


@contextmanager
def bars(total: int) -> Iterator[Callable[[str, int], None]]:
    """A bar for each model, by its title: yields what is to be told how many more are done."""
    with progress() as shown:
        tasks: dict[str, TaskID] = {}

        def advance(title: str, more: int) -> None:
            if title not in tasks:
                tasks[title] = shown.add_task(title, total=total)
            shown.advance(tasks[title], more)

        yield advance
