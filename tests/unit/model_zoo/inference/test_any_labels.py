"""Predicting and scoring with any labels, any tokenizers, and models of the same name."""

import json
from math import isnan

import numpy as np
import pytest

from model_zoo.inference.predict import Prediction, predict
from model_zoo.inference.score import (
    Scored,
    answer_cells,
    answer_columns,
    column_names,
    join,
    number_columns,
    score,
)
from model_zoo.inference.score_file import score_file
from model_zoo.models import own, sets
from model_zoo.models.loading import load
from model_zoo.models.own import add_folder
from model_zoo.models.sets import add_set
from model_zoo.tables.table import open_table
from tests.foreign import MANY, SIX, write, write_set

pytestmark = pytest.mark.slow

TEXTS = ["A good film.", "", "terrible, awful and dull " * 30, " \u200b", "it isn't boring 🎭"]
FOREIGN = ("roberta", "albert", "xlnet")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shelf")
    write_set(folder / "six", "six", SIX)
    write_set(folder / "many", "many", MANY)
    for kind in FOREIGN:
        write(kind, folder / kind, SIX)
    write("electra", folder / "other", ("up", "down"))
    return folder


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(sets, "_added", {})
    monkeypatch.setattr(own, "_given", {})


def predicted(*shares, labels="abcdef"):
    return Prediction("m", "x", tuple(labels[: len(shares)]), shares, (), 0, 0, 0.0, 0.0)


def test_a_prediction_ranks_its_labels():
    many = predicted(0.1, 0.4, 0.2, 0.3)
    assert (many.label, many.confidence, many.of("c")) == ("b", 0.4, 0.2)
    assert many.margin == pytest.approx(0.1)
    assert many.top() == [("b", 0.4), ("d", 0.3), ("c", 0.2)]
    assert many.top(9) == [("b", 0.4), ("d", 0.3), ("c", 0.2), ("a", 0.1)]
    with pytest.raises(ValueError):
        many.of("z")


def test_of_labels_that_are_equally_likely_the_first_is_taken():
    tied = predicted(0.2, 0.4, 0.4)
    assert tied.label == "b" and tied.margin == 0 and tied.top(2) == [("b", 0.4), ("c", 0.4)]
    even = predicted(0.5, 0.5)
    assert even.label == "a" and even.margin == 0


@pytest.mark.parametrize(("name", "labels"), [("six", SIX), ("many", MANY)])
def test_scored_alone_or_together_any_labels_come_out_alike(shelf, name, labels):
    models = [load(row) for row in add_set(shelf / name).models.values()]
    if labels == SIX:
        models += [load(add_folder(shelf / kind, beside=name)) for kind in FOREIGN]
    scored = score(models, TEXTS, batch_size=2)
    assert scored.labels == (labels,) * len(models) and len(scored) == len(TEXTS)
    assert scored.answers.shape == (len(TEXTS), len(models))
    assert scored.read.tolist() == [True, False, True, False, True]
    for at, model in enumerate(models):
        assert scored.probabilities[at].shape == (len(TEXTS), len(labels))
        for row in (0, 2, 4):
            (alone,) = predict(model, [TEXTS[row]])
            assert scored.probabilities[at][row] == pytest.approx(alone.probabilities, abs=1e-5)
            assert sum(alone.probabilities) == pytest.approx(1)
            assert labels[scored.answers[row, at]] == alone.label
        for row in (1, 3):  # a character of no width is one to read, unless BERT's rules drop it
            read = any(item.words for item in model.encode([TEXTS[row]]))
            assert (scored.answers[row, at] >= 0) == read != isnan(scored.probabilities[at][row, 0])
            assert read == (row == 3 and model.name in FOREIGN)


