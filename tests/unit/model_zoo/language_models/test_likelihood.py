"""How likely pieces are: of the left from the left, of both sides with the word hidden."""

import math

import numpy as np
import pytest
import torch

from model_zoo.language_models import surprise as surprises
from model_zoo.language_models.grammar import Pair, grammar, read_pairs, summed_up
from model_zoo.language_models.likelihood import piece_log_probabilities
from model_zoo.language_models.surprise import surprise

TEXT = "The unbelievableness of films."  # its second word has two pieces


def at(network, ids, place, target):
    with torch.inference_mode():
        return float(network(torch.tensor([ids])).logits[0, place].log_softmax(-1)[target])


def test_from_the_left_by_the_chain_rule(loaded, plain):
    model = loaded["lstm"]
    encoded = model.read(TEXT)
    (values,) = piece_log_probabilities(model, [encoded])
    for place in range(1, len(encoded.ids) - 1):  # cut off behind it: nothing later is needed
        ids = list(encoded.ids[: place + 1])
        assert values[place - 1] == pytest.approx(
            at(plain["lstm"], ids, place, ids[place]), abs=1e-4
        )


@pytest.mark.parametrize("name", ["bilstm", "bert", "distilbert"])
def test_from_both_sides_with_the_rest_of_the_word_hidden(name, loaded, plain):
    model = loaded[name]
    encoded = model.read(TEXT)
    (values,) = piece_log_probabilities(model, [encoded])
    first, second = (i for i, word in enumerate(encoded.word_of) if word == 1)
    ids, mask = list(encoded.ids), model.vocabulary.mask
    both = [mask if i in (first, second) else id for i, id in enumerate(ids)]
    later = [mask if i == second else id for i, id in enumerate(ids)]
    assert values[first - 1] == pytest.approx(at(plain[name], both, first, ids[first]), abs=1e-4)
    assert values[second - 1] == pytest.approx(
        at(plain[name], later, second, ids[second]), abs=1e-4
    )


def test_texts_together_are_as_texts_alone(loaded):
    texts = [loaded["bert"].read(text) for text in (TEXT, "Short.", "A longer text, in between.")]
    together = piece_log_probabilities(loaded["bert"], texts)
    for text, values in zip(texts, together, strict=True):
        (alone,) = piece_log_probabilities(loaded["bert"], [text])
        np.testing.assert_allclose(values, alone, atol=1e-4)


@pytest.mark.parametrize("name", ["lstm", "bert"])
def test_a_words_surprise_is_the_sum_over_its_pieces(name, loaded):
    model = loaded[name]
    (values,) = piece_log_probabilities(model, [model.read(TEXT)])
    expected = -np.array([values[0], values[1:-3].sum(), *values[-3:]]) / math.log(2)
    measured = surprise(model, TEXT)
    assert measured.left_out == 0 and measured.bits == pytest.approx(expected, rel=1e-4)


def test_of_a_long_text_the_first_words_are_asked_for(loaded, monkeypatch):
    monkeypatch.setattr(surprises, "MOST_WORDS", 3)
    short = surprise(loaded["bert"], "One two three four five")
    assert len(short.bits) == 3 and short.left_out == 2
    others = surprise(loaded["bert"], "One two three six seven").bits
    assert short.bits != pytest.approx(others, rel=1e-3), "what follows is in view"
    monkeypatch.setattr(surprises, "_BEHIND", 0)
    short = surprise(loaded["bert"], "One two three four five")
    assert short.bits == pytest.approx(surprise(loaded["bert"], "One two three").bits)


def test_pieces_are_bounded_and_told_of_as_they_are_done(loaded, monkeypatch):
    monkeypatch.setattr(surprises, "MOST_PIECES", 101)
    told = []
    long = surprise(loaded["bert"], "Unbelievableness " * 60, told.append)  # two pieces each
    assert len(long.bits) == 50 and long.left_out == 10 and None not in long.bits
    assert sum(told) == 100 and len(told) > 1
    giant = surprise(loaded["bert"], "-".join(["no"] * 90) + " film", told.append)
    assert giant.bits == (None,) and giant.left_out == 1 and sum(told) == 100 + 101


def test_an_unknown_word_has_no_surprise(loaded):
    bits = surprise(loaded["lstm"], "A 𓀀 film was [MASK].").bits
    assert [number for number, value in enumerate(bits) if value is None] == [1, 4]


PAIRS = [
    Pair("agreement", "syntax", "The film is long.", "The film are long."),
    Pair("agreement", "syntax", "The films are long.", "The films is long."),
    Pair("binding", "semantics", "He saw himself.", "He saw herself."),
]


@pytest.mark.parametrize("name", ["lstm", "bilstm"])
def test_the_more_likely_sentence_wins(name, loaded):
    model = loaded[name]
    done = []
    result = grammar(model, PAIRS, done.append)
    for pair, right in zip(PAIRS, result.right, strict=True):
        sums = [
            piece_log_probabilities(model, [model.read(text)])[0].sum()
            for text in (pair.good, pair.bad)
        ]
        assert right == (sums[0] > sums[1])
    assert sum(done) == len(PAIRS)


def test_the_mean_is_over_paradigms():
    result = summed_up("lstm", PAIRS, [True, False, True])
    assert result.mean == 0.75 and result.pairs == 2
    assert [(f.name, f.paradigms, f.pairs, f.accuracy) for f in result.fields] == [
        ("syntax", 1, 2, 0.5),
        ("semantics", 1, 1, 1.0),
    ]


def test_pairs_are_drawn_from_every_paradigm(tmp_path):
    file = tmp_path / "pairs.tsv"
    lines = [f"p{i % 2}\tsyntax_semantics\tt\tgood {i}\tbad {i}" for i in range(20)]
    file.write_text("paradigm\tfield\tterm\tgood\tbad\n" + "\n".join(lines), encoding="utf-8")
    drawn = read_pairs(file, 3)
    assert [pair.paradigm for pair in drawn] == ["p0"] * 3 + ["p1"] * 3
    assert drawn == read_pairs(file, 3) != read_pairs(file, 3, seed=1)
    assert len(read_pairs(file)) == 20 and drawn[0].field == "syntax/semantics"
