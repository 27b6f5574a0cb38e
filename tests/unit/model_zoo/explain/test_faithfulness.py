"""Trust in an attribution: measured by asking the model, and able to tell good from bad."""

from dataclasses import replace

import numpy as np
import pytest

from model_zoo.explain.attribute import attribute
from model_zoo.explain.faithfulness import rank_agreement, seed_spread, trust, without
from model_zoo.models.loading import load
from model_zoo.reading.predict import predict

TEXT = "The acting is great, but the film as a whole is dreadful."


@pytest.fixture(scope="module")
def model():
    return load("lstm")


@pytest.fixture(scope="module")
def attribution(model):
    return attribute(model, TEXT)


def test_words_taken_out_by_hand(model):
    (encoded,) = model.encode(["Good film"])
    first, good, film, last = encoded.ids
    assert without(encoded, {0}) == (first, film, last)
    assert without(encoded, {0, 1}) == (first, last) and without(encoded, set()) == encoded.ids
    assert good in without(encoded, {1})


def test_comprehensiveness_and_sufficiency_by_hand(model):
    """Ten words: 1, 5 and 10 % are one word, 20 % two, 50 % five."""
    text = "A B C D E F G H I dreadful"
    scores = tuple(float(i) for i in range(10))
    attribution = replace(attribute(model, text, target="negative"), word_scores=scores)

    def negative(words):
        return predict(model, [" ".join(words)])[0].probabilities[0]

    words, ranked = text.split(), text.split()[::-1]
    out = lambda k: negative([w for w in words if w not in ranked[:k]])  # noqa: E731
    only = lambda k: negative([w for w in words if w in ranked[:k]])  # noqa: E731
    measured = trust(model, attribution)
    whole = negative(words)
    assert measured.comprehensiveness == pytest.approx(
        whole - (3 * out(1) + out(2) + out(5)) / 5, abs=1e-5
    )
    assert measured.sufficiency == pytest.approx(
        whole - (3 * only(1) + only(2) + only(5)) / 5, abs=1e-5
    )


def test_a_good_ranking_beats_chance_and_its_reverse_does_not(model, attribution):
    good = trust(model, attribution)
    assert good.comprehensiveness > good.random_comprehensiveness + 0.2
    assert good.sufficiency < good.random_sufficiency - 0.2
    bad = trust(model, replace(attribution, word_scores=tuple(-s for s in attribution.word_scores)))
    assert bad.comprehensiveness < good.random_comprehensiveness
    assert bad.sufficiency > good.random_sufficiency


def test_infidelity_grows_with_wrong_scores(model, attribution):
    right = trust(model, attribution).infidelity
    wrong = trust(
        model, replace(attribution, scores=tuple(-s for s in attribution.scores))
    ).infidelity
    assert 0 <= right < wrong
    assert trust(model, attribute(model, TEXT, method="saliency")).infidelity is None


def test_the_same_seed_measures_the_same(model, attribution):
    assert trust(model, attribution, seed=5) == trust(model, attribution, seed=5)


def test_one_word_can_be_measured(model):
    measured = trust(model, attribute(model, "Dreadful"))
    assert measured.sufficiency == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_seed_spread_is_for_random_methods_and_shrinks_with_samples(model, attribution):
    assert seed_spread(model, attribution) is None
    few, many = (
        seed_spread(model, attribute(model, TEXT, method="shapley", samples=n), samples=n)
        for n in (2, 60)
    )
    assert 0 < many < few


def test_rank_agreement():
    assert rank_agreement([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert rank_agreement([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert rank_agreement([1, 1, 1], [1, 2, 3]) is None
    # ties share their rank: ranks 0.5 0.5 2 against 0 1 2
    assert rank_agreement([5, 5, 9], [1, 2, 3]) == pytest.approx(1.5 / np.sqrt(1.5 * 2))
