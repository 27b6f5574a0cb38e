"""Sets of models: folders of models that answer the same question with the same labels.

A set is a folder with its `set.json`, a SHA256SUMS that vouches for the weights, and one folder a
model. One comes with the library. Others are in the folders of QUARTET_SETS, or else in the user's
data folder, or anywhere else once they were added.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from model_zoo import paths
from model_zoo.errors import SetError, did_you_mean
from model_zoo.labels import SENTIMENT
from model_zoo.models.classes import (
    MOST_LABEL_CHARACTERS,
    MOST_LABELS,
    class_names,
    matched,
)
from model_zoo.models.network import ModelId
from model_zoo.models.owner import Holder, Owner, read_owner
from model_zoo.models.spec import ModelSpec
from model_zoo.whole_files import read_json

BUNDLED = ModelId.SET
DESCRIPTION = "set.json"
CONFIG = "config.json"
SENTIMENT_TASK = "sentiment"
MOST_MODELS = 100  # in a set
_NAME = re.compile(r"[\w-]{1,60}")  # goes into addresses and identities


@dataclass(frozen=True, slots=True)
class ModelSet:
    """Models that answer one question with the same `labels`.

    `colours` gives labels their colours (#RRGGBB) where the set has any. `language`, `origin` and
    `date` say in words what the models read, who made them and when. `models` are in order.
    """

    name: str
    title: str
    task: str
    labels: tuple[str, ...]
    colours: Mapping[str, str]
    language: str
    origin: str
    date: str
    folder: Path
    models: Mapping[ModelId, ModelSpec]

    @property
    def is_sentiment(self) -> bool:
        """Whether it tells bad from good, as the behaviour checks ask."""
        return self.task == SENTIMENT_TASK and self.labels == SENTIMENT

    @property
    def owner(self) -> Owner:
        """Whom it belongs to by now."""
        return read_owner(self.folder)


_added: dict[str, Path] = {}


def add_set(folder: Path) -> ModelSet:
    """The set in `folder`, which from now on can be asked for by its name; SetError if it is none.

    Of two folders of the same name, the second gets a number.
    """
    folder = folder.expanduser().resolve()
    if folder == paths.MODELS:
        return model_set()
    base = re.sub(r"[^\w-]+", "-", folder.name)[:50].strip("-") or "set"
    name, number = base, 2
    while name in ModelId.OWN or (_folder_of(name) or folder) != folder:
        name, number = f"{base}-{number}", number + 1
    opened = read_set(folder, name)
    _added[name] = folder
    return opened


def know_set(name: str, folder: Path) -> None:
    """Have the set in `folder` found by `name`, as another process does."""
    if name != BUNDLED:
        _added[name] = folder


def model_sets() -> dict[str, ModelSet]:
    """All sets there are, by name, the bundled one first; folders that are none are passed over."""
    by_name = {BUNDLED: model_set()}
    for name in [*(folder.name for folder in _in_roots()), *_added]:
        try:
            by_name[name] = model_set(name)
        except SetError:
            continue
    return by_name


def model_set(name: str = BUNDLED) -> ModelSet:
    """The set called `name`; SetError, listing those there are, if there is none."""
    folder = _folder_of(name)
    if folder is None:
        anybody = Holder()  # may read this
        others = [at.name for at in _in_roots() if anybody.sees(read_owner(at))]
        known = list(dict.fromkeys([BUNDLED, *others, *_added]))
        raise SetError(
            f"There is no set of models named {name[:60]!r}.{did_you_mean(name, known)} Choose "
            f"from: {', '.join(known)}."
        )
    return read_set(folder, name)


def sets_folders() -> list[Path]:
    """Where sets are looked for: QUARTET_SETS, or else the user's data folder."""
    if os.environ.get("QUARTET_SETS"):
        return paths.listed_folders("QUARTET_SETS")
    folder = paths.user_data()
    return [folder / "sets"] if folder else []


def read_set(folder: Path, name: str) -> ModelSet:
    """The set in `folder`, to be called `name`; SetError, saying what is wrong, if it is none."""
    try:
        configs = list(islice(folder.glob(f"*/{CONFIG}"), MOST_MODELS + 1))
        _check_count(folder, len(configs))
        files = (folder / DESCRIPTION, *sorted(configs))
        stamps = tuple((file.parent.name, file.stat().st_mtime_ns) for file in files)
    except OSError:
        raise SetError(
            f"{folder} is no set of models: it holds no {DESCRIPTION}. Give a folder that does."
        ) from None
    return _read(folder, name, stamps)


def _folder_of(name: str) -> Path | None:
    if name == BUNDLED:
        return paths.MODELS
    if name in _added:
        return _added[name]
    if not _NAME.fullmatch(name) or name in ModelId.OWN:
        return None
    places = (root / name for root in sets_folders())
    return next((place for place in places if _is_set(place)), None)


def _is_set(folder: Path) -> bool:
    try:
        return (folder / DESCRIPTION).is_file()
    except OSError:  # not ours to read
        return False


def _in_roots() -> Iterable[Path]:
    """Folders with a set.json where sets are looked for."""
    for root in sets_folders():
        try:
            inside = sorted(root.iterdir())
        except OSError:
            continue
        yield from (
            folder
            for folder in inside
            if _NAME.fullmatch(folder.name)
            and folder.name not in (BUNDLED, *ModelId.OWN)
            and _is_set(folder)
        )


@lru_cache(maxsize=64)
def _read(folder: Path, name: str, stamps: tuple[tuple[str, int], ...]) -> ModelSet:
    """The set, as long as its `stamps` are the same."""
    file = folder / DESCRIPTION
    try:
        record = read_json(file)
        json.dumps(record, ensure_ascii=False).encode()  # half of a surrogate pair cannot be shown
        labels = tuple(record["labels"])
        colours = dict(record.get("colours") or {})
        rows = {row["name"]: row for row in record.get("models", ())}
        texts = {key: str(record.get(key, "")) for key in ("task", "language", "origin", "date")}
        title = str(record.get("title") or name)
        if not isinstance(record["labels"], list) or not all(
            isinstance(name, str) for name in rows
        ):
            raise ValueError("labels are no list, or a model has no name")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SetError(f"{file} cannot be read ({error!r}). Mend it, or make it anew.") from error
    _check_count(file, len(rows))
    _check_labels(file, labels)
    _check_colours(file, labels, colours)
    models: dict[ModelId, ModelSpec] = {}
    folders = {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{CONFIG}"))}
    names = [*rows, *(other for other in folders if other not in rows)]
    for model in names:
        spec = _spec(name, model, folders.get(model, folder / model), labels, rows.get(model, {}))
        models[spec.id] = spec
    if not models:
        raise SetError(f"{folder} holds no model. Put the folder of a model into it.")
    return ModelSet(
        name, title, labels=labels, colours=colours, folder=folder, models=models, **texts
    )


def _spec(
    set_name: str, name: str, folder: Path, labels: tuple[str, ...], row: Mapping[str, Any]
) -> ModelSpec:
    """The model in `folder`; what is wrong with its files is said when it is loaded."""
    try:
        config = read_json(folder / CONFIG)
        classes = class_names(config)
        order = matched(classes, labels)
        model_type = str(row.get("model_type") or config.get("model_type", ""))
    except (OSError, ValueError, TypeError, AttributeError, OverflowError):
        classes, order, model_type = (), (), str(row.get("model_type", ""))
    try:
        identity = ModelId.of(name, set_name)
    except ValueError as error:
        raise SetError(
            f"{folder} has a name that no model can have ({error}). Rename it."
        ) from error
    return ModelSpec(
        id=identity,
        title=str(row.get("title") or name),
        description=str(row.get("description") or model_type),
        model_type=model_type,
        folder=folder,
        labels=labels,
        order=() if order is None or order == tuple(range(len(labels))) else order,
        # names that say nothing are taken to be in order; for others, loading it says what is wrong
        comparable=order is not None or all(name.startswith("LABEL_") for name in classes),
    )


def _check_count(where: Path, models: int) -> None:
    if models > MOST_MODELS:
        raise SetError(f"{where} has more than {MOST_MODELS} models. Make several sets of them.")


def _check_labels(file: Path, labels: tuple[Any, ...]) -> None:
    if not all(isinstance(label, str) and label.strip() for label in labels):
        raise SetError(f"{file}: each label must be a text that is not blank. Mend it.")
    if not 2 <= len(labels) <= MOST_LABELS:
        raise SetError(f"{file} has {len(labels)} labels; a set has 2 to {MOST_LABELS}. Mend it.")
    if len(set(labels)) != len(labels):
        raise SetError(f"{file} has a label twice. Name each differently.")
    if max(map(len, labels)) > MOST_LABEL_CHARACTERS:
        raise SetError(
            f"{file} has a label longer than {MOST_LABEL_CHARACTERS} characters. Shorten it."
        )


def _check_colours(file: Path, labels: tuple[str, ...], colours: Mapping[str, Any]) -> None:
    """Colours go into HTML as they are."""
    for label, colour in colours.items():
        if label not in labels or not re.fullmatch(r"#[0-9a-fA-F]{6}", str(colour)):
            raise SetError(f"{file}: {colour!r} for {label!r} is no colour of a label. Mend it.")
