"""Trainings as folders: one name, one state, a line; whatever is left by a kill is read right."""

import json
import subprocess
import sys

import pytest

from model_zoo.errors import TrainingError
from model_zoo.locks import held
from model_zoo.tuning import line
from model_zoo.tuning.job import LOCK, PROGRESS, WORK, Job, Kind, create, jobs
from model_zoo.tuning.progress import Reporter
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import prepare
from tests.root import ROOT

ROWS = "text,label\n" + "".join(f"text number {n},{'ab'[n % 2]}\n" for n in range(80))


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_TRAININGS", str(tmp_path / "trainings"))
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    monkeypatch.delenv("QUARTET_TRAINING", raising=False)


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text(ROWS)
    return file


def made(file, name="mine", *, data=None, here=False, **more):
    settings = TrainingSettings(file, "text", "label", name, models=("lstm",), **more)
    return create(settings, prepare(settings, data).inspection, data, here=here)


def test_a_new_training_waits_with_its_settings(rows):
    job = made(rows, seed=5)
    assert job.state.kind is Kind.WAITING and jobs() == [job]
    assert job.settings.seed == 5 and job.settings.file == rows


def test_a_second_training_of_the_same_name_is_refused(rows):
    made(rows)
    with pytest.raises(TrainingError, match="already"):
        made(rows)


def test_a_set_is_replaced_only_when_asked(rows, tmp_path):
    (tmp_path / "sets" / "mine").mkdir(parents=True)
    (tmp_path / "sets" / "mine" / "set.json").write_text("{}")
    with pytest.raises(TrainingError, match="--overwrite"):
        made(rows)
    assert made(rows, overwrite=True).state.kind is Kind.WAITING


def test_a_file_is_not_lost_with_the_set_it_is_in(tmp_path):
    folder = tmp_path / "sets" / "mine"
    folder.mkdir(parents=True)
    (folder / "rows.csv").write_text(ROWS)
    with pytest.raises(TrainingError, match="would be lost"):
        made(folder / "rows.csv", overwrite=True)
    assert made(folder / "rows.csv", "other").state.kind is Kind.WAITING


def test_a_switched_off_server_trains_nothing(rows, monkeypatch):
    monkeypatch.setenv("QUARTET_TRAINING", "0")
    with pytest.raises(TrainingError, match="switched off"):
        made(rows)
    assert line.start_next() is None


def test_pausing_and_going_on_in_line(rows):
    job = made(rows)
    job.pause()
    assert job.state.kind is Kind.PAUSED
    job.go_on()
    assert job.state.kind is Kind.WAITING


def test_a_process_that_ended_without_a_word_leaves_it_interrupted(rows):
    job = made(rows)
    with held(job.folder / LOCK):
        job.set_state(Kind.RUNNING)
        assert job.state.kind is Kind.RUNNING and line.running() == job
    assert job.state.kind is Kind.INTERRUPTED and line.running() is None
    job.go_on()
    assert job.state.kind is Kind.WAITING


def test_requests_reach_a_running_training_once(rows):
    job = made(rows)
    with held(job.folder / LOCK):
        job.set_state(Kind.RUNNING)
        job.cancel()
        assert job.state.kind is Kind.RUNNING and job.requested() == "cancel"
        with pytest.raises(TrainingError, match="Cancel it first"):
            job.remove()
    assert job.requested(take=True) == "cancel" and job.requested() == ""


def test_cancelling_throws_away_what_was_made_and_the_rows(rows):
    data = ROWS.encode()
    job = made(rows, data=data)
    (job.folder / WORK).mkdir()
    assert job.data == data
    job.cancel()
    assert job.state.kind is Kind.CANCELLED and job.data is None
    assert not (job.folder / WORK).exists()
    made(rows)  # the name is free again


def test_a_changed_file_is_noticed_before_going_on(rows):
    job = made(rows)
    job.pause()
    rows.write_text(ROWS + "one more,a\n")
    with pytest.raises(TrainingError, match="has changed"):
        job.go_on()
    rows.unlink()
    with pytest.raises(TrainingError, match="cannot be read"):
        job.go_on()
    assert job.state.kind is Kind.PAUSED


def test_the_line_keeps_its_order_and_lets_one_train(rows):
    first, second = made(rows, "first"), made(rows, "second")
    assert line.waiting() == [first, second]
    assert (line.place(first), line.place(second)) == (0, 1)
    with line.turn(first):
        assert first.state.kind is Kind.RUNNING and line.place(second) == 1
        with pytest.raises(TrainingError, match="another process"), line.turn(first):
            pass
        with pytest.raises(TrainingError, match="waited"), line.turn(second, lambda n: False):
            pass
        assert line.start_next() is None


def test_the_next_in_line_gets_a_process_of_its_own(rows, monkeypatch):
    started = []
    monkeypatch.setattr(line, "_start", started.append)
    job = made(rows)
    assert line.start_next() == job and started == [job.folder]


def test_nobody_takes_over_what_a_command_line_is_to_train(rows, monkeypatch):
    monkeypatch.setattr(line, "_start", pytest.fail)
    job = made(rows, here=True)
    assert job.state.kind is Kind.INTERRUPTED  # its process is gone
    with held(job.folder / LOCK):
        assert job.state.kind is Kind.WAITING and line.start_next() is None
        with pytest.raises(TrainingError, match="in line"):
            job.remove()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"kind": "odd"}'])
def test_a_damaged_state_can_still_go_on(rows, damage):
    job = made(rows)
    (job.folder / "state.json").write_text(damage)
    assert job.state.kind is Kind.INTERRUPTED
    job.go_on()
    assert job.state.kind is Kind.WAITING


def test_damaged_settings_are_said_to_be(rows):
    job = made(rows)
    (job.folder / "settings.json").write_text("{}")
    with pytest.raises(TrainingError, match="start anew"):
        _ = job.settings


def test_progress_is_read_past_lines_cut_short_and_told_twice(rows):
    job = made(rows)
    tell = Reporter(job.folder / PROGRESS).tell
    run = {"run": "lstm-1-0", "model": "lstm", "share": 1.0, "seed": 0, "rows": 9, "steps": 4}
    tell("stage", stage="training")
    for step, accuracy in ((1, 0.5), (2, 0.6), (1, 0.5)):  # killed after 2, gone on from 0
        tell("run", **run, step=step, epoch=step / 2, loss=0.1, accuracy=accuracy, seconds=step)
    with (job.folder / PROGRESS).open("a") as stream:
        stream.write('{"event": "run", "ru')
    progress = job.progress()
    assert progress.stage == "training"
    assert progress.runs["lstm-1-0"].accuracy == [(0.5, 0.5)]
    assert progress.runs["lstm-1-0"].step == 1
    assert Job(job.folder.parent / "none").progress().runs == {}


def test_the_settings_file_holds_no_row(rows):
    job = made(rows)
    record = json.loads((job.folder / "settings.json").read_text())
    assert "text number" not in json.dumps(record)


def test_what_a_page_needs_brings_no_torch():
    code = (
        "import sys; from model_zoo.tuning import estimate, job, line, outcome, progress, split;"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
