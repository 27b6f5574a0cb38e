"""Labelled rows: from a file to figures that agree with one another."""

import numpy as np
import pytest

from model_zoo.errors import DataError, TextError
from model_zoo.models.loading import load
from model_zoo.quality.evaluate import evaluate, read_labelled
from model_zoo.quality.metrics import quality
from model_zoo.reading.predict import predict

TEXTS = ["A joy.", "Dull.", "Not bad.", "Not good.", "I hated it", "Great fun"]
LABELS = [1, 0, 1, 0, 1, 1]


def test_figures_are_those_of_the_predictions():
    models = [load("lstm"), load("distilbert")]
    evaluation = evaluate(models, TEXTS, LABELS)
    assert evaluation.rows == 6 and list(evaluation.qualities) == ["lstm", "distilbert"]
    right = {}
    for model in models:
        positive = np.array([prediction.positive for prediction in predict(model, TEXTS)])
        alone = quality(positive, np.array(LABELS))
        assert evaluation.qualities[model.name].confusion == alone.confusion
        right[model.name] = (positive > 0.5) == np.array(LABELS)
    pair = evaluation.pairs["lstm", "distilbert"]
    assert pair.b == (right["lstm"] & ~right["distilbert"]).sum()
    with pytest.raises(TextError, match="Text 2 of 2"):
        evaluate(models, ["fine", " "], [1, 0])


def test_reads_both_kinds_of_label(tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text('id,review,y\n1,"Good, ""really"".",positive\n2,Bad.,0\n', encoding="utf-8-sig")
    assert read_labelled(csv, "review", "y") == (['Good, "really".', "Bad."], [1, 0])
    tsv = tmp_path / "a.tsv"
    tsv.write_text('review\ty\n"Good\tNEGATIVE\n')
    assert read_labelled(tsv, "review", "y") == (['"Good'], [0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("review,label\nx,1\n", "Its columns: review, label"),
        ("text,label\nx,1\ny,maybe\n", "row 2: label 'maybe'"),
        ("text,label\nx,1\n ,1\n", "row 2: column 'text' is empty"),
    ],
)
def test_rows_that_cannot_be_used_say_why(tmp_path, content, message):
    file = tmp_path / "a.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=message):
        read_labelled(file, "text", "label")
