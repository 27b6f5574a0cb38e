"""Advice on the command line: what it prints, writes and refuses."""

import json
import zipfile
from pathlib import Path

import pytest

from model_zoo.__main__ import main
from model_zoo.deploy import survey as surveying
from model_zoo.deploy.survey import Stage
from model_zoo.errors import EngineError
from model_zoo.models.loading import load
from tests.unit.model_zoo.deploy.figures import FOUND, surveyed


@pytest.fixture
def asked(monkeypatch):
    """Figures in place of measured ones; what was asked for."""
    calls = []

    def survey(models, labels, rows=None, **how):
        calls.append({"models": [row.id for row in models], "rows": rows, **how})
        yield Stage(surveyed(), "Exporting LSTM [red]", 9.0)
        yield Stage(surveyed(*FOUND), "Time and memory of LSTM", 0.0)

    monkeypatch.setattr(surveying, "survey", survey)
    return calls


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\na good film,positive\na bad one,negative\nfine,1\n", "utf-8")
    return str(path)


def answer(capsys, *argv):
    assert main(["advise", *argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys, *argv):
    try:
        code = main(["advise", *argv])
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2 and "Traceback" not in printed.err
    return printed.err


def test_json_holds_the_recommendation_its_words_and_every_figure(capsys, asked):
    advice = answer(capsys, "--latency-ms", "10", "--memory-mb", "300")
    assert advice["meets"] and advice["recommended"]["model"] == "bert@onnx"
    assert advice["needs"] == {"latency_ms": 10, "memory_mb": 300, "accuracy_loss": None}
    assert advice["words"][0].startswith("BERT · ONNX on 1 thread: p95 9.0 ms, 1.0 ms under")
    assert [o["model"] for o in advice["options"]] == [o.model for o in FOUND]
    assert ["bert@onnx", 1] in advice["front"] and advice["host"]["processor"]
    assert advice["options"][2]["accuracy"] is None, "what was not measured is not invented"


def test_all_models_on_all_engines_unless_told_otherwise(capsys, asked):
    answer(capsys)
    assert len(asked[0]["models"]) == 12 and asked[0]["threads"] is None
    assert not asked[0]["anew"] and asked[0]["rows"] is None
    answer(capsys, "--models", "bert@onnx,lstm", "--engine", "torch,onnx-int8", "--threads", "2")
    assert asked[1]["models"] == ["lstm@torch", "lstm@onnx-int8", "bert@onnx"]
    assert asked[1]["threads"] == [2]
    answer(capsys, "--anew")
    assert asked[2]["anew"]


def test_what_is_read_is_not_written_over(capsys, asked, file):
    assert "would be lost" in refusal(capsys, file, "--text", "text", "--out", file)
    assert not asked and Path(file).read_text("utf-8").startswith("text,label")


def test_the_file_gives_texts_and_labels(capsys, asked, file):
    answer(capsys, file, "--text", "text", "--label", "label")
    rows = asked[0]["rows"]
    assert rows.texts == ("a good film", "a bad one", "fine") and rows.truth.tolist() == [1, 0, 1]
    answer(capsys, file, "--text", "text", "--rows", "2")
    assert asked[1]["rows"].truth is None and len(asked[1]["rows"].texts) == 2


def test_tables_mark_the_recommended_one(capsys, asked):
    assert main(["advise", "--latency-ms", "10"]) == 0
    printed = capsys.readouterr()
    assert "→" in printed.out and "BERT · ONNX" in printed.out and "not measured" in printed.out
    assert main(["advise", "--latency-ms", "0.1"]) == 0
    out = capsys.readouterr().out
    assert "→ │" not in out and "No option meets what you need." in out


def test_bad_usage_and_input_is_refused(capsys, asked, file, tmp_path):
    assert "Say so with --text" in refusal(capsys, file)
    assert "no column 'nope'" in refusal(capsys, file, "--text", "nope")
    assert "does not exist" in refusal(capsys, str(tmp_path / "gone.csv"), "--text", "text")
    assert "no engine 'abacus'" in refusal(capsys, "--engine", "onnx,abacus")
    for wrong in ("-1", "nan", "inf", "x"):
        assert "--latency-ms" in refusal(capsys, f"--latency-ms={wrong}")
    assert not asked


def test_where_nothing_could_be_measured_the_reason_is_said(capsys, monkeypatch):
    def survey(models, labels, rows=None, **how):
        left = surveyed()
        left.left_out["lstm@onnx"] = "LSTM cannot be exported. Use the torch engine."
        yield Stage(left, "Exporting", 0.0)

    monkeypatch.setattr(surveying, "survey", survey)
    assert "cannot be exported. Use the torch engine." in refusal(capsys)


def test_stopping_advises_by_what_was_measured(capsys, monkeypatch):
    def survey(models, labels, rows=None, **how):
        yield Stage(surveyed(FOUND[0]), "Time", 5.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(surveying, "survey", survey)
    assert main(["advise", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["recommended"]["model"] == "lstm"
    assert "Stopped early" in printed.err


@pytest.mark.slow
def test_the_zip_is_written_whole_or_not_at_all(capsys, asked, tmp_path, monkeypatch):
    load("lstm@onnx")
    out = tmp_path / "bundle.zip"
    answer(capsys, "--memory-mb", "120", "--out", str(out))
    assert zipfile.ZipFile(out).testzip() is None
    before = out.read_bytes()
    assert "none to pack" in refusal(capsys, "--latency-ms", "0.1", "--out", str(out))
    assert out.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["bundle.zip"]
    assert "cannot be written" in refusal(capsys, "--out", str(tmp_path / "no" / "where.zip"))

    def gone(*_):
        raise EngineError("The export is gone.")

    monkeypatch.setattr("model_zoo.deploy.package.write_package", gone)
    assert "is gone" in refusal(capsys, "--out", str(out))
    assert [p.name for p in tmp_path.iterdir()] == ["bundle.zip"]
