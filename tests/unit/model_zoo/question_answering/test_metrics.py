"""EM and F1, against SQuAD's own rules worked out by hand, and intervals of means."""

import numpy as np
import pytest

from model_zoo.question_answering.metrics import exact, f1, interval, normalised


@pytest.mark.parametrize(
    "answer, left",
    [
        ("The Broncos", "broncos"),
        ("Denver  Broncos.", "denver broncos"),
        ("a well-made $1,000 theatre", "wellmade 1000 theatre"),
        ("another", "another"),  # an article only as a word
        ("The", ""),
        ("É\tA\nb", "é b"),
    ],
)
def test_case_punctuation_articles_and_spaces_do_not_count(answer, left):
    assert normalised(answer) == left


def test_the_answer_that_fits_best_counts():
    golds = ["Carolina Panthers", "Panthers", "the team from Carolina"]
    assert exact("panthers!", golds)
    assert not exact("Carolina", golds)
    assert f1("Carolina", golds) == pytest.approx(2 / 3)  # all of it, half of the first
    assert f1("Denver", golds) == 0.0


def test_repeated_words_count_as_often_as_both_have_them():
    # two of three against two of two: 2 * 2 / (3 + 2)
    assert f1("very very big", ["very big"]) == pytest.approx(2 * 2 / 5)
    assert f1("the", ["a"]) == 0.0  # as the official program has it


def test_intervals_hold_groups_together_and_can_be_drawn_again():
    values = [1.0] * 40 + [0.0] * 40
    alone = interval(values, list(range(80)))
    together = interval(values, [i // 10 for i in range(80)])  # eight passages of ten questions
    assert alone == interval(values, list(range(80)))
    assert alone[0] < 0.5 < alone[1]
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])
    # the normal approximation of a mean of 80 coins
    assert alone[1] - alone[0] == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(80), rel=0.1)
