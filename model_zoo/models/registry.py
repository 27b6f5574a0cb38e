"""The models there are: those of the sets, and the user's own beside them.

Adding a model to a set means adding its folder and a row to the set's `set.json`. Everything that
lists models goes through those of a set; whoever needs models that can be asked something asks
which ones are `having` that capability.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from model_zoo.errors import UnknownModelError, ZooError, did_you_mean
from model_zoo.models.network import Capability, ModelId
from model_zoo.models.own import add_folder, know_folder, own_spec, read_by
from model_zoo.models.sets import ModelSet, know_set, model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.paths import given_folder

MOST_MODELS = 8  # side by side


def spec(model: str | ModelSpec) -> ModelSpec:
    """What is known of the model with this identity, or the record itself if that is given.

    UnknownModelError, listing the names there are, where there is no such model.
    """
    if isinstance(model, ModelSpec):
        return model
    identity = ModelId(model)
    if identity.engine != ModelId.ENGINE:
        return spec(identity.on(ModelId.ENGINE)).on(identity.engine)
    if identity.is_own:
        return own_spec(identity)
    models = model_set(identity.set).models
    if identity not in models:
        names = [known.name for known in models]
        raise UnknownModelError(
            f"There is no model named {model[:60]!r}.{did_you_mean(identity.name, names)} Choose "
            f"from: {', '.join(names)}."
        )
    return models[identity]


def title(model: str) -> str:
    """What the model is called where people read it; its identity where it is gone."""
    try:
        return spec(model).title
    except ZooError:
        return ModelId(model).name


def having(capability: Capability, models: Iterable[str | ModelSpec]) -> list[ModelId]:
    """Those of the models that can be asked this, in the order given; nothing is loaded.

    >>> having(Capability.GATES, model_set().models)
    ['lstm', 'bilstm']
    """
    rows = map(spec, models)
    return [row.id for row in rows if capability in row.capabilities]


def choose(
    names: Iterable[str] | None,
    of: ModelSet | None = None,
    renamed: Mapping[str, str] | None = None,
    engine: str = ModelId.ENGINE,
) -> list[ModelSpec]:
    """The models `names` of the set `of` (the bundled one), all of them for None.

    Of a set of more, the first MOST_MODELS. A name is that of a model of the set, an identity, or
    the path of a folder. The set's own come in its order, others after them as given; `renamed`
    says what the classes of those mean. `engine` computes those that name none ("bert@onnx" does).
    Without repeats. UnknownModelError where there is no such
    model, or more than MOST_MODELS.

    >>> [row.name for row in choose(["bert", "lstm", "bert"])]
    ['lstm', 'bert']
    """
    among = of or model_set()
    if names is None:
        names = [known.name for known in among.models][:MOST_MODELS]
    rows: dict[ModelId, ModelSpec] = {}
    for name in names:
        plain, _, named_engine = name.rpartition("@") if "@" in name else (name, "", "")
        row = _named(plain, among, renamed).on(named_engine or engine)
        rows[row.id] = row
    places = {known: at for at, known in enumerate(among.models)}
    chosen = sorted(
        rows.values(), key=lambda row: places.get(row.id.on(ModelId.ENGINE), len(places))
    )
    if len(chosen) > MOST_MODELS:
        raise UnknownModelError(
            f"{len(chosen)} models are too many; {MOST_MODELS} stand side by side at most. Leave "
            "some out."
        )
    return chosen


def remember(model: str, folder: Path, set_folder: Path) -> ModelSpec:
    """What another process knows of the model with this identity, which is in `folder`.

    `set_folder` is that of its set, or of the set that it stands beside.
    """
    identity = ModelId(model)
    know_set(identity.beside, set_folder)
    if identity.is_own:
        know_folder(identity, folder)
    return spec(identity)


def _named(name: str, among: ModelSet, renamed: Mapping[str, str] | None) -> ModelSpec:
    by_name = {known.name: row for known, row in among.models.items()}
    if name in by_name:
        return by_name[name]
    identity = ModelId(name)
    if identity in among.models:
        return among.models[identity]
    if identity.is_own:
        return read_by(identity, among.name, renamed)
    if folder := given_folder(name):
        return add_folder(folder, beside=among.name, renamed=renamed)
    if os.sep in name or name.startswith((".", "~")):
        raise UnknownModelError(f"There is no folder {name[:200]}. Give that of a model.")
    raise UnknownModelError(
        f"There is no model named {name[:60]!r}.{did_you_mean(name, by_name)} Choose from: "
        f"{', '.join(by_name)}; or give the path of a folder."
    )
