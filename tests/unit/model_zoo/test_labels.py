"""What label values mean: one way to read them, whoever wrote the column."""

import pytest

from model_zoo.labels import SENTIMENT, LabelReader, without_rows, written_twice


@pytest.mark.parametrize(
    ("labels", "values", "meant"),
    [
        (SENTIMENT, ("1.0", "0.0"), [1, 0]),
        (SENTIMENT, ("True", "FALSE"), [1, 0]),
        (SENTIMENT, ("pos", "Neg."), [1, 0]),
        (SENTIMENT, ("positive", "0"), [1, 0]),
        (SENTIMENT, ("1", "2"), [0, 1]),
        (SENTIMENT, ("1", "3", "5"), [0, None, 1]),
        (SENTIMENT, ("-1", "0", "1"), [0, None, 1]),
        (SENTIMENT, ("LABEL_1", "LABEL_0"), [1, 0]),
        (SENTIMENT, ("1",), [1]),
        (SENTIMENT, ("fine", "1"), [None, 1]),
        (("True", "False"), ("1", "0"), [0, 1]),  # what they say, not where they stand
        (("True", "False"), ("true", "no"), [0, 1]),
        (("no", "yes"), ("TRUE", "f"), [1, None]),
        (("0", "1"), ("1.0", "00"), [1, 0]),
        (("0", "1"), ("yes", "no"), [1, 0]),
        (("1", "-1"), ("-1", "1.0", "-1.0"), [1, 0, 1]),
        (("1", "10"), ("1.0", "10"), [0, 1]),
        (("01", "1"), ("1", "01", "1.0"), [1, 0, 1]),
        (("C", "C++", "C#"), ("c++", "C", "c#"), [1, 0, 2]),
        (("café", "bar"), ("cafe\u0301", "BAR"), [0, 1]),
        (("12345678901234567890", "12345678901234567891"), ("12345678901234567891.0",), [1]),
        (("2", "1", "3"), ("0", "1", "2"), [0, 1, 2]),
        (("a", "b", "c"), ("1", "3"), [0, 2]),
        (("a", "b", "c"), ("1", "2", "0"), [1, 2, 0]),
        (("a", "b", "c"), ("a", "1"), [0, None]),
        (("a", "b", "c"), ("inf", "1e999999999", "١", ""), [None] * 4),
    ],
)
def test_what_values_stand_for(labels, values, meant):
    reader = LabelReader(labels, values)
    assert [reader.of(value) for value in values] == meant


def test_it_says_how_it_reads_unless_that_is_by_name():
    assert LabelReader(SENTIMENT, SENTIMENT).said(SENTIMENT) == ""
    said = LabelReader(SENTIMENT, ["True", "False", "?"]).said(["True", "False", "?"])
    assert said == "Labels are read as: 'False' negative, 'True' positive."
    many = [f"l{n}" for n in range(30)]
    assert LabelReader(many, map(str, range(30))).said(list(map(str, range(30)))).endswith("more.")


def test_numbers_written_in_two_ways_are_found():
    assert written_twice(["1", "01", "1.0", "a", "A", "2"]) == [("01", "1", "1.0")]


def test_labels_that_no_row_has_are_named():
    assert "labels 'b', 'c'" in without_rows(["a", "b", "c"], [1, 0, 0])
    assert without_rows(["a"], [1]) == ""
