"""Parts and records of a result folder, without a cluster."""

import sys

import numpy as np
import pyarrow
import pytest
from pyarrow.parquet import read_table

from model_zoo.__main__ import main
from model_zoo.cluster.ledger import clear_aside
from model_zoo.cluster.parts import (
    ASIDE,
    MOST_DEATHS,
    Answered,
    Asked,
    answer_schema,
    part_names,
    read_counts,
    write_part,
)
from model_zoo.cluster.pool import RAY
from model_zoo.cluster.rows import CheckedRow
from model_zoo.cluster.summary import Totals, read_totals, write_summary
from model_zoo.errors import DataError
from model_zoo.inference.score import Scored
from model_zoo.locks import writing
from model_zoo.models.network import ModelId
from tests.root import ROOT

MODELS = [Asked(ModelId("lstm"), "onnx", "ab" * 32, ("no", "yes"))]
NAME = "part-00000-000000.parquet"


def answered(shares):
    probabilities = np.array(shares, dtype=float)
    counts = np.zeros(len(shares), dtype=np.int32)
    scored = Scored(
        ("lstm",), (("no", "yes"),), (probabilities,), counts, counts, counts, np.zeros(1)
    )
    rows = [CheckedRow((f"text {n}",), f"text {n}") for n in range(len(shares))]
    wrong = ["" if share[0] == share[0] else "null" for share in shares]
    return Answered(rows, scored, wrong)


BLOCK = [answered([[0.25, 0.75], [np.nan, np.nan]]), answered([[0.9, 0.1]])]


def test_a_part_is_there_whole_or_not_at_all(tmp_path):
    schema = answer_schema(["text"], MODELS, "this run")
    counts = write_part(str(tmp_path), NAME, schema, BLOCK)
    assert counts.rows == 3 and counts.errors == {"null": 1}
    assert counts.answers == {"lstm": {"yes": 1, "no": 1}}
    assert read_counts(str(tmp_path), NAME, "this run") == counts
    assert read_counts(str(tmp_path), NAME, "another") is None
    assert read_table(tmp_path / NAME).to_pylist()[1] == {
        "text": "text 1", "lstm_label": "", "lstm_p_no": None, "lstm_p_yes": None, "error": "null",
    }  # fmt: skip

    def broken():
        yield BLOCK[0]
        raise DataError("The disk is gone.")

    other = NAME.replace("0.", "1.")
    with pytest.raises(DataError, match="disk"):
        write_part(str(tmp_path), other, schema, broken())
    assert part_names(str(tmp_path)) == {NAME}
    assert not list((tmp_path / ASIDE).iterdir()), "what failed counts as no death"
    (tmp_path / NAME).write_bytes((tmp_path / NAME).read_bytes()[:-9])
    assert read_counts(str(tmp_path), NAME, "this run") is None


def test_a_part_that_kills_its_processes_is_given_up(tmp_path):
    (tmp_path / ASIDE).mkdir()
    for attempt in range(MOST_DEATHS):
        (tmp_path / ASIDE / f"{NAME}.{attempt}").touch()
    schema = answer_schema(["text"], MODELS, "")
    with pytest.raises(DataError, match="died"):
        write_part(str(tmp_path), NAME, schema, BLOCK)
    assert write_part(str(tmp_path), NAME.replace("0.", "1."), schema, BLOCK).rows == 3


def test_an_attempt_clears_its_own_corner(tmp_path):
    schema, out = answer_schema(["text"], MODELS, ""), str(tmp_path)
    for attempt in ("one", "two"):
        (tmp_path / ASIDE / attempt).mkdir(parents=True)
        (tmp_path / ASIDE / attempt / f"{NAME}.x").touch()
    assert write_part(out, NAME, schema, BLOCK, "two").rows == 3
    clear_aside(out, 3600.0)
    assert len(list((tmp_path / ASIDE).rglob("*.x"))) == 2
    clear_aside(out, of="two")
    assert [path.parent.name for path in (tmp_path / ASIDE).rglob("*.x")] == ["one"]
    clear_aside(out)
    assert not (tmp_path / ASIDE).exists()


def test_a_folder_that_is_being_written_is_refused(tmp_path, monkeypatch, capsys):
    file = tmp_path / "a.csv"
    file.write_text("text\nfine\n")
    monkeypatch.setattr("model_zoo.cluster.pool.check_installed", lambda: None)
    given = ["score", str(file), "--text", "text", "--cluster", "local", "--models", "lstm"]
    with writing(tmp_path / "out"):
        assert main([*given, "--out", str(tmp_path / "out")]) == 2
    assert "another run" in capsys.readouterr().err
    assert main([*given, "--out", str(file)]) == 2
    assert "would be lost" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_the_summary_is_a_table_that_knows_the_totals(tmp_path):
    schema = answer_schema(["text"], MODELS, "")
    names = [f"part-00000-{n:06}.parquet" for n in range(3)]
    for name in names:
        write_part(str(tmp_path), name, schema, BLOCK)
    record = {
        "rows": 9,
        "rows_without_answer": {"null": 3},
        "rows_a_second": 2.5,
        "answers": {"lstm": {"yes": 3, "no": 3}},
    }
    write_summary(str(tmp_path), names, record)
    content = (tmp_path / "_summary.parquet").read_bytes()
    assert read_totals(content) == Totals(9, 3, 2.5, {"lstm": {"yes": 3, "no": 3}})
    assert read_table(pyarrow.BufferReader(content)).schema.names == schema.names
    assert len(read_table(tmp_path / "_summary.parquet")) == 9
    for other in (b"text\nfine\n", (tmp_path / names[0]).read_bytes(), content[:50]):
        assert read_totals(other) is None


def test_without_ray_one_sentence_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    file = tmp_path / "a.csv"
    file.write_text("text,label\nfine,1\n")
    given = [str(file), "--text", "text", "--cluster", "local", "--models", "lstm"]
    assert main(["score", *given, "--out", str(tmp_path / "out")]) == 2
    assert main(["evaluate", *given, "--label", "label"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first == second and f'pip install "{RAY}"' in first
    assert not (tmp_path / "out").exists(), "nothing was begun"
    assert RAY in (ROOT / "requirements-cluster.txt").read_text("utf-8").splitlines()


def test_several_files_need_a_cluster(tmp_path, capsys):
    given = ["score", "a.csv", "b.csv", "--text", "text", "--out", str(tmp_path / "c.csv")]
    assert main(given) == 2 and "--cluster local" in capsys.readouterr().err


def test_ray_is_imported_for_a_cluster_alone():
    import subprocess

    code = (
        "import sys, model_zoo.commands.parser, model_zoo.cluster.run, model_zoo.cluster.evaluate;"
        "assert 'ray' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
