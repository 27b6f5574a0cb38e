"""Whole trainings through the command line: all four, killed at any moment, refused in words."""

import errno
import json
import random
import shutil
import signal
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from model_zoo.__main__ import main
from model_zoo.errors import SetError
from model_zoo.host import use_threads
from model_zoo.models import files
from model_zoo.models.sets import model_set
from model_zoo.tuning import networks, outcome, recipes
from model_zoo.tuning.job import Job, Kind, jobs_folder, set_folder
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import prepare
from model_zoo.tuning.work import Work
from tests.warm import Command

STARTS = {
    "who": ("who wrote", "which person made", "who discovered"),
    "where": ("where is", "in which country is", "what city has"),
    "how many": ("how many people saw", "what number of men built", "how much is"),
}
THINGS = ("the old bridge", "a red house", "the great film", "this book", "her garden", "the moon")
TIMES = ("last year", "today", "before 1900", "after the war", "at night", "in winter", "again")


def questions(count):
    """Different questions, whose label is told by how they begin."""
    draw, rows = random.Random(0), {}
    while len(rows) < count:
        label = draw.choice(list(STARTS))
        text = f"{draw.choice(STARTS[label])} {draw.choice(THINGS)} {draw.choice(TIMES)}"
        rows[f"{text} {draw.choice(TIMES)}?"] = label
    return rows


def written(file, count):
    lines = ["question,kind", *(f"{text},{label}" for text, label in questions(count).items())]
    file.write_text("\n".join(lines) + "\n")
    return file


def _kept_in(place, patch):
    patch.setenv("QUARTET_TRAININGS", str(place / "trainings"))
    patch.setenv("QUARTET_SETS", str(place / "sets"))
    patch.delenv("QUARTET_TRAINING", raising=False)


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    _kept_in(tmp_path / "data", monkeypatch)


@pytest.fixture
def passes(monkeypatch):
    """A function: networks read their rows so many times, however few these are."""

    def read(epochs):
        monkeypatch.setattr(recipes, "_epochs", lambda *_, **__: epochs)

    return read


def command(file, name, *more):
    columns = ["--text", "question", "--label", "kind"]
    return ["train", "--on", str(file), *columns, "--name", name, *more]


def test_runs_that_learnt_from_other_rows_are_thrown_away(tmp_path):
    file, place = written(tmp_path / "rows.csv", 80), tmp_path / "work"

    def begun(seed):
        settings = TrainingSettings(file, "question", "kind", "a", models=("lstm",), seed=seed)
        Work(settings, prepare(settings), place)
        (place / f"run-{seed}").mkdir(exist_ok=True)
        return sorted(path.name for path in place.glob("run-*"))

    assert begun(0) == begun(0) == ["run-0"]
    assert begun(1) == ["run-1"], "the same file, split otherwise"
    (place / "rows.json").unlink()  # of a version that kept none
    (place / "run-1").rename(place / "run-2")
    assert begun(1) == ["run-1"]


@pytest.mark.slow
def test_all_four_from_a_file_to_a_set_that_answers(passes, tmp_path, monkeypatch, capsys):
    file = written(tmp_path / "rows.csv", 100)
    passes(10)
    monkeypatch.setattr(recipes, "CURVE", (0.5,))
    assert main(command(file, "asked", "--budget", "quick", "--keep-test", "--json")) == 0
    record = json.loads(capsys.readouterr().out)
    folder = set_folder("asked")
    assert record["set"] == str(folder) and Job(jobs_folder() / "asked").state.kind is Kind.DONE
    assert [model["name"] for model in record["models"]] == ["lstm", "bilstm", "bert", "distilbert"]
    assert record["labels"] == sorted(STARTS) and len(record["pairs"]) == 6
    for model in record["models"]:
        assert model["accuracy"] > 0.6 and len(model["curve"]) == 2
        assert sum(map(sum, model["confusion"])) == record["rows"]
    assert record["recommendation"]["reason"].startswith("Take ")
    report = (folder / "report.html").read_text()
    assert "<svg" in report and record["recommendation"]["model"] in report.lower()
    kept = [json.loads(line) for line in (folder / "test.jsonl").read_text().splitlines()]
    assert len(kept) == record["rows"]
    assert all(questions(100)[row["text"]] == row["label"] for row in kept)
    everything = "".join(
        path.read_text(errors="ignore")
        for path in [*folder.rglob("*.json"), *folder.rglob("*.md"), folder / "report.html"]
        if "tokenizer" not in path.name
    )
    assert not any(text in everything for text in questions(100))
    left = {path.name for path in (jobs_folder() / "asked").iterdir()}
    assert left <= {"settings.json", "state.json", "progress.jsonl", "lock"}

    assert main(["predict", "who wrote this book today?", "--set", "asked", "--json"]) == 0
    (answered,) = json.loads(capsys.readouterr().out)
    assert len(answered["results"]) == 4
    assert {result["label"] for result in answered["results"]} == {"who"}
    for name in model_set("asked").models:
        assert files.card(name).accuracy is not None and files.licence(name) == "other"
        assert "# " in files.read_card(name)

    outcome.rename("asked", "other")
    assert outcome.trained_sets() == ["other"] and model_set("other").title == "other"
    assert outcome.read_comparison("other")["rows"] == record["rows"]
    with pytest.raises(SetError, match="no set 'asked'"):
        outcome.read_report("asked")
    outcome.delete("other")
    assert outcome.trained_sets() == [] and not list(folder.parent.iterdir())


