"""A training as a folder: what it is to do, where it stands, and what it was asked to do next.

Whoever opens the folder sees the same: the page, the command line, and the process that trains.
All files are replaced in one move, but for the progress, which only grows.
"""

import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from model_zoo.errors import TrainingError, ZooError
from model_zoo.locks import is_held
from model_zoo.models.owner import Owner
from model_zoo.models.sets import DESCRIPTION, sets_folders
from model_zoo.paths import user_data
from model_zoo.tuning.progress import Progress, read_progress
from model_zoo.tuning.settings import TrainingSettings, check_enabled, check_name
from model_zoo.tuning.split import Inspection, checksum
from model_zoo.whole_files import write_json, write_text

SETTINGS, STATE, PROGRESS, REQUEST = "settings.json", "state.json", "progress.jsonl", "request"
LOCK, WORK, INPUT = "lock", "work", "input"
_OPERATOR = Owner()


class Kind(StrEnum):
    """Where a training stands."""

    WAITING = "waiting"  # in line
    RUNNING = "running"
    PAUSED = "paused"  # as asked; goes on where it stopped
    INTERRUPTED = "interrupted"  # its process ended without a word; goes on where it stopped
    FAILED = "failed"  # `message` says why; may be tried again
    CANCELLED = "cancelled"
    DONE = "done"  # the set is there

    @property
    def stopped(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self in (Kind.PAUSED, Kind.INTERRUPTED, Kind.FAILED)

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self in (Kind.CANCELLED, Kind.DONE)


@dataclass(frozen=True, slots=True)
class State:
    """Where a training stands since when (seconds since 1970), and a `message` fit to be shown.

    `here` says that it waits or runs on a command line, which no other process may take over.
    """

    kind: Kind
    since: float = 0.0
    message: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """The training in `folder`, whose name is that of the set it makes."""

    folder: Path = field()

    @property
    def name(self) -> str:
        """What the set will be called."""
        return self.folder.name

    @property
    def settings(self) -> TrainingSettings:
        """What it is to do; TrainingError where the record is damaged."""
        try:
            return TrainingSettings.from_json(self._record()["settings"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged() from error

    @property
    def owner(self) -> Owner:
        """Whom it belongs to; the operator where the record does not say, or is damaged."""
        try:
            return Owner.from_json(self._record().get("owner"))
        except TrainingError:
            return Owner()

    @property
    def checksum(self) -> str:
        """sha256 of the files it began with."""
        return str(self._record().get("sha256", ""))

    @property
    def state(self) -> State:
        """Where it stands now; a process that ended without a word has left it interrupted."""
        try:
            record = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
            state = State(**record | {"kind": Kind(record["kind"])})
        except (OSError, ValueError, KeyError, TypeError):
            return State(Kind.INTERRUPTED)
        left = state.kind is Kind.RUNNING or (state.kind is Kind.WAITING and state.here)
        if left and not is_held(self.folder / LOCK):
            return State(Kind.INTERRUPTED, state.since)
        return state

    @property
    def data(self) -> bytes | None:
        """The uploaded file, which lies here until the training ends; None where there is none."""
        file = self.folder / INPUT
        try:
            return file.read_bytes() if file.is_file() else None
        except OSError as error:
            raise TrainingError(
                f"{file} cannot be read ({error.strerror}). Throw the training away and start anew."
            ) from error

    def progress(self) -> Progress:
        """How far it is, and the curves so far."""
        return read_progress(self.folder / PROGRESS)

    def set_state(self, kind: Kind, message: str = "", *, here: bool = False) -> None:
        """Write down where it stands from now on."""
        record = asdict(State(kind, time.time(), message, here))
        write_json(self.folder / STATE, record)

    def pause(self) -> None:
        """Have it stop, to go on later; takes effect within a few steps, or at once in line."""
        if self.state.kind is Kind.RUNNING:
            write_text(self.folder / REQUEST, "pause")
        elif self.state.kind is Kind.WAITING:
            self.set_state(Kind.PAUSED)

    def cancel(self) -> None:
        """Have it stop for good; what it has made so far is thrown away."""
        if self.state.kind is Kind.RUNNING:
            write_text(self.folder / REQUEST, "cancel")
        elif not self.state.kind.ended:
            self.throw_away(Kind.CANCELLED)

    def go_on(self) -> None:
        """Put a training that has stopped in line again; `line.start_next` starts it.

        TrainingError where its input has changed since, or training is switched off.
        """
        check_enabled()
        if not self.state.kind.stopped:
            return
        self.check_unchanged()
        self.requested(take=True)
        self.set_state(Kind.WAITING)

    def requested(self, *, take: bool = False) -> str:
        """What it was asked to do, "pause", "cancel" or "" for nothing; `take` forgets it."""
        file = self.folder / REQUEST
        try:
            asked = file.read_text(encoding="utf-8")
            if take:
                file.unlink()
        except OSError:
            return ""
        return asked

    def check_unchanged(self) -> None:
        """Raises TrainingError where its files are no longer those it began with."""
        try:
            now = checksum(self.settings, self.data)
        except ZooError as error:
            raise TrainingError(str(error)) from error
        if now != self.checksum:
            raise TrainingError(
                f"{self.settings.file.name} has changed since the training {self.name!r} began. "
                "Put the file back as it was, or throw the training away (--restart) and start "
                "anew."
            )

    def throw_away(self, kind: Kind) -> None:
        """Delete checkpoints and the uploaded rows, and leave it as `kind`."""
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        (self.folder / INPUT).unlink(missing_ok=True)
        self.requested(take=True)
        self.set_state(kind)

    def remove(self) -> None:
        """Delete the folder with all in it, not the set that came of it.

        TrainingError while it runs.
        """
        if self.state.kind is Kind.RUNNING:
            raise TrainingError(f"{self.name!r} is being trained now. Cancel it first.")
        if self.state.kind is Kind.WAITING and is_held(self.folder / LOCK):
            raise TrainingError(f"{self.name!r} is in line on a command line. End that first.")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _record(self) -> dict[str, Any]:
        try:
            record = json.loads((self.folder / SETTINGS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged() from error
        if not isinstance(record, dict):
            raise self._damaged()
        return record

    def _damaged(self) -> TrainingError:
        return TrainingError(
            f"{self.folder / SETTINGS} is missing or damaged. Throw the training away (--restart) "
            "and start anew."
        )


def create(
    settings: TrainingSettings,
    inspection: Inspection,
    data: bytes | None = None,
    *,
    here: bool = False,
    owner: Owner = _OPERATOR,
) -> Job:
    """A new training, last in line; `data` is an uploaded file, which is kept until it ends.

    `inspection` is that of the file. `here` says that this process will train it, and `owner` whose
    it is. Raises TrainingError where training is switched off, the name is taken by a set or
    another training, or the folder cannot be written.
    """
    check_enabled()
    check_free(settings)
    _check_apart(settings, data)
    folder = jobs_folder() / settings.name
    if folder.exists():
        job = Job(folder)
        if not job.state.kind.ended:
            raise TrainingError(
                f"There is a training named {settings.name!r} already ({job.state.kind}). Choose "
                "another name, or throw that one away first."
            )
        job.remove()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
        try:
            record = {
                "settings": settings.as_json(),
                "sha256": inspection.sha256,
                "owner": asdict(owner),
            }
            write_json(aside / SETTINGS, record)
            write_json(aside / STATE, asdict(State(Kind.WAITING, time.time(), here=here)))
            if data is not None:
                (aside / INPUT).write_bytes(data)
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise unwritable(folder.parent, error) from error
    return Job(folder)


def unwritable(folder: Path, error: OSError) -> TrainingError:
    """What to say where trainings cannot be written into `folder`."""
    return TrainingError(
        f"{folder} cannot be written to ({error.strerror}). Make room, or set QUARTET_TRAININGS to "
        "a folder that can."
    )


def _check_apart(settings: TrainingSettings, data: bytes | None) -> None:
    """Raises TrainingError where a file to learn from is in the set that is to be replaced."""
    given = [settings.validation, settings.test] + ([settings.file] if data is None else [])
    place = set_folder(settings.name).resolve()
    for file in given:
        if isinstance(file, Path) and file.resolve().is_relative_to(place):
            raise TrainingError(
                f"{file} is in the set {settings.name!r}, and would be lost with it. Copy it "
                "elsewhere, or choose another name."
            )


def check_free(settings: TrainingSettings) -> None:
    """Raises TrainingError where there is a set of this name and it may not be replaced."""
    check_name(settings.name)
    if not settings.overwrite and (set_folder(settings.name) / DESCRIPTION).exists():
        raise TrainingError(
            f"There is a set named {settings.name!r} already. Choose another name, or have it "
            "replaced (--overwrite)."
        )


def set_folder(name: str) -> Path:
    """Where the set called `name` goes: into the first of the folders of sets."""
    folders = sets_folders()
    if not folders:
        raise TrainingError("There is no home to put the set in. Set QUARTET_SETS to a folder.")
    return folders[0] / name


def jobs_folder() -> Path:
    """Where trainings are: QUARTET_TRAININGS, or else the user's data folder."""
    if folder := os.environ.get("QUARTET_TRAININGS"):
        return Path(folder).expanduser()
    if (data := user_data()) is None:
        raise TrainingError(
            "There is no home to keep the training in. Set QUARTET_TRAININGS to a folder."
        )
    return data / "trainings"


def jobs() -> list[Job]:
    """All trainings there are, in the order they were last changed; none where none can be."""
    try:
        folders = [folder for folder in jobs_folder().iterdir() if folder.name[0] != "."]
    except (OSError, TrainingError):
        return []
    return sorted(
        (Job(folder) for folder in folders if folder.is_dir()), key=lambda job: job.state.since
    )
