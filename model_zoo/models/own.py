"""The user's own models: folders with any sequence classifier, beside the models of a set.

The command line may name any folder. The app offers those below the folders in QUARTET_MODEL_DIRS,
which whoever runs it lists: an address or a visitor names models there, never paths.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from model_zoo import paths
from model_zoo.errors import HubError, UnknownModelError, WeightsError
from model_zoo.models import hub_client
from model_zoo.models.classes import class_names, matched, unfit
from model_zoo.models.network import ModelId
from model_zoo.models.sets import CONFIG, model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.whole_files import read_json

LOCAL, HUB = ModelId.OWN
MOST_FOLDERS = 200  # that are offered
DEEPEST = 3  # levels below a listed folder

_DOWNLOAD = re.compile(r"\w[\w.+-]*", re.ASCII)

_given: dict[ModelId, Path] = {}  # folders that were named; without `beside`


def add_folder(
    folder: Path, *, beside: str = ModelId.SET, renamed: Mapping[str, str] | None = None
) -> ModelSpec:
    """The model in `folder`, to stand beside a set; from now on `own_spec` knows it, too.

    `renamed` says what its classes mean: class name -> label. Raises WeightsError where the folder
    holds no model.
    """
    folder = folder.expanduser().resolve()
    base = _name(folder.name)
    name, number = base, 2
    while _given.get(ModelId.of(name, LOCAL), folder) != folder:
        name, number = f"{base}-{number}", number + 1
    identity = ModelId.of(name, LOCAL)
    _read_config(folder)
    _given[identity] = folder
    return read_by(identity, beside, renamed)


def _name(text: str) -> str:
    """What is left of a folder's name in an identity."""
    return re.sub(r"[/@,~\s]+", "-", text).strip("-") or "model"


def know_folder(identity: ModelId, folder: Path) -> None:
    """Have the model in `folder` found by its identity, as another process does."""
    _given[ModelId.of(identity.name, identity.set)] = folder


def own_spec(identity: ModelId) -> ModelSpec:
    """What is known of a model of the user's; UnknownModelError where there is no such folder.

    Its labels are those of the set beside which it stands, in their order, if each of its classes
    can be told to be one of them; or else its classes' own names.
    """
    folder = _folder_of(identity)
    config = _read_config(folder)
    labels = model_set(identity.beside).labels
    classes = class_names(config)
    try:
        order = identity.order or matched(classes, labels)
    except ValueError:
        order = None
    comparable = order is not None and sorted(order) == list(range(len(labels)))
    if order is None or not comparable or len(classes) != len(labels):
        comparable, order, labels = False, (), classes
    return ModelSpec(
        id=identity,
        title=folder.name if identity.set == LOCAL else identity.name.rpartition("--")[2],
        description=_describe(config, identity),
        model_type=str(config.get("model_type", "")),
        folder=folder,
        labels=labels,
        order=() if order == tuple(range(len(labels))) else order,
        comparable=comparable,
    )


def read_by(identity: ModelId, beside: str, renamed: Mapping[str, str] | None = None) -> ModelSpec:
    """The model by the labels of the set `beside`; `renamed` says which its classes mean."""
    folder = _folder_of(identity)
    order: tuple[int, ...] = ()
    if renamed:
        classes = class_names(_read_config(folder))
        order = matched(classes, model_set(beside).labels, renamed) or ()
    return own_spec(ModelId.of(identity.name, identity.set, beside=beside, order=order))


def classes_of(identity: ModelId) -> tuple[str, ...]:
    """What the model itself calls its classes, in their order."""
    return class_names(_read_config(_folder_of(identity)))


def offered() -> dict[ModelId, Path]:
    """The models below the folders in QUARTET_MODEL_DIRS, by identity."""
    folders: dict[ModelId, Path] = {}
    for root in map(Path.resolve, paths.listed_folders("QUARTET_MODEL_DIRS")):
        for folder in _models_below(root, DEEPEST):
            parts = folder.relative_to(root).parts or (folder.name,)
            folders.setdefault(ModelId.of(_name("--".join(parts)), LOCAL), folder)
            if len(folders) == MOST_FOLDERS:
                return folders
    return folders


def _models_below(folder: Path, depth: int) -> Iterator[Path]:
    """Folders with a config.json in or below `folder`, in order; links that lead out are passed."""
    try:
        if (folder / CONFIG).is_file():
            yield folder
            return
        inside = sorted(folder.iterdir()) if depth else []
        deeper = [
            entry
            for entry in inside
            if not entry.name.startswith(".") and entry.is_dir() and not entry.is_symlink()
        ]
    except OSError:  # not ours to read
        return
    for entry in deeper:
        yield from _models_below(entry, depth - 1)


def _folder_of(identity: ModelId) -> Path:
    try:
        plain = ModelId.of(identity.name, identity.set)
    except ValueError:
        plain = None
    folder = _given.get(plain) if plain else None
    if folder is None and identity.set == HUB:
        folder = _downloaded(identity.name)
    elif plain and folder is None and (folder := offered().get(plain)):
        _given[plain] = folder
    if folder is None:
        raise UnknownModelError(
            f"There is no model {identity.name[:60]!r} here. Add it first: a folder on the command "
            "line, or in the app below “Add a model”."
        )
    return folder


def _downloaded(name: str) -> Path | None:
    """The folder of a download, which is seen only once it is whole."""
    if not _DOWNLOAD.fullmatch(name):  # identities come from addresses, too
        return None
    try:
        folder = hub_client.hub_folder() / name
    except HubError:
        return None
    return folder if (folder / CONFIG).is_file() else None


def _read_config(folder: Path) -> dict[str, object]:
    """The folder's config.json; WeightsError where there is none, or it is no classifier's."""
    try:
        config = read_json(folder / CONFIG)
        reason = unfit(config)
    except (OSError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise WeightsError(
            f"{folder} holds no model: its config.json is missing or damaged. Give the folder that "
            "`save_pretrained` wrote."
        ) from error
    if reason:
        raise WeightsError(f"{folder} {reason}")
    return config


def _describe(config: Mapping[str, object], identity: ModelId) -> str:
    where = "a folder of your own" if identity.set == LOCAL else "from the Hub"
    return f"{config.get('model_type', 'unknown kind')}, {where}"
