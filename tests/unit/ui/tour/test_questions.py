"""The tour's questions, on results made by hand: the right answer is what these hold."""

import numpy as np
import pytest

from model_zoo.internals.stepwise import Course
from ui.tour.questions import (
    OPTIONS,
    goes_on,
    halfway,
    others_agree,
    pick,
    sides_seen,
    telling_look,
    time_of,
)


def course(*shares):
    pairs = tuple((1 - share, share) for share in shares)
    return Course("lstm", "forward", ("bad", "good"), pairs)


@pytest.mark.parametrize(
    ("others", "answer"),
    [
        (["a", "a", "a"], "All of them will"),
        (["a", "b", "a"], "Some will, some will not"),
        (["b", "c", "b"], "None of them will"),
        (["a"], "It will"),
        (["b"], "It will not"),
    ],
)
def test_whether_others_agree(others, answer):
    options, right = others_agree("a", others)
    assert right == answer and right in options


def test_nobody_else_is_no_question():
    assert others_agree("a", []) is None


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ((0.9, 0.9, 0.8, 0.7), "stays with “good”"),
        ((0.9, 0.9, 0.2, 0.1), "ends with another"),
        ((0.9, 0.9, 0.2, 0.7), "comes back to “good”"),
        ((0.1, 0.9, 0.9, 0.7), "stays with “good”"),  # what was before the cut is in sight
    ],
)
def test_how_a_course_goes_on(shares, says):
    options, right = goes_on(course(*shares), halfway(course(*shares)))
    assert says in right and options.count(right) == 1


def test_a_course_of_two_words_is_too_short():
    assert halfway(course(0.1, 0.9)) is None and halfway(course(0.1, 0.9, 0.8)) == 2


def test_picked_options_hold_the_largest_and_differ():
    values = [0.1, 0.5, 0.2, 0.9, 0.3, 0.9, 0.4]
    names = ["the", "film", "the", "fun", "was", "fun", "so"]
    options, right = pick(values, names)
    assert right == "fun" and len(options) == len(set(options)) == OPTIONS
    places = [names.index(option) for option in options]
    assert places == sorted(places) or "the" in options  # of two alike either may stand for both


@pytest.mark.parametrize(
    ("values", "names"), [([], []), ([0.5], ["a"]), ([0.5, 0.5], ["a", "b"]), ([1, 0], ["a", "a"])]
)
def test_where_nothing_stands_out_nothing_is_asked(values, names):
    assert pick(values, names) is None


def test_sides_of_a_square():
    full = np.ones((3, 3))
    for change, at in ((np.tril(full), 0), (np.triu(full), 1), (full, 2)):
        options, right = sides_seen(change)
        assert right == options[at]
    assert sides_seen(np.ones((1, 1))) is None


def test_times_fall_into_the_ranges_that_are_named():
    options, _ = time_of(1.0)
    named = [options.index(time_of(share)[1]) for share in (3.0, 0.76, 0.74, 0.26, 0.24, 0.01)]
    assert named == [0, 0, 1, 1, 2, 2]


def test_the_look_that_is_asked_for_runs_between_two_words():
    weights = np.full((2, 3, 3), 0.1)
    weights[0, 0, 2] = 0.9  # at punctuation
    weights[1, 1, 0] = 0.8
    assert telling_look(weights, [True, True, False]) == (1, 1)
    assert telling_look(np.eye(3)[None], [False, True, True]) == (0, 1)  # each at itself
