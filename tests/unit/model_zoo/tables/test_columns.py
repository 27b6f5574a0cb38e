"""Guessing what a table's columns and label values mean."""

import pytest

from model_zoo.labels import SENTIMENT
from model_zoo.tables.columns import guess_label, guess_mapping, guess_text, most_values


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
        ([f"{n}" for n in range(21)], {}),
        (["nan", "inf"], {}),
        ([], {}),
    ],
)
def test_what_values_mean(values, expected):
    assert guess_mapping(values, SENTIMENT) == expected


EMOTIONS = ("anger", "fear", "joy", "love", "sadness", "surprise")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Joy", "ANGER ", "other"], {"Joy": 2, "ANGER ": 0, "other": None}),
        (["0", "5", "2"], {"0": 0, "5": 5, "2": 2}),
        (["1", "6", ""], {"1": 0, "6": 5, "": None}),  # from 1 on
        (["1.0", "3.0"], {"1.0": 1, "3.0": 3}),  # from 0 on, where both would do
        (["0", "6"], {}),
        (["-1", "1"], {}),
        (["joy", "cars"], {}),  # one label of the six: a column of something else
        (["0.5", "1"], {}),
        (["pos", "neg"], {}),
    ],
)
def test_what_values_mean_for_other_labels(values, expected):
    assert guess_mapping(values, EMOTIONS) == expected


def test_a_set_of_150_labels_is_matched_by_name_and_by_number():
    labels = [f"intent_{n}" for n in range(150)]
    assert guess_mapping([f"Intent {n}" for n in range(150)], labels) == {
        f"Intent {n}": n for n in range(150)
    }
    assert guess_mapping([str(n) for n in range(150)], labels)["149"] == 149
    assert most_values(labels) >= 200
    assert guess_mapping([f"intent_{n}" for n in range(most_values(labels) + 1)], labels) == {}


def test_labels_that_are_numbers_are_matched_by_their_names():
    assert guess_mapping(["1", "3"], ["3", "2", "1"]) == {"1": 2, "3": 0}


def test_the_wordiest_column_is_the_text_unless_a_name_tells():
    rows = [("7", "a rather long remark about it all", "fine film")] * 3
    assert guess_text(["id", "remark", "note"], rows) == "remark"
    assert guess_text(["id", "remark", "Review text"], rows) == "Review text"
    assert guess_text(["review", "remark", "x"], [("", "word", "")]) == "remark"


def test_the_label_is_a_column_of_two_sides_a_telling_name_first():
    rows = [("good one", "1", "pos", "a"), ("bad one", "0", "neg", "b")]
    assert guess_label(["text", "flag", "sentiment", "c"], rows, "text", SENTIMENT) == "sentiment"
    assert guess_label(["text", "flag", "x", "c"], rows, "text", SENTIMENT) == "flag"
    assert guess_label(["text", "c"], [(row[0], row[3]) for row in rows], "text", SENTIMENT) is None


def test_numbers_are_labels_of_other_sets_only_where_the_name_says_so():
    rows = [("a text", "2", "1", "Joy"), ("another", "4", "0", "anger")]
    columns = ["text", "age", "label_id", "mood"]
    assert guess_label(columns, rows, "text", EMOTIONS) == "label_id"
    assert guess_label(["text", "age", "x", "mood"], rows, "text", EMOTIONS) == "mood"
    assert guess_label(["text", "age"], [row[:2] for row in rows], "text", EMOTIONS) is None
