"""Kneser-Ney by arrays: probabilities sum to one, and equal those counted by hand."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from benchmarks.kneser_ney import KneserNey, Stream, stream
from model_zoo.tuning.token_rows import TokenRows

SIZE, BEGIN, END = 7, 0, 1
ROWS = [[0, 2, 3, 4, 1], [0, 2, 3, 5, 1], [0, 3, 4, 2, 3, 4, 1], [0, 2, 2, 6, 1], [0, 5, 3, 4, 1]]


def rows(lists, ends=None):
    starts = np.concatenate([[0], np.cumsum([len(row) for row in lists])])
    labels = np.ones(len(lists), dtype=int) if ends is None else np.array(ends)
    return TokenRows(np.concatenate(lists), starts, labels)


def special():
    table = np.zeros(SIZE, dtype=bool)
    table[[BEGIN, END]] = True
    return table


def by_hand(order):
    """p(piece | context) for a dictionary of counts, as Chen & Goodman (1999) have it."""
    seen = [Counter() for _ in range(order)]
    for row in ROWS:
        padded = [BEGIN] * (order - 2) + row
        for at in range(order - 1, len(padded)):
            for n in range(order):
                seen[n][tuple(padded[at - n : at + 1])] += 1
    tables = []
    for n in range(order):
        if n == order - 1:
            tables.append(dict(seen[n]))
        else:
            tables.append(dict(Counter(gram[1:] for gram in seen[n + 1])))
    discounts = []
    for table in tables:
        once, twice = (sum(count == k for count in table.values()) for k in (1, 2))
        discounts.append(once / (once + 2 * twice) if once else 0.5)

    def probability(piece, context):
        value = 1 / SIZE
        for n in range(order):
            before = tuple(context[len(context) - n :])
            followers = defaultdict(int)
            for gram, count in tables[n].items():
                if gram[:-1] == before:
                    followers[gram[-1]] += count
            if not followers:
                continue
            total = sum(followers.values())
            kept = max(followers[piece] - discounts[n], 0) / total if piece in followers else 0
            value = kept + discounts[n] * len([f for f in followers.values() if f]) / total * value
        return value

    return probability


@pytest.mark.parametrize("order", [2, 3, 5])
def test_it_equals_counting_by_hand(order):
    model = KneserNey(stream(rows(ROWS), order, special()), order, SIZE)
    test = [[0, 2, 3, 2, 6, 1], [0, 6, 6, 4, 1]]
    flowing = stream(rows(test), order, special())
    expected = []
    for row in test:
        padded = [BEGIN] * (order - 2) + row
        for at in range(order - 1, len(padded)):
            expected.append(by_hand(order)(padded[at], padded[at - order + 1 : at]))
    assert model.probabilities(flowing) == pytest.approx(expected)


@pytest.mark.parametrize("context", [[0, 2, 3], [0, 6, 6], [0, 3, 4]])
def test_probabilities_sum_to_one(context):
    model = KneserNey(stream(rows(ROWS), 3, special()), 3, SIZE)
    total = 0.0
    for piece in range(SIZE):
        ids = np.array([0, *context, piece])
        asked = np.array([False] * (len(ids) - 1) + [True])
        total += model.probabilities(Stream(ids, asked))[0]
    assert total == pytest.approx(1.0)


def test_where_a_text_goes_on_its_end_is_not_asked_for():
    assert stream(rows([[0, 2, 1]], [0]), 3, special()).asked.tolist() == [
        False,
        False,
        True,
        False,
    ]
    assert stream(rows([[0, 2, 1]], [1]), 3, special()).asked[-1]
