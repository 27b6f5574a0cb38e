"""Which models a command asks: of a set, and the user's own beside them."""

import argparse
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from model_zoo.commands.output import err, say
from model_zoo.errors import SetError
from model_zoo.models import hub, hub_client, hub_download
from model_zoo.models.network import ModelId
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
        help="which models of the set (all); beside them folders of any sequence classifiers, as "
        "./mine, and models on the Hub, as hub:org/name",
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
    """The models that --set and --models name, in order; nothing is loaded.

    Those on the Hub are downloaded first, unless they are there.
    """
    names = arguments.models and [
        _downloaded(name) if name.startswith(hub.PREFIX) else name for name in arguments.models
    ]
    return choose(names, chosen_set(arguments), arguments.classes)


def _downloaded(name: str) -> str:
    """The identity of a model on the Hub, which is downloaded now if it is not there."""
    repo, revision = hub.parse(name)
    identity = ModelId.of(hub.model_name(repo, revision), "hub")
    folder = hub_client.hub_folder()
    if identity.name in hub_download.downloaded(folder):
        return identity
    host = hub_client.host()
    say(f"Asking {host} for {repo}.")
    model = hub.look_up(repo, revision)
    folder.mkdir(parents=True, exist_ok=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(f"Downloading {repo} from {host}", total=model.download_bytes)
        hub_download.download(
            model, folder, lambda done, total: bar.update(task, completed=done, total=total)
        )
    return identity
