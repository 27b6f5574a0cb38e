"""The command line: what it prints, and its exit codes."""

import json
import os
import subprocess
import sys

import pytest

from model_zoo.__main__ import main
from model_zoo.labels import SENTIMENT
from model_zoo.models.sets import model_set
from tests.root import ROOT

SPECS = model_set().models
SAMPLE = str(ROOT / "assets" / "samples" / "messages.csv")


def answer(capsys, *argv):
    assert main([*argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys, *argv):
    """The one line on stderr with which the command ends in exit code 2."""
    try:
        code = main(argv)
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2 and printed.out == ""
    assert printed.err.count("\n") == 1 and "Traceback" not in printed.err
    return printed.err


def test_models(capsys):
    rows = answer(capsys, "models")
    assert [row["name"] for row in rows] == list(SPECS)
    for row in rows:
        assert row["core_parameters"] < row["parameters"]
        assert row["ci95"][0] < row["accuracy"] < row["ci95"][1]
    assert main(["models"]) == 0
    assert "distilbert" in capsys.readouterr().out


def test_predict(capsys):
    texts = ["A wonderful film.", "Awful — <b>boring</b> [red]and[/red] 😀"]
    results = answer(capsys, "predict", *texts)
    assert [row["text"] for row in results] == texts
    for row in results:
        assert [result["model"] for result in row["results"]] == list(SPECS)
        for result in row["results"]:
            assert set(result) == {
                "model", "label", "probabilities", "tokens", "truncated", "unknown", "dropped",
                "tokenize_ms",
                "forward_ms",
            }  # fmt: skip
            shares = result["probabilities"]
            assert list(shares) == list(SENTIMENT) and sum(shares.values()) == pytest.approx(1)
            assert result["label"] == max(shares, key=shares.get)
            assert result["tokens"][0] == "[CLS]" and result["truncated"] is False


def test_predict_prints_text_as_typed_and_says_what_was_cut(capsys):
    assert main(["predict", "--models", "lstm", "[red]good[/red] " * 300]) == 0
    out = capsys.readouterr().out
    assert "[red]good[/red]" in out and "longer than the models can read" in out


def test_models_are_given_in_registry_order(capsys):
    (row,) = answer(capsys, "predict", "Fine.", "--models", "bert, lstm,bert")
    assert [result["model"] for result in row["results"]] == ["lstm", "bert"]


@pytest.mark.slow
def test_evaluate(capsys, reviews):
    file = str(reviews / "validation.tsv")
    evaluated = answer(
        capsys,
        "evaluate",
        file,
        "--text",
        "sentence",
        "--label",
        "label",
        "--models",
        "lstm,bilstm",
    )
    assert evaluated["rows"] == 60
    for score in evaluated["models"].values():
        assert set(score) == {
            "accuracy", "ci95", "f1", "f1_ci95", "auc", "ece", "confusion", "seconds",
        }  # fmt: skip
        assert score["accuracy"] > 0.8 and score["ci95"][0] <= score["accuracy"] <= score["ci95"][1]
    pair = evaluated["mcnemar"]["lstm|bilstm"]
    first, second = (evaluated["models"][name]["accuracy"] * 60 for name in ("lstm", "bilstm"))
    assert pair["b"] - pair["c"] == round(first - second) and 0 <= pair["p"] <= 1
    assert main(["evaluate", file, "--text", "sentence", "--label", "label"]) == 0
    assert "McNemar" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "required: COMMAND"),
        (["shout"], "invalid choice"),
        (["models", "--server.port", "1"], "unrecognized arguments: --server.port 1"),
        (["predict"], "required: text"),
        (["predict", ""], "is empty"),
        (["predict", "fine", " \x00"], "Text 2 of 2 is empty"),
        (["predict", "fine", "--models", "lstm,gpt"], "no model named 'gpt'"),
        (["predict", "fine", "--set", "nowhere"], "no set of models named 'nowhere'"),
        (["predict", "fine", "--set", "model_zoo"], "holds no set.json"),
        (["predict", "fine", "--models", "./nowhere"], "no folder ./nowhere"),
        (["predict", "fine", "--models", "lstm,./model_zoo"], "holds no model"),
        (["evaluate", "nowhere.csv", "--text", "a", "--label", "b"], "does not exist"),
        (["evaluate", SAMPLE, "--text", "a", "--label", "b"], "no column 'a'"),
        (["evaluate", "x.csv", "--text", "a"], "required: --label"),
        (["train", "gpt", "--data", "nowhere"], "no model named 'gpt'"),
        (["train", "lstm", "--data", "nowhere"], "does not exist"),
        (["train", "lstm", "--data", "x", "--epochs", "0"], "invalid"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_ends_with_one_line(capsys, monkeypatch, argv, message):
    monkeypatch.chdir(ROOT)
    assert message in refusal(capsys, *argv)


@pytest.mark.parametrize("asked", [None, "0.0.0.0"])
def test_app_listens_on_this_machine_alone_unless_asked(monkeypatch, asked):
    name = "STREAMLIT_SERVER_ADDRESS"
    monkeypatch.setenv(name, asked or "")
    if asked is None:
        monkeypatch.delenv(name)
    listening = []
    monkeypatch.setattr("os.execv", lambda *_: listening.append(os.environ.get(name)))
    assert main(["app"]) == 0 and listening == [asked or "localhost"]
    if asked is None:
        monkeypatch.delenv(name)
    made = subprocess.run(["make", "-n", "app"], cwd=ROOT, capture_output=True, text=True)
    assert f"--server.address {asked or 'localhost'}" in made.stdout


def test_app_hands_streamlit_what_it_does_not_know(monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "localhost")
    started = []
    monkeypatch.setattr("os.execv", lambda program, command: started.append(command))
    assert main(["app", "--server.port", "9000", "--server.headless=true"]) == 0
    ((_, *command),) = started
    assert command == [
        "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", "9000",
        "--server.headless=true",
    ]  # fmt: skip


@pytest.mark.slow
def test_as_a_process():
    command = [sys.executable, "-m", "model_zoo", "predict", "--models", "lstm", "--json"]
    done = subprocess.run([*command, "Good."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.strip() == ""
    assert json.loads(done.stdout)[0]["results"][0]["label"] == "positive"
    failed = subprocess.run([*command, ""], cwd=ROOT, capture_output=True, text=True)
    assert failed.returncode == 2 and failed.stderr.count("\n") == 1


def test_attribute(capsys):
    text = "The acting is great, but the film is dreadful."
    records = answer(capsys, "attribute", text, "--models", "lstm,bilstm", "--target", "negative")
    assert [row["model"] for row in records] == ["lstm", "bilstm"]
    for row in records:
        assert {
            "model", "method", "target", "tokens", "scores", "words", "word_scores", "gap",
            "gap_relative", "steps", "seconds", "comprehensiveness", "sufficiency",
        } <= set(row)  # fmt: skip
        assert row["method"] == "integrated_gradients" and row["target"] == "negative"
        assert len(row["tokens"]) == len(row["scores"]) and row["gap_relative"] <= 0.01
        assert row["words"][max(range(10), key=row["word_scores"].__getitem__)] == "dreadful"
    assert main(["attribute", text, "--models", "lstm", "--method", "occlusion"]) == 0
    assert "dreadful" in capsys.readouterr().out
    assert "Choose from" in refusal(capsys, "attribute", text, "--method", "magic")
    assert "empty" in refusal(capsys, "attribute", " ")


@pytest.mark.slow
def test_help_is_the_same_where_python_leaves_docstrings_out():
    """`python -OO`; benchmarks read theirs as well."""
    helps = [
        subprocess.run(
            [sys.executable, *how, "-m", "model_zoo", "--help"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout
        for how in ((), ("-OO",))
    ]  # fmt: skip
    assert helps[0] == helps[1] and "predict" in helps[0]
    for file in (ROOT / "benchmarks").glob("*.py"):
        assert "__doc__." not in file.read_text(encoding="utf-8"), "None has no methods"
