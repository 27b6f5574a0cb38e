"""What the page says in words."""

import pytest

from model_zoo.results import Prediction
from ui.wording import agreement, confidence, interval, listing, notices, percent

TITLES = {"a": "A", "b": "B", "c": "C", "d": "D"}


def prediction(model, positive, *, tokens=6, unknown=0, dropped=0):
    label = "positive" if positive > 0.5 else "negative"
    return Prediction(
        model, "text", label, (1 - positive, positive), ("x",) * tokens, unknown, dropped, 1.0, 2.0
    )


def said(*shares):
    found = [prediction(name, share) for name, share in zip("abcd", shares, strict=False)]
    return agreement(found, TITLES).replace("\u202f", " ")


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ((0.9, 0.8, 0.999, 0.7), "All four say positive. C is surest at >99 %, D least at 70 %."),
        ((0.1, 0.2), "Both say negative. A is surest at 90 %, B least at 80 %."),
        ((0.2,), "A says negative, at 80 %."),
        (
            (0.39, 0.8, 0.9, 0.95),
            "3 of 4 say positive; A (61 % negative) disagrees. "
            "The probabilities of positive span 39 % to 95 %.",
        ),
        (
            (0.9, 0.8, 0.1, 0.2),
            "The models are split: A and B say positive, C and D say negative. "
            "The probabilities of positive span 10 % to 90 %.",
        ),
        (
            (0.1, 0.2, 0.9, 0.8),
            "The models are split: A and B say negative, C and D say positive. "
            "The probabilities of positive span 10 % to 90 %.",
        ),
        (
            (0.9, 0.1),
            "The models are split: A says positive, B says negative. "
            "The probabilities of positive span 10 % to 90 %.",
        ),
    ],
)
def test_agreement(shares, sentence):
    assert said(*shares) == sentence


def test_two_dissenters_of_five_disagree_in_the_plural():
    found = [prediction(n, s) for n, s in zip("abcde", (0.9, 0.8, 0.9, 0.1, 0.2), strict=True)]
    text = agreement(found, TITLES | {"e": "E"})
    assert text.startswith(
        "3 of 5 say positive; D (90\u202f% negative) and E (80\u202f% negative) disagree."
    )


def test_certainty_is_never_shown_as_complete():
    assert percent(0.9999) == ">99\u202f%" and percent(0.0001) == "<1\u202f%"
    assert percent(1.0) == ">99\u202f%" and percent(0.0) == "<1\u202f%"
    assert percent(0.994) == "99\u202f%" and percent(0.5) == "50\u202f%"


def test_confidence_in_words():
    words = [confidence(prediction("a", share)) for share in (0.5, 0.3, 0.85, 0.02)]
    assert words == ["undecided", "leaning", "sure", "very sure"]


def test_notices():
    assert notices(prediction("a", 0.9), 512) == []
    assert "1,200 were left out" in notices(prediction("a", 0.9, dropped=1200), 512)[0]
    assert "do not read anything" in notices(prediction("a", 0.9, unknown=4), 512)[0]
    assert "1 of 4 tokens is not" in notices(prediction("a", 0.9, unknown=1), 512)[0]
    assert len(notices(prediction("a", 0.9, unknown=2, dropped=3), 512)) == 2


def test_listing_and_interval():
    assert [listing(x) for x in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
    assert interval(0.9, (0.88, 0.92)) == "90.0% (88.0% to 92.0%)"
    assert interval(None, None) == "–"
