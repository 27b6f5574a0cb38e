"""Trainings that visitors of a server start: whose, what they are called, and how many at most.

Names are those of folders, and everybody's are in one place. A visitor whose name is taken by what
is not theirs to see gets a folder of another name, and is not told.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from time import time

from model_zoo.errors import TrainingError
from model_zoo.models.owner import Holder, Owner, digest, new_secret, read_owner
from model_zoo.models.sets import DESCRIPTION
from model_zoo.tuning import job
from model_zoo.tuning.job import INPUT, Job, Kind, jobs, jobs_folder, set_folder
from model_zoo.tuning.outcome import title, trained_sets
from model_zoo.tuning.settings import TrainingSettings, check_name
from model_zoo.tuning.split import Inspection

MOST_TRAININGS = 8  # that have not ended, of all visitors
MOST_FILE_BYTES = 200_000_000  # of their files, together
MOST_SETS = 20  # of all visitors, with those that are to come
LEAST_FREE_BYTES = 2_000_000_000  # on the disk, beside the file: checkpoints and the set
STALE_SECONDS = 7 * 86_400.0  # a training that has stood still so long makes way for others

_starting = Lock()


@dataclass(frozen=True, slots=True)
class Taken:
    """A name that the holder sees, and the folder that has it; `theirs` may be replaced."""

    name: str
    folder: str
    theirs: bool


def create(
    holder: Holder, settings: TrainingSettings, inspection: Inspection, data: bytes
) -> tuple[Job, str]:
    """A new training of the holder's, last in line, and the secret that it is theirs by.

    Each has a secret of its own: a link to one, wherever it comes from, opens no other. Raises
    TrainingError where there is no more room, or the holder has a set or training of this name.
    """
    with _starting:
        check_name_free(holder, settings)
        _check_not_begun(holder, settings)
        _check_room(len(data), replaces=settings.overwrite)
        secret = new_secret()
        named = replace(settings, name=_folder_for(holder, settings), title=settings.name)
        return job.create(named, inspection, data, owner=Owner(digest(secret))), secret


def check_name_free(holder: Holder, settings: TrainingSettings) -> None:
    """Raises TrainingError where the holder sees a set of this name that may not be replaced."""
    check_name(settings.name)
    for taken in _taken(holder):
        if taken.name == settings.name and not (settings.overwrite and taken.theirs):
            whose = "" if taken.theirs else ", and it is not yours to replace"
            how = ", or have it replaced (--overwrite)" if taken.theirs else ""
            raise TrainingError(
                f"There is a set named {settings.name!r} already{whose}. Choose another name{how}."
            )


def _check_not_begun(holder: Holder, settings: TrainingSettings) -> None:
    for begun in jobs():
        if called(begun) == settings.name and _is_under_way(begun) and holder.owns(begun.owner):
            raise TrainingError(
                f"There is a training named {settings.name!r} already ({begun.state.kind}). Choose "
                "another name, or throw that one away first."
            )


def names_seen(holder: Holder) -> set[str]:
    """What the sets and trainings are called that the holder sees."""
    of_jobs = {called(each) for each in jobs() if holder.owns(each.owner)}
    return {taken.name for taken in _taken(holder)} | of_jobs


def sets_seen(holder: Holder) -> list[str]:
    """The trained sets that the holder sees, in order."""
    return [name for name in trained_sets() if holder.sees(read_owner(set_folder(name)))]


def holds_any(holder: Holder) -> bool:
    """Whether anything here is the holder's."""
    return any(holder.owns(owner) for owner in _owners())


def _owners() -> Iterator[Owner]:
    yield from (each.owner for each in jobs())
    yield from (read_owner(folder) for folder in _sets())


def _sets() -> Iterator[Path]:
    """Folders that have a set.json where trained sets go."""
    try:
        folders = sorted(set_folder("any").parent.iterdir())
    except (OSError, TrainingError):
        return
    for folder in folders:
        with suppress(OSError):  # not ours to read
            if folder.name[0] != "." and (folder / DESCRIPTION).exists():
                yield folder


def _taken(holder: Holder) -> Iterator[Taken]:
    for folder in _sets():
        owner = read_owner(folder)
        if holder.sees(owner):
            theirs = holder.owns(owner)
            for name in {folder.name, title(folder)}:
                yield Taken(name, folder.name, theirs)


def called(training: Job) -> str:
    """What the training and its set are called where they are shown."""
    try:
        return training.settings.called
    except TrainingError:
        return training.name


def _folder_for(holder: Holder, settings: TrainingSettings) -> str:
    """The folder of the set that is replaced, or one that nobody has."""
    for taken in _taken(holder):
        if taken.name == settings.name and taken.theirs:
            return taken.folder
    name = settings.name
    while set_folder(name).exists() or _is_under_way(Job(jobs_folder() / name)):
        name = f"{settings.name[:47]}-{secrets.token_hex(6)}"
    return name


def _is_under_way(training: Job) -> bool:
    return training.folder.exists() and not training.state.kind.ended


def _check_room(more_bytes: int, *, replaces: bool) -> None:
    """Raises TrainingError where one more training is one too many."""
    begun = [each for each in jobs() if each.owner.digest and _is_under_way(each)]
    if len(begun) >= MOST_TRAININGS:
        begun = [each for each in begun if not _made_way(each)]
    if len(begun) >= MOST_TRAININGS:
        raise TrainingError(
            f"{MOST_TRAININGS} trainings are under way, in line or stopped here, which is as many "
            "as this server takes. Try again later, or train on a machine of your own."
        )
    files = sum(map(_file_bytes, begun))
    if files + more_bytes > MOST_FILE_BYTES:
        raise TrainingError(
            f"The files of trainings in line come to {MOST_FILE_BYTES // 10**6} MB with yours, "
            "which is as much as this server takes. Try again later, or with fewer rows."
        )
    sets = sum(bool(read_owner(folder).digest) for folder in _sets())
    if sets + len(begun) >= MOST_SETS and not replaces:
        raise TrainingError(
            f"There are {MOST_SETS} sets of visitors here with those in line, which is as many as "
            "this server keeps. Delete one of yours, or ask whoever runs it."
        )
    for folder in (jobs_folder(), set_folder("any").parent):
        if _free(folder) < more_bytes + LEAST_FREE_BYTES:
            raise TrainingError(
                "The disk of this server is too full to train: less than "
                f"{LEAST_FREE_BYTES // 10**9} GB are free. Try again later, or ask whoever runs it."
            )


def _file_bytes(training: Job) -> int:
    file = training.folder / INPUT
    return file.stat().st_size if file.is_file() else 0


def _made_way(training: Job) -> bool:
    """Throw away a training that has stood still for long; whether that was so."""
    state = training.state
    stale = state.kind.stopped and time() - state.since > STALE_SECONDS
    if stale:
        training.throw_away(Kind.CANCELLED)
    return stale


def _free(folder: Path) -> int:
    """Bytes that are free where the folder is, or will be."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free