def start(file, name, *more):
    return Command(*command(file, name, *more), said=file.parent)


def wait_for(ready, process):
    while process.returncode is None and not ready():
        time.sleep(0.05)


def sums(folder):
    return (folder / "SHA256SUMS").read_text()


class Killed(BaseException):
    """Ends a training where it is, as a kill does: nothing catches it."""


def stopped_at(function, file, name, *more):
    """Train until `function` would be called."""

    def kill(*_):
        raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(function, kill)
        main(command(file, name, *more))


def assert_interrupted(name):
    assert Job(jobs_folder() / name).state.kind is Kind.INTERRUPTED
    assert not (set_folder(name) / "set.json").exists()


def check_kills(models, file, expected, capsys):
    """A training that is killed again and again ends with the expected bytes."""
    given = (file, "killed", "--models", models, "--budget", "quick")
    first = models.partition(",")[0]
    checkpoint = jobs_folder() / "killed" / "work" / f"{first}-1-0" / "checkpoint.safetensors"
    process = start(*given)
    wait_for(checkpoint.exists, process)
    process.signal(signal.SIGKILL)
    process.ended()
    assert process.returncode == -signal.SIGKILL and checkpoint.exists()
    assert_interrupted("killed")
    stopped_at("model_zoo.tuning.work.save_model", *given)  # the first run, but for its record
    assert_interrupted("killed")
    stopped_at("model_zoo.tuning.bundle.put_in_place", *given)  # all is written, aside
    assert_interrupted("killed")
    capsys.readouterr()
    assert main(command(*given)) == 0
    assert "Going on" in capsys.readouterr().err
    assert sums(set_folder("killed")) == expected
    assert not list(set_folder("killed").parent.glob(".*"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The file of a training of an LSTM that nobody disturbed, and the folder of its set."""
    place = tmp_path_factory.mktemp("whole")
    file = written(place / "rows.csv", 120)
    with pytest.MonkeyPatch.context() as patch:
        _kept_in(place, patch)
        use_threads(1)  # what a process did before, with fewer threads, does not change a training
        networks.recurrent(networks.origin(), ("a", "b"), bidirectional=False)
        assert main(command(file, "whole", "--models", "lstm", "--budget", "quick")) == 0
        folder = set_folder("whole")
    return file, folder


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_the_same_bytes(whole, tmp_path, capsys):
    file, folder = whole
    check_kills("lstm", Path(shutil.copy(file, tmp_path)), sums(folder), capsys)


@pytest.mark.long
def test_so_do_a_killed_teacher_and_its_student(tmp_path, capsys):
    file, models = written(tmp_path / "rows.csv", 120), "bert,distilbert"
    assert main(command(file, "whole", "--models", models, "--budget", "quick")) == 0
    check_kills(models, file, sums(set_folder("whole")), capsys)


@pytest.mark.slow
def test_control_c_keeps_what_was_learned(tmp_path):
    file = written(tmp_path / "rows.csv", 120)
    process = start(file, "paused", "--models", "lstm")
    work = jobs_folder() / "paused" / "work" / "lstm-1-0"
    wait_for(lambda: (work / "best.safetensors").exists(), process)
    process.signal(signal.SIGINT)
    _, said = process.ended()
    assert process.returncode == 130
    assert "same command" in said and "Traceback" not in said
    job = Job(jobs_folder() / "paused")
    assert job.state.kind is Kind.PAUSED and (work / "checkpoint.safetensors").exists()
    other = command(file, "paused", "--models", "lstm", "--seed", "1")
    assert main(other) == 2 and job.state.kind is Kind.PAUSED  # other settings touch nothing
    file.write_text(file.read_text() + "one more,who\n")
    assert main(command(file, "paused", "--models", "lstm")) == 2
    assert job.state.kind is Kind.PAUSED and (work / "checkpoint.safetensors").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("question,kind\n" + "a,b\n" * 3, "usable rows"),
        ("question,other\na,b\n", "no column 'kind'"),
        ("question,kind\n" + "".join(f"text {n},same\n" for n in range(60)), "only one label"),
        ("question,kind\na\0,b\n", "NUL"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_one_line(text, words, tmp_path, capsys):
    file = tmp_path / "rows.csv"
    file.write_text(text)
    assert main(command(file, "refused")) == 2
    said = capsys.readouterr().err.strip()
    assert words in said.splitlines()[-1] and not (jobs_folder() / "refused").exists()


def test_what_is_missing_on_the_command_line_is_named(tmp_path, capsys):
    file = written(tmp_path / "rows.csv", 60)
    assert main(["train", "--on", str(file), "--text", "question"]) == 2
    assert "--label and --name" in capsys.readouterr().err
    assert main(["train"]) == 2 and "--on FILE" in capsys.readouterr().err
    assert main(["train", "lstm", "--on", str(file)]) == 2


def test_a_switched_off_server_refuses(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QUARTET_TRAINING", "0")
    assert main(command(written(tmp_path / "rows.csv", 60), "off")) == 2
    assert "switched off" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "The disk is full"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "The memory is full"),
        (MemoryError(), "The memory is full"),
        (ValueError("who wrote this book today?"), "should not (ValueError)"),
    ],
    ids=["disk", "disk, of safetensors", "memory, of torch", "memory", "anything else"],
)
def test_what_goes_wrong_is_said_and_nothing_is_lost(error, words, tmp_path, monkeypatch, capfd):
    def fail(*_):
        raise error

    file = written(tmp_path / "rows.csv", 60)
    options = ["--models", "lstm", "--budget", "quick"]
    with monkeypatch.context() as patch:
        patch.setattr("model_zoo.tuning.loop._step", fail)
        assert main(command(file, "failed", *options)) == 2
    said, job = capfd.readouterr().err, Job(jobs_folder() / "failed")
    assert job.state.kind is Kind.FAILED and words in job.state.message and words in said
    assert "who wrote" not in said + job.state.message
    assert not set_folder("failed").exists()


@pytest.mark.slow
def test_a_set_is_packed_whole_and_replaced_whole_or_stays(
    whole, passes, tmp_path, monkeypatch, capsys
):
    file, folder = whole
    shutil.copytree(folder, set_folder("again"))
    with ZipFile(outcome.zipped("again", tmp_path / "again.zip")) as archive:
        files = {f"again/{path.relative_to(folder)}" for path in folder.rglob("*.*")}
        assert set(archive.namelist()) >= files and archive.testzip() is None
    before = sums(set_folder("again"))
    passes(2)
    given = command(file, "again", "--models", "lstm", "--budget", "quick")
    assert main(given) == 2 and sums(set_folder("again")) == before
    assert "--overwrite" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr("model_zoo.tuning.bundle.shutil.copytree", _full)
        assert main([*given, "--overwrite"]) == 2
        assert sums(set_folder("again")) == before and model_set("again").models
    assert main([*given, "--overwrite"]) == 0
    assert sums(set_folder("again")) != before


def _full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.slow
def test_three_seeds_give_a_spread_and_the_best_by_validation(passes, tmp_path, capsys):
    file = written(tmp_path / "rows.csv", 70)
    passes(5)
    options = ["--models", "lstm", "--budget", "thorough", "--json"]
    assert main(command(file, "seeds", *options)) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert len(model["seeds"]) == 3 and model["spread"] is not None
    kept = json.loads((set_folder("seeds") / "lstm" / "metrics.json").read_text())
    assert (
        kept["seed"] in (0, 1, 2) and kept["held_out"]["accuracy"] == model["validation_accuracy"]
    )
    assert "deviation" in (set_folder("seeds") / "report.html").read_text()
