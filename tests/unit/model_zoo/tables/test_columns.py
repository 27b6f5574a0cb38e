"""Guessing what a table's columns and label values mean."""

import pytest

from model_zoo.tables.columns import MAX_VALUES, guess_label, guess_mapping, guess_text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["0", "1"], {"0": 0, "1": 1}),
        (["1", "2"], {"1": 0, "2": 1}),  # Yelp polarity
        (["0", "4"], {"0": 0, "4": 1}),  # Sentiment140
        (["1.0", "2.0", "5.0", "3.0"], {"1.0": 0, "2.0": 0, "3.0": None, "5.0": 1}),
        (["-1", "0", "1"], {"-1": 0, "0": None, "1": 1}),
        (["1", "10", "6"], {"1": 0, "6": 1, "10": 1}),
        (["Positive", "NEG", "mixed"], {"Positive": 1, "NEG": 0, "mixed": None}),
        (["", "neg", "pos"], {"": None, "neg": 0, "pos": 1}),
        (["0", "1", ""], {"0": 0, "1": 1, "": None}),
        (["yes"], {}),
        (["pos", "good"], {}),
        (["apple", "pear"], {}),
        (["3", "17", "99"], {}),
        ([f"{n}" for n in range(MAX_VALUES + 1)], {}),
        (["nan", "inf"], {}),
        ([], {}),
    ],
)
def test_what_values_mean(values, expected):
    assert guess_mapping(values) == expected


def test_the_wordiest_column_is_the_text_unless_a_name_tells():
    rows = [("7", "a rather long remark about it all", "fine film")] * 3
    assert guess_text(["id", "remark", "note"], rows) == "remark"
    assert guess_text(["id", "remark", "Review text"], rows) == "Review text"
    assert guess_text(["review", "remark", "x"], [("", "word", "")]) == "remark"


def test_the_label_is_a_column_of_two_sides_a_telling_name_first():
    rows = [("good one", "1", "pos", "a"), ("bad one", "0", "neg", "b")]
    assert guess_label(["text", "flag", "sentiment", "c"], rows, "text") == "sentiment"
    assert guess_label(["text", "flag", "x", "c"], rows, "text") == "flag"
    assert guess_label(["text", "c"], [(row[0], row[3]) for row in rows], "text") is None
