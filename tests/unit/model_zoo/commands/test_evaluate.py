"""Evaluating and scoring with sets of six and of 150 labels, and with a model of other labels."""

import csv
import json

import numpy as np
import pytest

from model_zoo.__main__ import main
from tests.conftest import BAD, GOOD
from tests.foreign import MANY, SIX, write, write_set


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    return {
        6: write_set(folder / "six", "Six", SIX),
        150: write_set(folder / "many", "Many", MANY),
    }


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A model whose labels are nobody else's."""
    return write(
        "roberta", tmp_path_factory.mktemp("other") / "which-way", ("up", "down", "sideways")
    )


def labelled(file, labels, rows):
    words = f"{GOOD} {BAD}".split()
    lines = [f"{words[n % 20]} {words[n % 7]} {n}\t{labels[n % len(labels)]}" for n in range(rows)]
    file.write_text("text\tkind\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("count, labels", [(6, SIX), (150, MANY)])
def test_figures_of_more_labels(tmp_path, capsys, sets, count, labels):
    file = labelled(tmp_path / "a.tsv", labels, 2 * count)
    command = ["evaluate", str(file), "--text", "text", "--label", "kind"]
    command += ["--set", str(sets[count]), "--models", "lstm,bert"]
    assert main([*command, "--json"]) == 0
    evaluated = json.loads(capsys.readouterr().out)
    assert evaluated["rows"] == 2 * count and "left_out" not in evaluated
    assert [name.rpartition("/")[2] for name in evaluated["models"]] == ["lstm", "bert"]
    for figures in evaluated["models"].values():
        counts = np.array(figures["confusion"]["counts"])
        assert figures["confusion"]["labels"] == list(labels)
        assert counts.shape == (count, count) and (counts.sum(axis=1) == 2).all()
        assert figures["accuracy"] == pytest.approx(counts.trace() / (2 * count))
        assert list(figures["labels"]) == list(labels)
        occurring = counts.sum(axis=0) + counts.sum(axis=1) > 0
        each = np.array([label["f1"] for label in figures["labels"].values()])
        assert figures["f1_macro"] == pytest.approx(each[occurring].mean())
        assert "f1" not in figures, "a mean says that it is one"
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "Macro F1" in printed and "commonest label would be right for" in printed


def test_a_model_with_other_labels_is_left_out_of_evaluate(tmp_path, capsys, sets, other):
    file = labelled(tmp_path / "a.tsv", SIX, 12)
    command = ["evaluate", str(file), "--text", "text", "--label", "kind", "--set", str(sets[6])]
    assert main([*command, "--models", f"lstm,{other}", "--json"]) == 0
    printed = capsys.readouterr()
    evaluated = json.loads(printed.out)
    ((name, reason),) = evaluated["left_out"].items()
    assert "which-way" in name and reason in " ".join(printed.err.split())
    assert len(evaluated["models"]) == 1 and evaluated["mcnemar"] == {}
    assert main([*command, "--models", str(other)]) == 2
    assert "No model is left" in capsys.readouterr().err


def test_a_model_with_other_labels_has_its_columns_in_score(tmp_path, capsys, sets, other):
    file, out = labelled(tmp_path / "a.tsv", SIX, 12), tmp_path / "b.csv"
    command = ["score", str(file), "--text", "text", "--out", str(out), "--set", str(sets[6])]
    assert main([*command, "--models", f"lstm,{other}"]) == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    for row in rows:
        assert row["lstm_label"] in SIX and row["which-way_label"] in ("up", "down", "sideways")
        assert sum(float(row[f"lstm_p_{label}"]) for label in SIX) == pytest.approx(1, abs=1e-5)
