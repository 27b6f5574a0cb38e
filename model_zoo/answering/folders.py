"""Where readers are and what their folders say, without loading one and without torch."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from model_zoo.errors import WeightsError
from model_zoo.language.models import TITLES
from model_zoo.models.files import read_checksums
from model_zoo.paths import ASSETS

DESCRIPTION = "reader.json"
METRICS = "metrics.json"


def root() -> Path:
    """Where the readers' folders are: QUARTET_ANSWERING, or what comes with the app."""
    given = os.environ.get("QUARTET_ANSWERING")
    with suppress(RuntimeError):
        return Path(given).expanduser() if given else ASSETS / "answering"
    return ASSETS / "answering"


def available(readers: Path | None = None) -> tuple[str, ...]:
    """Names of the readers in a folder, the four in their order, others behind them by name."""
    names = {file.parent.name for file in (readers or root()).glob(f"*/{DESCRIPTION}")}
    return (*(name for name in TITLES if name in names), *sorted(names - set(TITLES)))


def stamp(name: str, readers: Path | None = None) -> str:
    """The sha256 recorded of the reader's own weights; empty where there is none."""
    return read_checksums(readers or root()).get(name, "")


def read_metrics(folder: Path) -> dict[str, Any]:
    """The metrics.json of the reader in `folder`, empty where there is none.

    Raises WeightsError where it is damaged.
    """
    return _table(folder / METRICS) if (folder / METRICS).is_file() else {}


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
        table = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(table, dict):
            raise ValueError("it is no table")
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{file} is damaged ({error}). Restore it.") from error
    return table
