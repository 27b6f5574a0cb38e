"""A whole training of each of the four through the command line, on a few hundred rows."""

import json
import shutil
import signal
import time

import pytest

from model_zoo import paths
from model_zoo.__main__ import main
from model_zoo.inference.predict import predict
from model_zoo.models import files, loading
from model_zoo.models.network import ModelId
from model_zoo.models.sets import DESCRIPTION, add_set
from model_zoo.training.fit import CHECKPOINT
from tests.warm import Command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out") / "models"


def arguments(name, reviews, out, *more):
    return ["train", name, "--data", str(reviews), "--out", str(out), "--held-out", "40", *more]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        pytest.param("bilstm", ["--epochs", "6", "--batch-size", "16"], marks=pytest.mark.long),
        pytest.param("bert", ["--epochs", "2", "--batch-size", "16"], marks=pytest.mark.long),
        ("distilbert", ["--epochs", "1", "--batch-size", "16"]),
    ],
)
def test_trains_to_a_folder_that_loads(name, more, reviews, out, capsys):
    assert main([*arguments(name, reviews, out, *more), "--json"]) == 0
    check_trained(name, json.loads(capsys.readouterr().out), out)


def check_trained(name, metrics, out):
    """What was printed is on record, and the model in the folder has learnt and can be loaded."""
    assert metrics == json.loads((out / name / "metrics.json").read_text())
    assert metrics["validation"]["rows"] == 60
    assert metrics["validation"]["accuracy"] > 0.8  # the words that decide are all in training
    assert metrics["data"]["train_rows"] + metrics["held_out"]["rows"] <= 400
    assert len(metrics["data"]["sha256"]) == 64 and metrics["seconds"] >= 0
    assert metrics["made"] == files.read_metrics(name)["made"]  # as the bundled one was
    assert metrics["hardware"] and metrics["seed"] == 0 and metrics["history"]
    trained = ModelId.of(name, add_set(out).name)
    model = loading.load(trained)
    labels = [
        p.label for p in predict(model, ["a wonderful and clever film", "a stale, awful plot"])
    ]
    assert labels == ["positive", "negative"]
    card = (out / name / "README.md").read_text()
    assert card.startswith("---\n") and "base_model:" in card and "Limits" in card
    assert files.card(trained).accuracy == metrics["validation"]["accuracy"]


def test_distilbert_needs_its_own_bert_or_the_bundled_one(reviews, tmp_path, monkeypatch, capsys):
    (tmp_path / "none").mkdir()
    shutil.copy(paths.MODELS / DESCRIPTION, tmp_path / "none")
    monkeypatch.setattr(paths, "MODELS", tmp_path / "none")
    assert main(arguments("distilbert", reviews, tmp_path)) == 2
    assert "Train bert first" in capsys.readouterr().err


def test_killed_and_run_again_it_finishes(reviews, tmp_path):
    """SIGKILL in the middle, the same command again: it goes on, and ends.

    As what, test_fit asks of a run that was stopped inside the process.
    """
    killed = tmp_path / "killed" / "models"

    def start():
        options = ("--epochs", "6", "--batch-size", "16", "--json")
        return Command(*arguments("lstm", reviews, killed, *options), said=tmp_path)

    checkpoint = killed.parent / "state" / "lstm" / CHECKPOINT
    process = start()
    while not checkpoint.exists() and process.returncode is None:
        time.sleep(0.05)
    assert process.returncode is None, "it ended before it could be killed"
    process.signal(signal.SIGKILL)
    process.ended()
    assert checkpoint.exists() and not (killed / "lstm").exists()
    again = start()
    printed, told = again.ended()
    assert again.returncode == 0, told
    metrics = json.loads(printed)
    check_trained("lstm", metrics, killed)
    assert metrics["history"][-1]["step"] == 6 * -(-metrics["data"]["train_rows"] // 16)
    looks = told.count("held-out accuracy")
    assert 0 < looks < len(metrics["history"]), "it went on, and did not begin anew"
