"""What commands show of names that others chose, and how they refuse models that are not chosen."""

import json
import shutil

import pytest

from model_zoo.__main__ import main
from model_zoo.models import own, sets
from model_zoo.paths import MODELS
from tests.foreign import SIX, write, write_set

pytestmark = pytest.mark.slow

TEXT = "A fine film, but the plot is dull."
STEERING = "[/b]x\x1b[2J"  # to rich the end of bold, to a terminal an order to clear itself
SHOWN = "[/b]x\ufffd[2J"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(sets, "_added", {})
    monkeypatch.setattr(own, "_given", {})


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    """A model whose classes have only numbers."""
    return write("electra", tmp_path_factory.mktemp("made") / "numbered", ("LABEL_0", "LABEL_1"))


def describe(folder, **row):
    """Have the set say this of its first model, and that it has no others."""
    file = folder / "set.json"
    record = json.loads(file.read_text("utf-8"))
    record["models"] = [record["models"][0] | row]
    file.write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["predict", TEXT], SHOWN),
        (["attribute", "Fine.", "--method", "occlusion"], SHOWN),
        (["measure", "--lengths", "8", "--batch", "1", "--runs", "3", "--no-memory"], SHOWN),
        (["evaluate", "{0}", "--text", "text", "--label", "kind"], SHOWN),
        (["score", "{0}", "--text", "text", "--out", "{1}"], "2 rows written"),
        (["models"], "[/i]y"),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_titles_are_shown_as_they_are_written(capsys, tmp_path, command, shown):
    """Nothing in a set's files is taken for markup, or steers a terminal."""
    folder = write_set(tmp_path / "odd", "odd", SIX)
    describe(folder, title=STEERING, description="[/i]y")
    rows = tmp_path / "rows.tsv"
    rows.write_text(f"text\tkind\ngood\t{SIX[0]}\nbad\t{SIX[1]}\n", encoding="utf-8")
    command = [part.format(rows, tmp_path / "out.csv") for part in command]
    assert main([*command, "--set", str(folder), "--models", "lstm"]) == 0
    printed = capsys.readouterr()
    assert shown in printed.out
    assert "\x1b" not in printed.out + printed.err


def test_checks_show_titles_as_they_are_written(capsys, tmp_path):
    folder = tmp_path / "odd"
    shutil.copytree(MODELS / "lstm", folder / "lstm")
    for name in ("set.json", "SHA256SUMS"):
        shutil.copy(MODELS / name, folder)
    describe(folder, title=STEERING)
    assert main(["checks", "--set", str(folder)]) == 0
    printed = capsys.readouterr()
    assert SHOWN in printed.out and "\x1b" not in printed.out + printed.err


@pytest.mark.parametrize("command", [["predict", TEXT], ["models"], ["checks"], ["measure"]])
def test_to_name_no_model_is_refused(capsys, command):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--models", " , "])
    assert stop.value.code == 2
    assert "--models: name at least one model" in capsys.readouterr().err


@pytest.mark.parametrize("classes", ["LABEL_0", "", "LABEL_0=a=b"])
def test_how_classes_are_written_is_said(capsys, numbered, classes):
    with pytest.raises(SystemExit) as stop:
        main(["predict", TEXT, "--models", str(numbered), "--classes", classes])
    assert stop.value.code == 2
    assert "--classes: write CLASS=LABEL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("models", "classes", "message"),
    [
        ("{0}", "LABEL_7=positive", "'LABEL_7', and there is none. Choose from: LABEL_0, LABEL_1."),
        ("{0}", "LABEL_0=good", "'good', and there is none. Choose from: negative, positive."),
        ("lstm", "LABEL_0=negative", "there is none. Give it with a model of your own."),
        ("{0}", "LABEL_0=no,LABEL_1=yes", "'no', and there is none."),
    ],
)
def test_classes_that_would_say_nothing_are_refused(capsys, numbered, models, classes, message):
    assert main(["predict", TEXT, "--models", models.format(numbered), "--classes", classes]) == 2
    printed = capsys.readouterr()
    assert message in printed.err and printed.out == "" and printed.err.count("\n") == 1


def test_classes_speak_of_all_folders_and_of_no_model_of_the_set(capsys, numbered, tmp_path):
    """Labels as the set's are compared: without regard to case."""
    other = write("electra", tmp_path / "other", ("bad one", "good one"), seed=1)
    names = f"lstm,{numbered},{other}"
    classes = "LABEL_0=Positive,LABEL_1=negative,bad one=NEGATIVE,good one=positive"
    assert main(["predict", TEXT, "--models", names, "--classes", classes, "--json"]) == 0
    ((row),) = json.loads(capsys.readouterr().out)
    assert [list(result["probabilities"]) for result in row["results"]] == [
        ["negative", "positive"]
    ] * 3
    assert [result["model"] for result in row["results"]] == [
        "lstm", "local/numbered~.1.0", "local/other~.0.1",
    ]  # fmt: skip


def test_accuracy_is_said_to_be_of_what_it_was_measured_on(capsys, numbered):
    assert main(["models", "--models", str(numbered)]) == 0
    assert " ".join(capsys.readouterr().out.split()).endswith("Accuracy: not measured.")
    assert main(["models", "--models", f"lstm,{numbered}"]) == 0
    assert "own data, 872, with 95 % interval." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "name", ["/" + "a" * 5000, "a/" * 4000, "a" * 5000, "~nobody-here/x", "./a\0b", "~", "\0"]
)
@pytest.mark.parametrize("option", ["--set", "--models"])
def test_names_that_no_folder_can_have_are_refused(capsys, monkeypatch, tmp_path, option, name):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["models", option, name]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and len(printed.err) < 500
