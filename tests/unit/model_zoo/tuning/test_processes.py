"""Trainings in processes of their own: killed, cancelled, one after the other."""

import os
import time
from pathlib import Path

import psutil
import pytest

from model_zoo.host import PREPARED_SHAPES
from model_zoo.models.sets import model_set
from model_zoo.tuning import line
from model_zoo.tuning.job import Kind, create, set_folder
from model_zoo.tuning.process import environment
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import prepare

pytestmark = pytest.mark.slow

DATA = (
    "text,label\n"
    + "".join(f"thing number {n} {'is fine and good' if n % 2 else 'is bad'},{n % 2}\n"
              for n in range(120))
).encode()  # fmt: skip


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_TRAININGS", str(tmp_path / "trainings"))
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    monkeypatch.delenv("QUARTET_TRAINING", raising=False)


def uploaded(name):
    """A training of a file that came as bytes."""
    models, budget = ("lstm",), "quick"
    settings = TrainingSettings(Path("rows.csv"), "text", "label", name, models, budget=budget)
    return create(settings, prepare(settings, DATA).inspection, DATA)


def wait(ready):
    until = time.monotonic() + 900
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.05)


def trainers(job):
    """Processes that train the job."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[-3:] == ["-m", "model_zoo.tuning", job.name]
    ]


def test_what_keeps_a_server_small_does_not_slow_training_down(monkeypatch):
    monkeypatch.setenv(PREPARED_SHAPES, "64")
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    started_with = environment()
    assert PREPARED_SHAPES not in started_with
    assert started_with["OMP_WAIT_POLICY"] == "ACTIVE"  # what the user says


def learning(job):
    return any(run.step for run in job.progress().runs.values())


def test_a_training_outlives_a_kill_and_the_next_one_follows_until_it_is_cancelled():
    job, second = uploaded(f"first{os.getpid()}"), uploaded(f"second{os.getpid()}")
    assert line.start_next() == job
    wait(lambda: learning(job))
    (process,) = trainers(job)
    assert process.nice() > psutil.Process().nice() or psutil.Process().nice() == 19
    assert line.running() == job and line.place(second) == 1
    assert line.start_next() is None
    process.kill()
    wait(lambda: job.state.kind is Kind.INTERRUPTED)
    second.pause()  # or it would be the next
    job.go_on()
    assert line.start_next() == job
    wait(lambda: job.state.kind is Kind.RUNNING)
    second.go_on()
    wait(lambda: job.state.kind is Kind.DONE)
    assert model_set(job.name).labels == ("0", "1") and job.data is None
    assert job.progress().done == 1.0 and job.progress().left == 0.0
    wait(lambda: learning(second))  # the process of the first has started it
    assert b"thing number" not in (job.folder / line.LOG).read_bytes()
    second.cancel()
    wait(lambda: second.state.kind is Kind.CANCELLED)
    assert second.data is None and not (second.folder / "work").exists()
    assert not set_folder(second.name).exists(), "a cancelled training leaves nothing"
    wait(lambda: not trainers(second))
    second.remove()
    assert not second.folder.exists()
