"""What the page says in words."""

import pytest

from model_zoo.evaluation.metrics import McNemar
from model_zoo.explain.records import Attribution, Trust
from model_zoo.inference.predict import Prediction
from model_zoo.internals.stepwise import Course
from model_zoo.labels import SENTIMENT
from ui.show.wording import (
    agreement,
    change,
    confidence,
    counted,
    interval,
    listing,
    margin,
    megabytes,
    millions,
    notices,
    paired,
    percent,
    plain,
    points,
    ratio,
    signed_number,
    trusted,
    turns,
)

TITLES = {"a": "A", "b": "B", "c": "C", "d": "D"}


def prediction(model, positive, *, tokens=6, unknown=0, dropped=0):
    shares = (1 - positive, positive)
    return Prediction(model, "text", SENTIMENT, shares, ("x",) * tokens, unknown, dropped, 1.0, 2.0)


def in_words(*shares):
    predictions = [prediction(name, share) for name, share in zip("abcd", shares, strict=False)]
    return agreement(predictions, TITLES).replace("\u202f", " ")


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
    assert in_words(*shares) == sentence


def test_two_dissenters_of_five_disagree_in_the_plural():
    shares = (0.9, 0.8, 0.9, 0.1, 0.2)
    predictions = [prediction(name, share) for name, share in zip("abcde", shares, strict=True)]
    text = agreement(predictions, TITLES | {"e": "E"})
    assert text.startswith(
        "3 of 5 say positive; D (90\u202f% negative) and E (80\u202f% negative) disagree."
    )


TOPICS = ("who", "why", "how")


def topical(model, *shares, labels=TOPICS):
    return Prediction(model, "text", labels, shares, ("x",) * 6, 0, 0, 1.0, 2.0)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            [(0.6, 0.3, 0.1), (0.5, 0.3, 0.2), (0.2, 0.7, 0.1), (0.1, 0.1, 0.8)],
            "2 of 4 say who; C (70 % why) and D (80 % how) disagree. "
            "The probabilities of who span 10 % to 60 %.",
        ),
        (
            [(0.6, 0.3, 0.1), (0.2, 0.7, 0.1), (0.1, 0.1, 0.8)],
            "The models are split: A says who, B says why, C says how. "
            "The probabilities of who span 10 % to 60 %.",
        ),
        (
            [(0.6, 0.3, 0.1), (0.9, 0.05, 0.05)],
            "Both say who. B is surest at 90 %, A least at 60 %.",
        ),
    ],
)
def test_agreement_on_many_labels(answers, sentence):
    predictions = [topical(name, *shares) for name, shares in zip("abcd", answers, strict=False)]
    assert agreement(predictions, TITLES).replace("\u202f", " ") == sentence


def test_models_with_other_labels_are_left_out_of_agreement():
    answers = [topical("a", 0.6, 0.3, 0.1), topical("b", 0.9, 0.1, labels=("no", "yes"))]
    text = agreement([*answers, topical("c", 0.7, 0.2, 0.1)], TITLES).replace("\u202f", " ")
    assert text == (
        "Both say who. C is surest at 70 %, A least at 60 %. B answers with labels of its own and "
        "is left out of this."
    )


def test_certainty_is_never_shown_as_complete():
    assert percent(0.9999) == ">99\u202f%" and percent(0.0001) == "<1\u202f%"
    assert percent(1.0) == ">99\u202f%" and percent(0.0) == "<1\u202f%"
    assert percent(0.994) == "99\u202f%" and percent(0.5) == "50\u202f%"


def test_confidence_in_words():
    words = [confidence(prediction("a", share)) for share in (0.5, 0.3, 0.85, 0.02)]
    assert words == ["undecided", "leaning", "sure", "very sure"]


def test_notices():
    assert notices(prediction("a", 0.9)) == []
    assert "1,200 were left out" in notices(prediction("a", 0.9, dropped=1200))[0]
    assert "do not read anything" in notices(prediction("a", 0.9, unknown=4))[0]
    assert "1 of 4 tokens is not" in notices(prediction("a", 0.9, unknown=1))[0]
    assert len(notices(prediction("a", 0.9, unknown=2, dropped=3))) == 2


