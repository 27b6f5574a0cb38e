"""Commands that write: one run at a time, and never over what they read."""

import pytest

from model_zoo.__main__ import main
from model_zoo.errors import TrainingError
from model_zoo.locks import writing
from model_zoo.training.run_state import make_folder

# {0} is what they read, {1} what they write, {2} the folder of both
FILES = [
    ("score", "{0}", "--text", "text", "--models", "lstm", "--out", "{1}"),
    ("guess", "--test", "{0}", "--out", "{1}"),
    ("blimp", "{0}", "--out", "{1}"),
    ("advise", "{0}", "--text", "text", "--out", "{1}"),
]


@pytest.mark.parametrize("command", FILES, ids=lambda command: command[0])
def test_what_is_read_is_not_written_over(command, tmp_path, capsys):
    file = tmp_path / "a.tsv"
    file.write_text("text\nfine\n", "utf-8")
    assert main([part.format(file, file) for part in command]) == 2
    assert "would be lost" in capsys.readouterr().err
    assert file.read_text("utf-8") == "text\nfine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.tsv"]


@pytest.mark.parametrize(
    "command",
    [
        *FILES,
        ("train", "lstm", "--data", "{2}", "--out", "{2}/models", "--run", "{1}"),
        ("train", "lm-lstm", "--data", "{2}", "--out", "{2}/models", "--run", "{1}"),
        ("train", "qa-lstm", "--data", "{2}", "--out", "{2}/models", "--run", "{1}"),
    ],
    ids=lambda command: command[1] if command[0] == "train" else command[0],
)
def test_the_second_of_two_runs_is_refused(command, tmp_path, capsys):
    file, out = tmp_path / "a.tsv", tmp_path / "b.tsv"
    file.write_text("text\nfine\n", "utf-8")
    with writing(out):
        assert main([part.format(file, out, tmp_path) for part in command]) == 2
    assert "another run" in capsys.readouterr().err and not out.is_file()


def test_the_state_has_a_folder_of_its_own(tmp_path, capsys):
    for run, out in (("x", "x"), ("x", "x/y"), ("data", "x")):
        given = ["--data", str(tmp_path / "data"), "--out", str(tmp_path / out)]
        assert main(["train", "lstm", *given, "--run", str(tmp_path / run), "--restart"]) == 2
        assert "Name a folder of its own" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_is_no_run_is_not_thrown_away(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(TrainingError, match="holds no run"):
        make_folder(tmp_path, restart=True)
    make_folder(tmp_path, restart=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "settings.json").touch()
    make_folder(tmp_path, restart=True)
    assert not list(tmp_path.iterdir())
