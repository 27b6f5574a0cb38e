"""What was measured on this host, kept under all that it depends on, whole or not at all."""

import hashlib
import json
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from model_zoo.backends.exports import runtime_version
from model_zoo.host import host
from model_zoo.models.engines import engine
from model_zoo.models.files import reading_checksum
from model_zoo.models.spec import ModelSpec
from model_zoo.whole_files import write_json

FOLDER = "deploy"  # in the user's cache


def conditions(row: ModelSpec, checksum: str, **more: Any) -> dict[str, Any]:
    """What a figure depends on: weights, engine, versions, machine, and what else is given."""
    torch = not engine(row.id.engine).exported
    libraries = [version("torch"), version("transformers")] if torch else [runtime_version()]
    return {
        "weights": checksum,
        "read_with": reading_checksum(row),
        "engine": row.id.engine,
        "order": list(row.order),
        "libraries": [*libraries, version("tokenizers"), platform.python_version()],
        "machine": [platform.node(), host().processor, host().cores],
        **more,
    }


def read(folder: Path | None, asked: dict[str, Any]) -> Any:
    """What is kept under the conditions `asked`; None where nothing is, or it is damaged."""
    if folder is None:
        return None
    try:
        kept = json.loads(_file(folder, asked).read_text(encoding="utf-8"))
        return kept["value"] if kept["conditions"] == asked else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(folder: Path | None, asked: dict[str, Any], value: Any) -> None:
    """Keep `value`; where that cannot be, it is measured anew next time."""
    if folder is None:
        return
    file = _file(folder, asked)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, {"conditions": asked, "value": value})


def _file(folder: Path, asked: dict[str, Any]) -> Path:
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:24]
    return folder / FOLDER / f"{key}.json"
