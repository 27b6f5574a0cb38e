"""Which models a command asks: of a set, and the user's own beside them."""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from model_zoo.commands.output import err, say
from model_zoo.errors import SetError
from model_zoo.models import hub, hub_client, hub_download
from model_zoo.models.classes import plain_name
from model_zoo.models.engines import DEPLOYABLE, ENGINES, engine
from model_zoo.models.network import ModelId
from model_zoo.models.own import classes_of
from model_zoo.models.registry import choose
from model_zoo.models.sets import BUNDLED, ModelSet, add_set, model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.paths import given_folder


def model_options(parser: argparse.ArgumentParser, *, every_engine: bool = False) -> None:
    """Add --set, --models, --classes and --engine, which is one, or where said every one."""
    parser.add_argument(
        "--set",
        default=BUNDLED,
        metavar="NAME|PATH",
        help=f"set of models: one that is installed, or a folder ({BUNDLED})",
    )
    parser.add_argument(
        "--models",
        type=_names,
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
    parser.add_argument(
        "--engine",
        default=",".join(DEPLOYABLE) if every_engine else ModelId.ENGINE,
        metavar="A,B" if every_engine else "NAME",
        help=f"what computes them: {', '.join(DEPLOYABLE if every_engine else ENGINES)} "
        f"({'all' if every_engine else ModelId.ENGINE}); of one model, --models bert@onnx,bert",
    )


def _names(value: str) -> list[str]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("name at least one model")
    return names


def _classes(value: str) -> dict[str, str]:
    pairs = [part.split("=") for part in value.split(",") if part]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise argparse.ArgumentTypeError("write CLASS=LABEL, as LABEL_0=negative,LABEL_1=positive")
    return {name.strip(): label.strip() for name, label in pairs}


def chosen_set(arguments: argparse.Namespace) -> ModelSet:
    """The set that --set names; SetError where there is none."""
    try:
        return model_set(arguments.set)
    except SetError:
        if (folder := given_folder(arguments.set)) is None:
            raise
        return add_set(folder)


def chosen_models(arguments: argparse.Namespace) -> list[ModelSpec]:
    """The models that --set and --models name, in order; nothing is loaded.

    Those on the Hub are downloaded first, unless they are there. UnknownModelError where there is
    no such model; SetError where --classes names what is no class of them, or no label of the set.
    """
    names = arguments.models and [
        _downloaded(name) if name.startswith(hub.PREFIX) else name for name in arguments.models
    ]
    of = chosen_set(arguments)
    chosen = choose(names, of, arguments.classes, engine(arguments.engine).name)
    if arguments.classes:
        own = [row.id for row in chosen if row.id.is_own]
        classes = [name for model in own for name in classes_of(model)]
        _check_among(arguments.classes, classes, str)
        _check_among(arguments.classes.values(), of.labels, plain_name)
        for row in chosen:
            if row.id.is_own:
                _check_whole(row, arguments.classes, of.labels)
    return chosen


def _check_whole(row: ModelSpec, meant: Mapping[str, str], labels: Sequence[str]) -> None:
    """SetError where --classes speaks of the model, and not each class has a label of its own."""
    classes = classes_of(row.id)
    if row.comparable or not set(classes) & set(meant):
        return
    said = ", ".join(f"{name}={meant.get(name, '?')}" for name in classes[:12])
    raise SetError(
        f"--classes has to give each of {row.title}'s {len(classes)} classes one of the "
        f"{len(labels)} labels ({', '.join(labels[:12])}), and no two the same; it says {said}."
    )


def _check_among(
    names: Iterable[str], known: Sequence[str], compared: Callable[[str], str]
) -> None:
    """SetError where --classes has a name that is none of those `known`, `compared` by this."""
    same = set(map(compared, known))
    for name in names:
        if compared(name) not in same:
            choice = f"Choose from: {', '.join(known[:12])}{', …' if len(known) > 12 else ''}."
            raise SetError(
                f"--classes names {name!r}, and there is none. "
                f"{choice if known else 'Give it with a model of your own.'}"
            )


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
