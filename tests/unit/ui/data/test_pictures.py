"""What tables and figures of the page hold, for 2, 6 and 150 labels."""

import numpy as np
import pandas as pd
import pytest

from model_zoo.evaluation.classification import quality
from model_zoo.evaluation.metrics import reliability
from model_zoo.inference.score import Scored
from model_zoo.labels import SENTIMENT
from model_zoo.tables.table import open_table
from tests.foreign import MANY, SIX
from ui.data import figures
from ui.data.agreement import answered
from ui.data.by_label import by_label
from ui.data.confusions import mistakes
from ui.data.dataset import read_dataset
from ui.data.meanings import meanings_of, meanings_table
from ui.data.naming import left_out, titles
from ui.data.orders import DISAGREEMENT, ORDERS, SUREST
from ui.data.rows import rows_table
from ui.show import titles as names

SETS = pytest.mark.parametrize("labels", [SENTIMENT, SIX, MANY], ids=["2", "6", "150"])


def random_rows(labels, rows=400, seed=0):
    """Probabilities (N, C) and truth (N,) that go together more often than not."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(len(labels), size=rows)
    logits = draw.normal(size=(rows, len(labels)))
    logits[np.arange(rows), truth] += 2
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True), truth


def scored(*shares, labels, models=("lstm", "bert")):
    counts = np.arange(len(shares[0]))
    own = labels if isinstance(labels[0], tuple) else (labels,) * len(shares)
    return Scored(models[: len(shares)], own, shares, counts, counts, counts, np.zeros(len(shares)))


def data(rows, labels):
    content = "text\n" + "".join(f"text {n}\n" for n in range(rows))
    return read_dataset(open_table(content.encode(), "a.csv"), labels)


@SETS
def test_a_matrix_holds_every_row_and_writes_counts_where_they_fit(labels):
    measured = quality(*random_rows(labels))
    counts = measured.confusion
    if len(labels) > figures.MOST_CELLS:
        chosen = figures.most_mixed_up([counts])
        assert len(chosen) == figures.MOST_CELLS
        counts, labels = figures.among(counts, chosen), [labels[at] for at in chosen]
    else:
        assert sum(int(cell) for row in _text(counts, labels) for cell in row) == 400
    drawn, *written = figures.confusion(counts, labels, "bert").data
    assert np.shape(drawn.z) == (len(labels), len(labels))
    assert bool(written) == (len(labels) <= figures.MOST_COUNTS)
    for cells in written:
        assert list(cells.text) == [f"{count:,}" for row in counts.counts for count in row]
    assert "<b>" not in "".join(map(str, drawn.x)), "names are no markup"


def _text(counts, labels):
    return figures.confusion(counts, labels, "bert").data[0].text


def test_labels_that_are_alike_once_cut_keep_their_cells():
    labels = [f"a very long common beginning {n}" for n in range(3)]
    figure = figures.confusion(quality(*random_rows(labels)).confusion, labels, "bert")
    assert len(set(figure.data[0].x)) == 3


def test_the_labels_with_most_mistakes_are_drawn():
    probabilities, truth = random_rows(MANY, 3000)
    counts = quality(probabilities, truth).confusion
    chosen = figures.most_mixed_up([counts], 10)
    table = np.array(counts.counts)
    np.fill_diagonal(table, 0)
    about = table.sum(axis=0) + table.sum(axis=1)
    assert about[chosen].min() >= np.delete(about, chosen).max()


@SETS
def test_the_commonest_mistakes_are_listed(labels):
    first, second = (quality(*random_rows(labels, seed=seed)).confusion for seed in (0, 1))
    listed = mistakes({"A": first, "B": second}, labels)
    assert len(listed) == (2 if len(labels) == 2 else 10)
    for row in listed.to_dict("records"):
        true, said = labels.index(row["labelled"]), labels.index(row["answered"])
        assert true != said and row["A"] == first.counts[true][said]
    assert (np.diff(listed["A"] + listed["B"]) <= 0).all()


@SETS
def test_a_line_for_every_label(labels):
    probabilities, truth = random_rows(labels)
    truth[truth == 1] = 0  # a label without rows
    probabilities[:, 1] = 0
    measured = {"lstm": quality(probabilities, truth)}
    for figure in ("f1", "precision", "recall", "auc"):
        table = by_label(measured, {"lstm": "LSTM"}, labels, figure)
        assert len(table) == len(labels) and table["rows"].sum() == 400
        assert pd.isna(table["LSTM"][1]), "nothing to take a share of"
        assert table["LSTM"][0] == getattr(measured["lstm"].labels[0], figure)


@pytest.mark.parametrize("of", ["positive", None])
def test_calibration_says_what_it_is_about(of):
    bins = {"lstm": reliability(np.array([0.9, 0.9, 0.2]), np.array([1, 0, 0]))}
    figure = figures.reliability(bins, {"lstm": "LSTM"}, of)
    assert (of or "answer") in figure.layout.xaxis.title.text
    assert list(figure.data[1].y) == [0, 0.5]


@SETS
def test_a_table_of_meanings_gives_them_back(labels):
    meanings = {name.upper(): at for at, name in enumerate(labels)} | {"?": None}
    table = meanings_table(meanings, labels, {"?": 7})
    assert table["value"][0] == "?" and table["rows"][0] == 7, "the unclear ones come first"
    assert meanings_of(table, meanings, labels) == meanings
    table.loc[0, "means"] = labels[1]
    assert meanings_of(table, meanings, labels)["?"] == 1


def test_answers_in_a_slice_in_words():
    assert answered(np.array([1, 1, 0, 1]), SENTIMENT).startswith("75.0% (")
    assert answered(np.array([0, 0, 0, 5]), SIX) == "sport 75% · Künste 🎭 25%"
    assert answered(np.arange(150), MANY).count("·") == 2


def test_rows_of_two_labels_have_the_probability_of_the_second():
    shares, _ = random_rows(SENTIMENT, 3)
    table, columns = rows_table(
        data(3, SENTIMENT), np.array([1, 0, -1]), scored(shares, labels=SENTIMENT), np.arange(3)
    )
    assert columns == ["LSTM"] and table["LSTM"].tolist() == shares[:, 1].tolist()
    assert table["label"].tolist() == ["positive", "negative", ""]


@pytest.mark.parametrize("labels", [SIX, MANY], ids=["6", "150"])
def test_rows_of_more_labels_have_answers_and_how_sure_they_are(labels):
    shares, _ = random_rows(labels, 3)
    shares[1] = np.nan
    own = np.array([[0.25, 0.75]] * 3)  # a model with labels of its own
    table, columns = rows_table(
        data(3, labels), None, scored(shares, own, labels=(labels, ("no", "yes"))), np.arange(3)
    )
    assert columns == ["LSTM: p", "BERT: p"] and "label" not in table
    assert table["LSTM"].tolist() == [labels[shares[0].argmax()], "", labels[shares[2].argmax()]]
    assert table["LSTM: p"][0] == shares[0].max() and pd.isna(table["LSTM: p"][1])
    assert table["BERT"].tolist() == ["yes"] * 3


def test_disagreement_of_two_labels_is_the_distance():
    first = np.array([[0.5, 0.5], [0.1, 0.9], [np.nan, np.nan], [0.8, 0.2]])
    second = np.array([[0.4, 0.6], [0.9, 0.1], [np.nan, np.nan], [0.5, 0.5]])
    ranks = ORDERS[DISAGREEMENT](scored(first, second, labels=SENTIMENT), None)
    assert np.argsort(ranks, kind="stable").tolist() == [1, 3, 0, 2]


def test_disagreement_of_more_is_other_answers_first():
    first = np.array([[0.4, 0.3, 0.3], [0.9, 0.1, 0.0], [0.5, 0.3, 0.2]])
    second = np.array([[0.3, 0.4, 0.3], [0.5, 0.5, 0.0], [0.5, 0.3, 0.2]])
    ranks = ORDERS[DISAGREEMENT](scored(first, second, labels=("a", "b", "c")), None)
    assert np.argsort(ranks).tolist() == [0, 1, 2]
    alone = ORDERS[DISAGREEMENT](scored(first, labels=("a", "b", "c")), None)
    assert len(set(alone)) == 1


@SETS
def test_the_surest_mistake_comes_first(labels):
    shares, truth = random_rows(labels, 50)
    truth[:5] = -1
    order = np.argsort(ORDERS[SUREST](scored(shares, labels=labels), truth), kind="stable")
    assert set(order[-5:]) == set(range(5)), "rows without a label are last"
    wrong = [
        max(share for at, share in enumerate(shares[row]) if at != truth[row]) for row in order[:-5]
    ]
    assert (np.diff(wrong) <= 0).all()


def test_models_of_the_same_title_are_told_apart(monkeypatch):
    monkeypatch.setattr(names, "title", lambda model: "BERT")
    told = titles(["bert", "mine/bert"])
    assert told == {"bert": "BERT", "mine/bert": "BERT (2)"}


def test_no_model_is_called_like_a_column(monkeypatch):
    monkeypatch.setattr(names, "title", lambda model: "rows")
    assert titles(["local/rows"]) == {"local/rows": "rows (2)"}


def test_who_is_left_out_is_said():
    shares, _ = random_rows(SIX, 2)
    own = np.array([[0.25, 0.75]] * 2)
    everything = scored(shares, own, labels=(SIX, ("no", "yes")))
    assert left_out(everything, SIX).startswith("BERT is left out")
    assert left_out(everything.by(SIX), SIX) == ""