def test_models_of_other_labels_stand_beside_and_can_be_left_out(shelf):
    rows = list(add_set(shelf / "six").models.values())[:2]
    models = [*map(load, rows), load(add_folder(shelf / "other", beside="six"))]
    scored = score(models, TEXTS)
    assert [len(own) for own in scored.labels] == [6, 6, 2]
    assert scored.answers[0].max() < 6 and scored.answers[0, 2] in (0, 1)
    same = scored.by(SIX)
    assert same.models == ("six/lstm", "six/bilstm") and same.labels == (SIX, SIX)
    assert (same.answers == scored.answers[:, :2]).all()
    assert same.seconds.tolist() == scored.seconds[:2].tolist()
    assert scored.by(("up", "down")).models == ("local/other~six",)
    assert scored.by(("down", "up")).models == () == scored.by(SIX[:2]).models
    parts = join([score(models, TEXTS[:2]), score(models, TEXTS[2:])])
    assert parts.labels == scored.labels
    assert (parts.answers == scored.answers).all()


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_words_are_cut_for_each_model_where_it_ends(shelf, tmp_path, monkeypatch, turned):
    """Two folders with the same tokenizer, of which one has positions for fewer tokens."""
    monkeypatch.setitem(write.__globals__["_CONFIGS"]["roberta"], "max_position_embeddings", 40)
    short = write("roberta", tmp_path / "short", SIX)
    pair = [load(add_folder(folder)) for folder in (shelf / "roberta", short)]
    counts = [len(model.encode(TEXTS)[2].ids) for model in pair]
    assert counts[1] == 38 < counts[0], "what the test is about"
    assert pair[0].network.tokenizer.backend is pair[1].network.tokenizer.backend
    models = pair[::-1] if turned else pair
    scored = score(models, TEXTS)
    for rows, model in zip(scored.probabilities, models, strict=True):
        for at in (0, 2, 4):
            (alone,) = predict(model, [TEXTS[at]])
            assert rows[at] == pytest.approx(alone.probabilities, abs=1e-5)


def test_texts_are_tokenised_once_for_models_that_read_alike(shelf, monkeypatch):
    from model_zoo.text.tokens import TextTokenizer

    asked = []
    encode = TextTokenizer.encode
    monkeypatch.setattr(
        TextTokenizer, "encode", lambda self, *how: asked.append(self) or encode(self, *how)
    )
    models = [load(row) for row in add_set(shelf / "six").models.values()]
    models.append(load(add_folder(shelf / "albert", beside="six")))
    asked.clear()  # what networks of unknown kinds are tried with
    score(models, TEXTS)
    assert len(asked) == 2


def test_columns_follow_models_and_labels():
    names, labels = ["six/lstm", "local/mine"], [SIX, ("up", "down")]
    columns = answer_columns(names, labels)
    assert columns == [
        "lstm_label", *(f"lstm_p_{label}" for label in SIX), "mine_label", "mine_p_up",
        "mine_p_down",
    ]  # fmt: skip
    assert number_columns(names, labels) == [c for c in columns if not c.endswith("_label")]
    shares = [np.array([[0, 0, 0.5, 0.25, 0.25, 0]]), np.array([[np.nan, np.nan]])]
    (cells,) = answer_cells(shares, labels)
    assert cells == [SIX[2], 0, 0, 0.5, 0.25, 0.25, 0, "", None, None]
    assert len(cells) == len(columns)


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (["bert", "lstm"], ["bert", "lstm"]),
        (["bert", "local/bert"], ["sentiment-bert", "local-bert"]),
        (["bert", "local/bert", "local/local-bert"],
         ["sentiment-bert", "local-bert", "local-bert-2"]),
        (["local/m", "local/m~.1.0"], ["local-m", "local-m-2"]),
        (["local/m~six", "hub/org--m"], ["m", "org--m"]),
    ],
)  # fmt: skip
def test_no_two_models_have_columns_of_the_same_name(models, names):
    assert column_names(models) == names


def test_no_two_columns_have_the_same_name_whatever_labels_are_called():
    """Nor is a label taken for a number: kinds go by place."""
    models, labels = ["local/a", "local/a_p_b"], [("b_label", "c"), ("x", "y")]
    columns = answer_columns(models, labels)
    assert len(set(columns)) == len(columns) == 6
    numbers = number_columns(models, labels)
    assert numbers == [columns[1], columns[2], columns[4], columns[5]]
    assert json.loads(json.dumps(dict.fromkeys(columns, 0))).keys() == set(columns)


def test_texts_that_only_some_can_read_are_counted(shelf, tmp_path):
    bundled = next(iter(add_set(shelf / "six").models.values()))
    models = [load(row) for row in (add_folder(shelf / "roberta"), bundled)]
    assert [bool(model.encode([TEXTS[3]])[0].words) for model in models] == [True, False]
    file, out = tmp_path / "in.tsv", tmp_path / "out.tsv"
    file.write_text(f"text\ngood\n{TEXTS[3]}\n", encoding="utf-8")
    for order in (models, models[::-1]):
        assert score_file(order, file, out, text="text").unread == 1
        *_, (text, *cells) = open_table(out).rows()
        assert text == TEXTS[3] and sorted(map(bool, cells)) == [False] * 7 + [True] * 7
    assert score(models, TEXTS).read.tolist() == [True, False, True, False, True]


def test_nothing_scored_has_the_right_shapes(shelf):
    model = load(next(iter(add_set(shelf / "six").models.values())))
    scored = score([model], [])
    assert isinstance(scored, Scored) and len(scored) == 0
    assert scored.probabilities[0].shape == (0, 6) and scored.answers.shape == (0, 1)