def test_listing_and_interval():
    assert [listing(x) for x in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
    assert interval(0.9, (0.88, 0.92)) == "90.0% (88.0% to 92.0%)"
    assert interval(None, None) == "–"


def test_models_that_are_as_sure_as_one_another_are_not_told_apart():
    alike = [prediction(name, share) for name, share in zip("ab", (0.999, 0.997), strict=True)]
    assert agreement(alike, TITLES).replace("\u202f", " ") == "Both say positive, each at >99 %."
    split = [prediction(name, share) for name, share in zip("ab", (0.502, 0.498), strict=True)]
    assert agreement(split, TITLES).replace("\u202f", " ").endswith("are all about 50 %.")


def test_points_are_those_between_the_figures_that_are_shown():
    before, after = prediction("a", 0.214), prediction("a", 0.006)
    assert (percent(before.of("positive")), percent(after.of("positive"))) == (
        "21\u202f%",
        "1\u202f%",
    )
    assert change(before, after).replace("\xa0", " ") == "positive −20 points"
    assert margin(prediction("a", 0.624)).replace("\xa0", " ") == "24 points", "62 % less 38 %"


def test_margin_and_change_in_points():
    assert margin(prediction("a", 0.81)).replace("\xa0", " ") == "62 points"
    assert points(0.51, 0.5).replace("\xa0", " ") == "1 point"
    sentences = [
        change(prediction("a", before), prediction("a", after)).replace("\xa0", " ")
        for before, after in ((0.9, 0.4), (0.6, 0.7), (0.6, 0.601), (0.4, 0.8))
    ]
    assert sentences == [
        "positive −50 points: turns negative",
        "positive +10 points",
        "positive 0 points",
        "positive +40 points: turns positive",
    ]
    unnamed = change(prediction("a", 0.9), prediction("a", 0.4), named=False)
    assert unnamed.replace("\xa0", " ") == "−50 points: turns negative"
    before, after = topical("a", 0.6, 0.3, 0.1), topical("a", 0.2, 0.7, 0.1)
    assert change(before, after).replace("\xa0", " ") == "why +40 points: turns why"


@pytest.mark.parametrize(
    ("reading", "shares", "sentence"),
    [
        ("forward", (0.9, 0.8, 0.7), "is positive all the way"),
        ("forward", (0.9, 0.2, 0.1), "starts positive, turns negative at b"),
        ("backward", (0.9, 0.2, 0.1), "starts negative, turns positive at a"),
        ("layers", (0.9, 0.2, 0.8), "starts positive, turns negative at b and turns positive at c"),
        (
            "forward",
            (0.9, 0.1, 0.9, 0.1, 0.9),
            "changes sides 4 times, last to positive at e",
        ),
    ],
)
def test_turns(reading, shares, sentence):
    course = Course("a", reading, SENTIMENT, tuple((1 - share, share) for share in shares))
    assert turns(course, "abcde") == sentence


def test_turns_among_many_labels():
    shares = ((0.6, 0.3, 0.1), (0.3, 0.6, 0.1), (0.3, 0.5, 0.2), (0.1, 0.1, 0.8))
    sentence = turns(Course("a", "forward", TOPICS, shares), "abcd")
    assert sentence == "starts who, turns why at b and turns how at d"


@pytest.mark.parametrize(
    ("value", "phrase"),
    [(10, "10× faster"), (47, "2.1× faster"), (98, "equal"), (102, "equal"), (250, "2.5× slower")],
)
def test_ratio(value, phrase):
    assert ratio(value, 100, "faster", "equal", "slower") == phrase


def test_megabytes():
    assert [megabytes(size) for size in (21_397_504, 1_234_567_890, 25_276_502_016)] == [
        "21 MB",
        "1,235 MB",
        "25.3 GB",
    ]


def test_plain_leaves_nothing_for_markdown_to_find():
    assert plain("a*b_[c](d) $x$ :smile:") == r"a\*b\_\[c\]\(d\) \$x\$ \:smile\:"


@pytest.mark.parametrize(
    ("typed", "apart"),
    [
        ("http://a.b", r"http\::small[]//a\.b"),
        ("HTTPS://a", r"HTTPS\::small[]//a"),
        ("www.a.b", r"www:small[]\.a\.b"),
        ("me@a.b", r"me:small[]@a\.b"),
        (":material/home:", r"\::small[]material/home\:"),
        (":streamlit:", r"\::small[]streamlit\:"),
        ("a -> b", r"a \-:small[]\> b"),
        ("a <-> b", r"a \<:small[]\-\> b"),
        ("-- >=", r"\-:small[]\- \>:small[]\="),
        ("a\n===\nb\0", "a \\=\\=\\= b\ufffd"),
    ],
)
def test_plain_keeps_apart_what_streamlit_looks_for_in_text(typed, apart):
    assert plain(typed) == apart


@pytest.mark.parametrize(
    ("gap", "comprehensiveness", "sufficiency", "infidelity", "sentence"),
    [
        (0.01, 0.9, 0.0, 0.2, "matter more than random ones"),
        (0.2, 0.9, 0.0, 0.2, "miss what they should add up to by 20%"),
        (None, 0.1, 0.0, None, "changes no more than taking out random ones"),
        (None, 0.9, 0.9, None, "say no more than random ones"),
        (None, 0.9, 0.0, 1.5, "worse than no forecast"),
    ],
)
def test_trust_in_words(gap, comprehensiveness, sufficiency, infidelity, sentence):
    attribution = Attribution(
        "a", "m", "positive", "pad", "", (), (), (), (), 1.0, gap, gap, 1, 0.1
    )
    text = trusted(attribution, Trust(comprehensiveness, sufficiency, 0.3, 0.5, infidelity))
    assert sentence in text and ("do not rely" in text) == ("matter more" not in sentence)


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ((0.42, 0.0, 0.41, 0.5, 0.2), "taking its top words out changes about as much"),
        ((0.9, 0.49, 0.3, 0.5, 0.2), "alone say about as much as random ones"),
        ((0.9, 0.0, 0.3, 0.5, 1.01), "about as badly as no forecast"),
        ((0.6, 0.0, 0.3, 0.5, 0.2, 0.4, 0.1, 0.1), "changes about as much"),
        ((0.9, 0.3, 0.3, 0.5, 0.2, 0.1, 0.3, 0.1), "say about as much"),
        ((0.9, 0.0, 0.3, 0.5, 1.4, 0.1, 0.1, 0.5), "about as badly as no forecast"),
        ((0.1, 0.0, 0.3, 0.5, 0.2, 0.4, 0.1, 0.1), "changes about as much"),
    ],
)
def test_within_the_noise_there_is_no_verdict(figures, sentence):
    attribution = Attribution("a", "m", "positive", "pad", "", (), (), (), (), 1.0, 0, 0, 1, 0.1)
    text = trusted(attribution, Trust(*figures))
    assert text.startswith("cannot be told") and sentence in text


def test_of_tests_looked_at_together_the_adjusted_one_is_told():
    assert paired(McNemar(30, 9, 0.001), "A", "B") == "A is better here, hardly by chance"
    assert paired(McNemar(12, 3, 0.035, 0.2), "A", "B") == "this difference could be chance"


def test_a_number_has_a_sign_unless_nothing_is_left_of_it():
    assert [signed_number(number) for number in (1.5, -0.25, 0.004, -0.004)] == [
        "+1.50",
        "−0.25",
        "0.00",
        "0.00",
    ]


def test_parameters_and_things_are_counted():
    assert [millions(count) for count in (789_504, 4_697_090, 33_360_770)] == [
        *("0.79 M", "4.7 M", "33.4 M")
    ]
    assert [counted(count, "layer") for count in (0, 1, 12)] == ["0 layers", "1 layer", "12 layers"]
