"""What becomes of commands where a terminal, a pipe or a disk is not as one would wish."""

import builtins
import io
import json
import os
import sys
from pathlib import Path

import pytest

from model_zoo.__main__ import main
from model_zoo.commands import output
from model_zoo.commands.parser import COMMANDS, version
from tests.root import ROOT

NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]


def ascii_out(monkeypatch):
    """A terminal that writes ASCII alone; what is written there."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    return stream.buffer


def give(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))


@pytest.mark.parametrize("columns", ["1", "40"])
@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_fits_any_terminal(monkeypatch, name, columns):
    monkeypatch.setenv("COLUMNS", columns)
    written = ascii_out(monkeypatch)
    with pytest.raises(SystemExit) as stop:
        main([*name.split(), "--help"])
    assert stop.value.code == 0 and written.getvalue().startswith(b"usage")


def test_what_ascii_lacks_is_written_as_what_is_like_it(monkeypatch):
    written = ascii_out(monkeypatch)
    assert main(["predict", "“Great”… 💩", "--models", "lstm"]) == 0
    assert b'"Great"... ?' in written.getvalue()


def test_tables_are_lists_where_they_do_not_fit(capsys, monkeypatch):
    monkeypatch.setattr(output.out, "_width", 40)
    assert main(["predict", "A wonderful film.", "--models", "lstm,bilstm"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 40
    pairs = [line.split() for line in lines]
    assert ["model", "BiLSTM"] in pairs and ["label", "positive"] in pairs
    monkeypatch.setattr(output.out, "_width", 100)
    assert main(["predict", "A wonderful film.", "--models", "lstm,bilstm"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7  # a table


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is full")
def test_a_full_device_is_one_line(capsys, monkeypatch):
    with FULL.open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["models", "--models", "lstm"]) == 1
    error = capsys.readouterr().err
    assert "cannot be written (No space left on device)" in error and error.count("\n") == 1


@pytest.mark.parametrize("argv", [["models"], ["models", "--json"], ["--help"]])
def test_a_closed_pipe_is_one_line(capsys, monkeypatch, argv):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert main(argv) == 141
    error = capsys.readouterr().err
    assert "reading has gone" in error and error.count("\n") == 1


def test_ctrl_c_while_modules_are_imported_is_one_line(capsys, monkeypatch):
    real = builtins.__import__

    def interrupted(name, *rest):
        if name == "model_zoo.commands.parser":
            raise KeyboardInterrupt
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", interrupted)
    assert main(["models"]) == 130
    assert capsys.readouterr().err == "model_zoo: Stopped.\n"


def test_the_entry_imports_nothing_that_takes_its_time():
    source = (ROOT / "model_zoo" / "__main__.py").read_text("utf-8")
    top = [line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))]
    assert not [name for name in top if name.startswith("model_zoo")]


def test_texts_come_on_standard_input(capsys, monkeypatch):
    give(monkeypatch, "\ufeffA fine film.\n\n  \nCafé 💩\n".encode())
    assert main(["predict", "-", "Dull.", "--models", "lstm", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["text"] for row in rows] == ["A fine film.", "Café 💩", "Dull."]
    give(monkeypatch, b"A fine\nfilm.\n")
    argv = ["attribute", "-", "--models", "lstm", "--method", "saliency", "--json"]
    assert main(argv) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["text"] == "A fine\nfilm."


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "Nothing came"), (b" \n", "Nothing came"), (b"caf\xe9", "not UTF-8 (byte 4)")],
)
def test_standard_input_that_is_of_no_use_is_refused(capsys, monkeypatch, content, message):
    give(monkeypatch, content)
    assert main(["predict", "-", "--models", "lstm"]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_where_there_is_no_standard_input_is_said(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["predict", "-", "--models", "lstm"]) == 2
    assert "no standard input" in capsys.readouterr().err


def test_the_version_is_the_project_s(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0 and capsys.readouterr().out == f"Quartet {version()}\n"
    assert f'version = "{version()}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["predcit", "x"], "Did you mean 'predict'?"),
        (["models", "--modles", "lstm"], "Did you mean '--models'?"),
        (["predict", "x", "--jsn"], "Did you mean '--json'"),
        (["predict", "x", "--models", "brt"], "Did you mean 'bert'?"),
        (["predict", "x", "--models", "LSTM"], "Did you mean 'lstm'"),
        (["predict", "x", "--engine", "onx"], "Did you mean 'onnx'"),
        (["predict", "x", "--set", "sentimnt"], "Did you mean 'sentiment'?"),
        (["attribute", "x", "--method", "lima"], "Did you mean 'lime'?"),
        (["attribute", "x", "--baseline", "masks"], "Did you mean 'mask'?"),
        (["predict", "--terrible"], "goes behind --: `"),
        (
            ["attribute", "--terrible=1"],
            "attribute -- '--terrible=1'",
        ),
        (["predict", "-terrible"], "-- '-terrible'"),
    ],
)
def test_what_may_have_been_meant_is_said(capsys, argv, message):
    try:
        code = main(argv)
    except SystemExit as stop:
        code = stop.code
    error = capsys.readouterr().err
    assert code == 2 and message in error and error.count("\n") == 1


@pytest.mark.parametrize("text", ["-horrible film", "--json is a fine film", "-- film", "-5"])
def test_a_text_may_begin_with_a_hyphen(capsys, text):
    assert main(["predict", text, "--models", "lstm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"] == text
    assert main(["predict", "--models", "lstm", "--json", "--", "--terrible"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"] == "--terrible"


def test_without_stderr_no_error_goes_to_stdout(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["predict", "", "--models", "lstm"]) == 2
    assert capsys.readouterr().out == ""
