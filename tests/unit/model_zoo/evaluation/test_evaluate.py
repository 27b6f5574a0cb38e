"""Labelled rows: from a file to figures that agree with one another."""

import numpy as np
import pytest

from model_zoo.errors import DataError, TextError
from model_zoo.evaluation.classification import quality
from model_zoo.evaluation.evaluate import evaluate, read_labelled
from model_zoo.evaluation.metrics import holm
from model_zoo.inference.predict import predict
from model_zoo.labels import SENTIMENT
from model_zoo.models.loading import load

TEXTS = ["A joy.", "Dull.", "Not bad.", "Not good.", "I hated it", "Great fun"]
LABELS = [1, 0, 1, 0, 1, 1]


def test_figures_are_those_of_the_predictions():
    models = [load("lstm"), load("bilstm"), load("distilbert")]
    evaluation = evaluate(models, TEXTS, LABELS)
    assert evaluation.rows == 6 and list(evaluation.qualities) == [model.name for model in models]
    tests = evaluation.pairs.values()
    assert [test.adjusted for test in tests] == holm([test.p for test in tests])
    right = {}
    for model in models:
        shares = np.array([prediction.probabilities for prediction in predict(model, TEXTS)])
        alone = quality(shares, np.array(LABELS))
        assert evaluation.qualities[model.name].confusion == alone.confusion
        right[model.name] = (shares[:, 1] > 0.5) == np.array(LABELS)
    pair = evaluation.pairs["lstm", "distilbert"]
    assert pair.b == (right["lstm"] & ~right["distilbert"]).sum()
    with pytest.raises(TextError, match="Text 2 of 2"):
        evaluate(models, ["fine", " "], [1, 0])


def test_reads_both_kinds_of_label(tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text('id,review,y\n1,"Good, ""really"".",positive\n2,Bad.,0\n', encoding="utf-8-sig")
    assert read_labelled(csv, "review", "y", SENTIMENT) == (['Good, "really".', "Bad."], [1, 0])
    tsv = tmp_path / "a.tsv"
    tsv.write_text('review\ty\n"Good\tNEGATIVE\n')
    assert read_labelled(tsv, "review", "y", SENTIMENT) == (['"Good'], [0])


@pytest.mark.parametrize(
    ("labels", "values", "truth"),
    [
        (("joy", "fear", "card lost"), ("Fear", " joy ", "CARD_LOST"), [1, 0, 2]),
        (("joy", "fear", "card lost"), ("2", "0", "1"), [2, 0, 1]),
        (("3", "2", "1"), ("1", "3", "2"), [2, 0, 1]),  # numbers that are names
        (("2", "1", "3"), ("0", "1", "2"), [0, 1, 2]),  # and those that are not
        (tuple(f"intent {n}" for n in range(150)), ("intent_149", "intent 7"), [149, 7]),
    ],
)
def test_labels_are_read_by_name_or_by_number(tmp_path, labels, values, truth):
    file = tmp_path / "a.csv"
    file.write_text("text,label\n" + "".join(f"x,{value}\n" for value in values))
    assert read_labelled(file, "text", "label", labels)[1] == truth


def test_it_is_told_how_labels_were_read(tmp_path):
    file, told = tmp_path / "a.csv", []
    file.write_text("text,label\nx,1.0\ny,0.0\n")
    assert read_labelled(file, "text", "label", SENTIMENT, tell=told.append)[1] == [1, 0]
    assert told == ["Labels are read as: '0.0' negative, '1.0' positive."]


@pytest.mark.parametrize(
    ("labels", "content", "message"),
    [
        (SENTIMENT, "review,label\nx,1\n", "Choose from: review, label"),
        (SENTIMENT, "text,label\nx,1\ny,maybe\n", "row 2: label 'maybe' is none of 0, 1, neg"),
        (SENTIMENT, "text,label\nx,1\ny,3\nz,5\n", "row 2: label '3' is in the middle"),
        (SENTIMENT, "text,label\nx,1\n ,1\n", "row 2: column 'text' is empty"),
        (("a", "b", "c"), "text,label\nx,1\ny,4\n", "row 1: label '1' is none of a, b, c"),
        (("a", "b", "c"), "text,label\nx,a\ny,1\n", "row 2: label '1'"),  # one or the other
        ([f"l{n}" for n in range(150)], "text,label\nx,z\n", r"l3, … \(150 labels\).* 0 to 149"),
    ],
)
def test_rows_that_cannot_be_used_say_why(tmp_path, labels, content, message):
    file = tmp_path / "a.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=message):
        read_labelled(file, "text", "label", labels)
