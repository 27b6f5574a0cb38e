"""Whole trainings through the command line: all four, killed at any moment, refused in words."""

import errno
import json
import random
import shutil
import signal
import time

import pytest

from model_zoo.__main__ import main
from model_zoo.errors import SetError
from model_zoo.host import use_threads
from model_zoo.models import files
from model_zoo.models.sets import model_set
from model_zoo.tuning import networks, outcome
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


@pytest.fixture(autouse=True)
def _folders(tmp_path_factory, monkeypatch):
    place = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("QUARTET_TRAININGS", str(place / "trainings"))
    monkeypatch.setenv("QUARTET_SETS", str(place / "sets"))
    monkeypatch.delenv("QUARTET_TRAINING", raising=False)


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
def test_all_four_from_a_file_to_a_set_that_answers(tmp_path, capsys):
    file = written(tmp_path / "rows.csv", 100)
    assert main(command(file, "asked", "--budget", "quick", "--keep-test", "--json")) == 0
    record = json.loads(capsys.readouterr().out)
    folder = set_folder("asked")
    assert record["set"] == str(folder) and Job(jobs_folder() / "asked").state.kind is Kind.DONE
    assert [model["name"] for model in record["models"]] == ["lstm", "bilstm", "bert", "distilbert"]
    assert record["labels"] == sorted(STARTS) and len(record["pairs"]) == 6
    for model in record["models"]:
        assert model["accuracy"] > 0.6 and len(model["curve"]) == 3
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

    assert main(command(file, "asked", "--budget", "quick")) == 2
    assert "--overwrite" in capsys.readouterr().err
    made = outcome.zipped("asked", tmp_path / "asked.zip")
    shutil.unpack_archive(made, tmp_path / "out")
    assert (tmp_path / "out" / "asked" / "set.json").is_file()

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


def sums(name):
    return (set_folder(name) / "SHA256SUMS").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "models", ["lstm", pytest.param("bert,distilbert", marks=pytest.mark.long)]
)
def test_killed_at_any_moment_it_ends_with_the_same_bytes(models, tmp_path, capsys):
    file = written(tmp_path / "rows.csv", 120)
    options = ["--models", models, "--budget", "quick"]
    use_threads(1)  # what a process did before, with fewer threads, does not change a training
    networks.recurrent(networks.origin(), ("a", "b"), bidirectional=False)
    assert main(command(file, "whole", *options)) == 0
    first = models.partition(",")[0]
    work = jobs_folder() / "killed" / "work"
    moments = [
        lambda: (work / f"{first}-1-0" / "best.safetensors").exists(),
        lambda: (work / f"{first}-1-0" / "result.json").exists(),
        lambda: (work / f"{first}-0.5-0" / "checkpoint.safetensors").exists(),
        lambda: any(set_folder("killed").parent.glob(".killed.new")),
    ]
    for moment in moments:
        process = start(file, "killed", *options)
        wait_for(moment, process)
        process.signal(signal.SIGKILL)
        process.ended()
        assert process.returncode == -signal.SIGKILL
        assert Job(jobs_folder() / "killed").state.kind is Kind.INTERRUPTED
        assert not (set_folder("killed") / "set.json").exists()
    assert main(command(file, "killed", *options)) == 0
    assert "Going on" in capsys.readouterr().err
    assert sums("killed") == sums("whole")
    assert not list(set_folder("killed").parent.glob(".*"))


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
def test_a_set_is_replaced_whole_or_stays(tmp_path, monkeypatch, capsys):
    file = written(tmp_path / "rows.csv", 60)
    options = ["--models", "lstm", "--budget", "quick"]
    assert main(command(file, "again", *options)) == 0
    before = sums("again")
    more = [*options, "--overwrite", "--seed", "1"]
    with monkeypatch.context() as patch:
        patch.setattr("model_zoo.tuning.bundle.shutil.copytree", _full)
        assert main(command(file, "again", *more)) == 2
        assert sums("again") == before and model_set("again").models
    assert main(command(file, "again", *more)) == 0
    assert sums("again") != before


def _full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.slow
def test_three_seeds_give_a_spread_and_the_best_by_validation(tmp_path, capsys):
    file = written(tmp_path / "rows.csv", 70)
    options = ["--models", "lstm", "--budget", "thorough", "--json"]
    assert main(command(file, "seeds", *options)) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert len(model["seeds"]) == 3 and model["spread"] is not None
    kept = json.loads((set_folder("seeds") / "lstm" / "metrics.json").read_text())
    assert (
        kept["seed"] in (0, 1, 2) and kept["held_out"]["accuracy"] == model["validation_accuracy"]
    )
    assert "deviation" in (set_folder("seeds") / "report.html").read_text()
