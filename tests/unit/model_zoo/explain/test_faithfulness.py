"""Trust in an attribution: measured by asking the model, and able to tell good from bad."""

from dataclasses import replace

import numpy as np
import pytest

from model_zoo.explain.attribute import attribute
from model_zoo.explain.faithfulness import rank_agreement, seed_spread, trust, without
from model_zoo.inference.predict import predict
from model_zoo.models.loading import load
from model_zoo.models.network import ModelId
from model_zoo.models.sets import add_set
from tests import foreign

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


@pytest.mark.parametrize("text", ["The film as a whole is dreadful.", "A charming, funny story."])
def test_a_difference_is_measured_towards_the_side_the_text_is_on(model, text):
    """As the predicted label alone is: the two differ by which logit, not by what is watched."""
    difference, alone = (
        trust(model, attribute(model, text, target=t)) for t in ("difference", "predicted")
    )
    assert difference.comprehensiveness == pytest.approx(alone.comprehensiveness, abs=0.1)
    assert difference.sufficiency == pytest.approx(alone.sufficiency, abs=0.1)
    assert difference.removal == 1 and difference.alone >= 0


def test_a_ranking_without_signs_is_measured_by_the_predicted_label(model):
    figures = [
        trust(model, attribute(model, TEXT, method="saliency", target=target))
        for target in ("negative", "positive")  # the same model: gradients are each other's mirror
    ]
    assert all(f.comprehensiveness > f.random_comprehensiveness for f in figures)


def test_noise_is_that_of_the_random_rankings(model, attribution):
    measured = [trust(model, attribution, seed=seed) for seed in range(8)]
    means = [each.random_comprehensiveness for each in measured]
    noise = float(np.mean([each.random_comprehensiveness_noise for each in measured]))
    assert 0.5 < noise / (2.776 * np.std(means, ddof=1)) < 2
    assert all(each.infidelity_noise > 0 for each in measured)
    one = trust(model, attribute(model, "Dreadful"))
    assert one.removal == one.alone == 0  # there is one ranking only


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


@pytest.mark.parametrize("target", ["predicted", "difference", "label:<b>bold</b>"])
def test_any_labels_are_measured_by_the_label_that_is_explained(target, tmp_path):
    """One word in ten taken out, by hand: a text of ten words, so one, one, one, two and five."""
    made = add_set(foreign.write_set(tmp_path / "topics", "topics", foreign.SIX))
    six = load(made.models[ModelId.of("lstm", made.name)])
    text = "A B C D E F G H I dreadful"
    attribution = attribute(six, text, target=target, method="occlusion")
    watched = attribution.explained[0]
    assert watched == ("<b>bold</b>" if "bold" in target else predict(six, [text])[0].label)
    ranked = [text.split()[i] for i in np.argsort(attribution.word_scores)[::-1]]

    def without_top(k):
        kept = " ".join(word for word in text.split() if word not in ranked[:k])
        return predict(six, [kept])[0].of(watched)

    falls = 3 * without_top(1) + without_top(2) + without_top(5)
    whole = predict(six, [text])[0].of(watched)
    measured = trust(six, attribution)
    assert measured.comprehensiveness == pytest.approx(whole - falls / 5, abs=1e-5)
    assert measured.infidelity is not None


def test_the_spread_over_seeds_is_of_the_same_label(tmp_path):
    made = add_set(foreign.write_set(tmp_path / "topics", "topics", foreign.SIX))
    six = load(made.models[ModelId.of("lstm", made.name)])
    attribution = attribute(six, TEXT, method="shapley", target=foreign.SIX[5], samples=25)
    other = replace(attribution, explained=(foreign.SIX[0],), target=foreign.SIX[0])
    own, wrong = (seed_spread(six, each, samples=25) for each in (attribution, other))
    assert own < wrong
