"""Edits that turn an answer do turn it, and nothing smaller would."""

from itertools import combinations
from math import comb

import pytest

from model_zoo.explain import flip
from model_zoo.inference.predict import predict
from model_zoo.models.loading import load
from model_zoo.models.own import add_folder
from model_zoo.text.tokens import leave_out
from tests import foreign

pytestmark = pytest.mark.slow  # many readings by whole models
TEXT = "The acting is great, but the film as a whole is dreadful."


@pytest.fixture(scope="module")
def model():
    return load("lstm")


def label(model, text):
    return predict(model, [text])[0].label


@pytest.mark.parametrize("text", [TEXT, "A dull, stale and lifeless film.", "Not bad."])
def test_the_removal_turns_the_answer_and_no_smaller_one_does(model, text):
    removal = flip.by_removal(model, text)
    assert removal and removal.smallest
    (encoded,) = model.encode([text])
    assert removal.text == leave_out(encoded, removal.removed)
    assert label(model, removal.text) != label(model, text)
    again = predict(model, [removal.text])[0]
    assert again.label == removal.label
    assert again.confidence == pytest.approx(removal.probability, abs=1e-5)
    for size in range(1, len(removal.removed)):
        for words in combinations(range(len(encoded.words)), size):
            assert label(model, leave_out(encoded, words)) == label(model, text)


def test_a_search_that_is_cut_short_says_so(model, monkeypatch):
    monkeypatch.setattr(flip, "MAX_READINGS", 30)
    removal = flip.by_removal(model, "A dull, stale and lifeless film, a tedious and stupid bore.")
    assert removal is None or not removal.smallest


def test_a_flip_is_the_smallest_where_all_smaller_sets_were_tried(model, monkeypatch):
    text = "A dull, stale and lifeless film."
    size, words = len(flip.by_removal(model, text).removed), len(model.read(text).words)
    smaller = sum(comb(words, count) for count in range(1, size))
    monkeypatch.setattr(flip, "MAX_READINGS", smaller + words)  # too few for all of this size
    cut = flip.by_removal(model, text)
    assert size > 1 and cut and len(cut.removed) == size and cut.smallest


def test_an_exchange_turns_the_answer():
    model = load("bert")
    exchange = flip.by_exchange(model, TEXT)
    index, word = exchange.replaced
    (encoded,) = model.encode([TEXT])
    assert exchange.text == leave_out(encoded, {index}, instead=word)
    assert label(model, exchange.text) != label(model, TEXT)


def test_neighbours_are_words_used_alike(model):
    bert = load("bert")
    good = bert.encode(["good"])[0].ids[1]
    near, again = flip.neighbours(load("bert"), [good, good])
    assert near == again
    assert "great" in near and "good" not in near and len(near) == flip.NEIGHBOURS
    assert all(word.isalpha() for word in near)


def test_one_word_cannot_be_flipped_by_removal(model):
    assert flip.by_removal(model, "Good") is None


def test_models_of_any_labels_and_words_are_turned(tmp_path):
    """Random models turn easily; whatever is found must turn them."""
    removed = exchanged = 0
    for kind in foreign.KINDS:
        model = load(add_folder(foreign.write(kind, tmp_path / kind, foreign.SIX)))
        before = label(model, TEXT)
        removal, exchange = flip.by_removal(model, TEXT), flip.by_exchange(model, TEXT)
        removed, exchanged = removed + bool(removal), exchanged + bool(exchange)
        for edit in filter(None, (removal, exchange)):
            again = predict(model, [edit.text])[0]
            assert again.label == edit.label != before and edit.label in foreign.SIX
            assert again.confidence == pytest.approx(edit.probability, abs=1e-4)
    assert removed and exchanged
