"""Where readers are and what their folders say, without loading one and without torch."""

import os
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

from model_zoo.errors import WeightsError
from model_zoo.language_models.models import TITLES
from model_zoo.language_models.models import root as language_root
from model_zoo.models.files import WEIGHTS, read_checksums, read_header
from model_zoo.paths import ASSETS
from model_zoo.whole_files import read_json

DESCRIPTION = "reader.json"
PLAIN = "config.json"
METRICS = "metrics.json"


def root() -> Path:
    """Where the readers' folders are: QUARTET_ANSWERING, or what comes with the app."""
    given = os.environ.get("QUARTET_ANSWERING")
    with suppress(RuntimeError):
        return Path(given).expanduser() if given else ASSETS / "answering"
    return ASSETS / "answering"


def available(readers: Path | None = None) -> tuple[str, ...]:
    """Names of the readers in a folder, the four in their order, others behind them by name.

    A reader's folder holds reader.json, or config.json where it is a plain one of transformers'.
    """
    files = (readers or root()).glob("*/*.json")
    names = {file.parent.name for file in files if file.name in (DESCRIPTION, PLAIN)}
    return (*(name for name in TITLES if name in names), *sorted(names - set(TITLES)))


def title(name: str, readers: Path | None = None) -> str:
    """What people read for the reader `name`; its folder's name where that does not say."""
    with suppress(WeightsError):
        folder = (readers or root()) / name
        if (folder / DESCRIPTION).is_file():
            return str(read_description(folder).get("title") or TITLES.get(name, name))
    return name


def stamp(name: str, readers: Path | None = None) -> str:
    """What tells the reader's weights from later ones: the sha256 recorded, else size and time."""
    where = readers or root()
    if recorded := read_checksums(where).get(name):
        return recorded
    states = [file.stat() for file in sorted((where / name).glob("*.safetensors"))]
    return " ".join(f"{state.st_size}-{state.st_mtime_ns}" for state in states)


def needed_bytes(name: str, readers: Path | None = None, bodies: Path | None = None) -> int:
    """How much memory the reader's weights take once loaded, in float32.

    Raises WeightsError where files are missing or damaged.
    """
    folder = (readers or root()) / name
    if (folder / DESCRIPTION).is_file():
        folder = (bodies or language_root()) / read_description(folder)["body"]
    files = sorted(folder.glob("*.safetensors")) or [folder / WEIGHTS]
    tensors = [tensor for file in files for tensor in read_header(file).values()]
    return 4 * sum(prod(tensor["shape"]) for tensor in tensors)


def read_metrics(folder: Path) -> dict[str, Any]:
    """The metrics.json of the reader in `folder`, empty where there is none.

    Raises WeightsError where it is damaged.
    """
    return _table(folder / METRICS) if (folder / METRICS).is_file() else {}


def measured(readers: Path | None = None) -> dict[str, dict[str, Any]]:
    """Name -> metrics of the readers that were tested on questions; damaged ones are left out."""
    records = {}
    for name in available(readers):
        with suppress(WeightsError):
            metrics = read_metrics((readers or root()) / name)
            if "test" in metrics:
                records[name] = metrics
    return records


def read_description(folder: Path) -> dict[str, Any]:
    """What reader.json says: title, body, body_sha256, scale, longest; WeightsError if damaged."""
    file = folder / DESCRIPTION
    table = _table(file)
    try:
        body, digest = table["body"], table["body_sha256"]
        if not (isinstance(body, str) and isinstance(digest, str) and float(table["scale"]) > 0):
            raise ValueError("an entry is of another kind than it should be")
        if Path(body).name != body:
            raise ValueError(f"{body!r} is no name of a folder")
        if int(table["longest"]) <= 16:
            raise ValueError("its windows are too short for any question")
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{file} is damaged ({error!r}). Restore it.") from error
    return table


def _table(file: Path) -> dict[str, Any]:
    try:
        table = read_json(file)
        if not isinstance(table, dict):
            raise ValueError("it is no table")
    except (OSError, ValueError) as error:
        raise WeightsError(f"{file} is damaged ({error}). Restore it.") from error
    return table
