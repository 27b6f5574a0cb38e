"""Sets that were trained here: what came of them, and what can be done with them afterwards.

Needs neither torch nor the models: a page lists, downloads, renames and deletes with it.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from model_zoo.errors import SetError, TrainingError
from model_zoo.models.owner import OWNER, Owner, read_owner, write_owner
from model_zoo.models.sets import DESCRIPTION
from model_zoo.tuning import checked
from model_zoo.tuning.checked import figure, listed, mapping, read_json, text
from model_zoo.tuning.comparison import Comparison
from model_zoo.tuning.job import Job, check_name, jobs_folder, set_folder
from model_zoo.tuning.notes import Account, notes
from model_zoo.tuning.recommend import recommend
from model_zoo.tuning.report import drawn
from model_zoo.whole_files import replacing, write_json

COMPARISON, REPORT, TEST = "comparison.json", "report.html", "test.jsonl"
METRICS = "metrics.json"
_MOST_LOOKS = 10_000


def trained_sets() -> list[str]:
    """Names of the sets that were trained here, in order; none where there is no place for them."""
    try:
        folders = sorted(set_folder("any").parent.iterdir())
    except (OSError, TrainingError):
        return []
    return [each.name for each in folders if _is_trained(each)]


def read_comparison(name: str) -> dict[str, Any]:
    """The figures as `Comparison.as_json` has them, and which model to take.

    Nothing else of the file is in it, and the recommendation is found anew. SetError where it
    cannot be read, or is none of ours.
    """
    comparison, _ = _compared(_folder(name))
    return comparison.as_json() | {"recommendation": asdict(recommend(comparison))}


def read_report(name: str) -> str:
    """The report as HTML, drawn anew from its figures; SetError where these cannot be read.

    The file in the folder is for who opens it there. A set may come from anybody, and this page
    stands in the app's.
    """
    folder = _folder(name)
    comparison, account = _compared(folder)
    looks = {model.name: _looks(folder / model.name / METRICS) for model in comparison.models}
    return drawn(
        title(folder),
        comparison,
        recommend(comparison),
        looks,
        account.inspection.counts if account else {},
        notes(account) if account else [],
    )


def _compared(folder: Path) -> tuple[Comparison, Account | None]:
    """The figures of a set, and what is told of its file; None where that was not written down."""
    file = folder / COMPARISON
    try:
        record = read_json(file)
        comparison = Comparison.from_json(record)
        account = Account.from_json(record["account"]) if "account" in record else None
        if account and set(account.inspection.counts) != set(comparison.labels):
            raise ValueError("'counts' are of other labels")
    except (OSError, ValueError) as error:
        raise SetError(
            f"{file} cannot be read ({error}). Train the set again, or delete it."
        ) from error
    return comparison, account


def _looks(file: Path) -> list[tuple[float, float]]:
    """(epoch, accuracy on the validation rows) while a model was trained; none that are not so."""
    try:
        return listed(read_json(file), "history", _look, 0, _MOST_LOOKS)
    except (OSError, ValueError):
        return []


def _look(record: Any) -> tuple[float, float]:
    row = mapping(record, "a look")
    return figure(row, "epoch"), checked.share(row, "held_out_accuracy")


def zipped(name: str, target: Path) -> Path:
    """The set as one zip file `target`, written whole or not at all; its path.

    The report in it is drawn anew; links in the folder are not followed. SetError where there is no
    such set, or it cannot be written.
    """
    folder = _folder(name)
    try:
        with (
            replacing(target) as aside,
            ZipFile(aside, "w", ZIP_DEFLATED, strict_timestamps=False) as archive,
        ):
            for file in sorted(_files(folder)):
                archive.write(file, Path(folder.name) / file.relative_to(folder))
            with suppress(SetError):  # there are no figures to draw it from
                archive.writestr(f"{folder.name}/{REPORT}", read_report(name))
    except (OSError, ValueError) as error:
        raise SetError(
            f"{target} cannot be written ({error}). Make room, or choose another place."
        ) from error
    return target


def size_bytes(name: str) -> int:
    """How much `zipped` has to pack."""
    return sum(file.stat().st_size for file in _files(_folder(name)))


def _files(folder: Path) -> Iterator[Path]:
    """The set's own files, but the report, and whom it belongs to here."""
    left_out = {folder / REPORT, folder / OWNER}
    for place, _, names in os.walk(folder):  # which follows no links
        for file in (Path(place) / name for name in names):
            if file.is_file() and not file.is_symlink() and file not in left_out:
                yield file


def title(folder: Path) -> str:
    """What the set in `folder` is called where it is shown; its name where it does not say."""
    with suppress(OSError, ValueError):
        return text(read_json(folder / DESCRIPTION).get("title"), "'title'", 60)
    return folder.name


def rename(name: str, new: str) -> Path:
    """Call the set otherwise; its folder by now.

    One that a visitor trained keeps its folder, and so its address: only its title changes, which
    tells nothing of the names that others have. SetError or TrainingError where the name cannot be,
    or is taken.
    """
    check_name(new)
    folder, place = _folder(name), set_folder(new)
    visitors = bool(read_owner(folder).digest)
    if not visitors and (place.exists() or (jobs_folder() / new).exists()):
        raise SetError(f"There is a set or a training named {new!r} already. Choose another name.")
    try:
        record = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if visitors or record.get("title") == name:
            write_json(folder / DESCRIPTION, record | {"title": new})
        if not visitors:
            folder.rename(place)
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SetError(f"{folder} cannot be renamed ({error}). Is it open elsewhere?") from error
    if visitors:
        return folder
    _forget(name)
    return place


def owner(name: str) -> Owner:
    """Whom the set belongs to; SetError where there is none of this name."""
    return read_owner(_folder(name))


def share(name: str, shared: bool) -> None:
    """Let all see the set and ask its models, or its owner alone; SetError where it cannot be."""
    folder = _folder(name)
    try:
        write_owner(folder, replace(read_owner(folder), shared=shared))
    except OSError as error:
        raise SetError(f"{folder} cannot be written to ({error.strerror}).") from error


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
    """Whether the folder is a set with figures, and called as a set can be."""
    try:
        check_name(folder.name)
        return (folder / DESCRIPTION).is_file() and (folder / COMPARISON).is_file()
    except (TrainingError, OSError):
        return False


def _forget(name: str) -> None:
    job = Job(jobs_folder() / name)
    if job.folder.exists() and job.state.kind.ended:
        job.remove()
