"""The line of trainings: one at a time on a machine, the others in the order they came."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from model_zoo.errors import TrainingError
from model_zoo.locks import held, is_held
from model_zoo.paths import ROOT
from model_zoo.tuning.job import LOCK, Job, Kind, jobs, jobs_folder, unwritable
from model_zoo.tuning.process import environment
from model_zoo.tuning.settings import enabled

TRAINER = ".trainer"  # the lock of whoever trains
LOG = "log.txt"  # what the process of a training says on its way; nothing of the rows
_POLL_S = 0.5


def waiting() -> list[Job]:
    """The trainings in line, the next one first."""
    return [job for job in jobs() if job.state.kind is Kind.WAITING]


def running() -> Job | None:
    """The training that is under way on this machine; None where there is none."""
    return next((job for job in jobs() if job.state.kind is Kind.RUNNING), None)


def is_training() -> bool:
    """Whether any training is under way on this machine; not where none can be."""
    try:
        return is_held(jobs_folder() / TRAINER)
    except TrainingError:
        return False


def place(job: Job) -> int:
    """How many trainings are before this one that waits in line, the one under way counted."""
    ahead = [other.name for other in waiting()]
    before = ahead.index(job.name) if job.name in ahead else 0
    return before + (1 if is_training() else 0)


def start_next() -> Job | None:
    """Start the next in line if none is under way, and return it; None where nothing is started.

    It gets a process of its own, which outlives this one. To be called whenever somebody looks,
    and after every training: nobody else keeps the line moving.
    """
    if not enabled():
        return None
    line = waiting()
    if not line or line[0].state.here or is_training():
        return None
    job = line[0]
    if is_held(job.folder / LOCK):  # its process has just been started
        return None
    _start(job.folder)
    return job


@contextmanager
def turn(job: Job, wait: Callable[[int], bool] = lambda ahead: True) -> Iterator[None]:
    """Within the block, this process trains `job`, and no other process trains anything.

    As long as others are ahead, `wait(how many)` is called; TrainingError where it says False, or
    where another process already trains this job.
    """
    with _held(job.folder / LOCK) as mine:
        if not mine:
            raise TrainingError(
                f"{job.name!r} is being trained by another process already. Wait until that ends."
            )
        while True:
            first = next((other.name for other in waiting()), job.name) == job.name
            with _held(jobs_folder() / TRAINER) as free:
                if free and first:
                    job.set_state(Kind.RUNNING)
                    yield
                    return
            if not wait(max(1, place(job))):
                raise TrainingError(f"{job.name!r} has waited long enough. Try again later.")
            time.sleep(_POLL_S)


@contextmanager
def _held(lock: Path) -> Iterator[bool]:
    """As `locks.held`; TrainingError where the lock cannot be made."""
    with ExitStack() as stack:
        try:
            mine = stack.enter_context(held(lock))
        except OSError as error:
            raise unwritable(lock.parent, error) from error
        yield mine


def _start(folder: Path) -> None:
    """A process that trains the job in `folder`, at low priority and apart from this one."""
    command = [sys.executable, "-m", "model_zoo.tuning", folder.name]
    with (folder / LOG).open("ab") as log:
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
