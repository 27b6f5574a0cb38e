"""Sets that were trained here: what came of them, and what can be done with them afterwards.

Needs neither torch nor the models: a page lists, downloads, renames and deletes with it.
"""

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from model_zoo.errors import SetError, TrainingError
from model_zoo.models.sets import DESCRIPTION
from model_zoo.tuning.job import Job, check_name, jobs_folder, set_folder
from model_zoo.whole_files import replacing, write_json

COMPARISON, REPORT, TEST = "comparison.json", "report.html", "test.jsonl"


def trained_sets() -> list[str]:
    """Names of the sets that were trained here, in order; none where there is no place for them."""
    try:
        folders = sorted(set_folder("any").parent.iterdir())
    except (OSError, TrainingError):
        return []
    return [each.name for each in folders if each.name[0] != "." and _is_trained(each)]


def read_comparison(name: str) -> dict[str, Any]:
    """What `Comparison.as_json` and the recommendation were; SetError where it cannot be read."""
    file = _folder(name) / COMPARISON
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetError(f"{file} cannot be read ({error}). Train the set again.") from error


def read_report(name: str) -> str:
    """The report as HTML; SetError where it cannot be read."""
    file = _folder(name) / REPORT
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SetError(f"{file} cannot be read ({error}). Train the set again.") from error


def zipped(name: str, target: Path) -> Path:
    """The set as one zip file `target`, written whole or not at all; its path.

    SetError where there is no such set, or it cannot be written.
    """
    folder = _folder(name)
    try:
        with replacing(target) as aside, ZipFile(aside, "w", ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*")):
                archive.write(file, file.relative_to(folder.parent))
    except OSError as error:
        raise SetError(
            f"{target} cannot be written ({error.strerror}). Make room, or choose another place."
        ) from error
    return target


def rename(name: str, new: str) -> None:
    """Call the set otherwise; SetError or TrainingError where that name cannot be or is taken."""
    check_name(new)
    folder, place = _folder(name), set_folder(new)
    if place.exists() or (jobs_folder() / new).exists():
        raise SetError(f"There is a set or a training named {new!r} already. Choose another name.")
    try:
        record = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if record.get("title") == name:
            write_json(folder / DESCRIPTION, record | {"title": new})
        folder.rename(place)
    except (OSError, ValueError) as error:
        raise SetError(f"{folder} cannot be renamed ({error}). Is it open elsewhere?") from error
    _forget(name)


def delete(name: str) -> None:
    """Delete the set, and what is left of its training."""
    folder = _folder(name)
    aside = folder.with_name(f".{name}.old")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)  # in one move: no half of a set is ever found
    except OSError as error:
        raise SetError(
            f"{folder} cannot be deleted ({error.strerror}). Delete it by hand."
        ) from error
    shutil.rmtree(aside, ignore_errors=True)
    _forget(name)


def _folder(name: str) -> Path:
    """The folder of a set that was trained here; SetError where `name` is none."""
    check_name(name)
    folder = set_folder(name)
    if not _is_trained(folder):
        raise SetError(f"There is no set {name!r} that was trained here. Look at `trained_sets`.")
    return folder


def _is_trained(folder: Path) -> bool:
    return (folder / DESCRIPTION).is_file() and (folder / COMPARISON).is_file()


def _forget(name: str) -> None:
    job = Job(jobs_folder() / name)
    if job.folder.exists() and job.state.kind.ended:
        job.remove()
