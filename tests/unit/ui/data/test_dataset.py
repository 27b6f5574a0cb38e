"""The visitor's data: what its values mean for the set in view, and how much of it is scored."""

import numpy as np
import pytest

from model_zoo.inference.score import Scored
from model_zoo.labels import SENTIMENT
from model_zoo.tables.table import open_table
from tests.foreign import MANY, SIX
from ui.data import dataset
from ui.data.dataset import read_dataset, rows_to_score

CSV = b"text,mood,topic\nA fine day.,pos,sport\nA bad day.,neg,World_News\nSo so.,pos,weather\n"


def read(content=CSV, labels=SENTIMENT, name="a.csv"):
    return read_dataset(open_table(content, name), labels)


def block(rows, labels, value=0.5):
    counts = np.zeros(rows, dtype=int)
    shares = np.full((rows, len(labels)), value)
    return Scored(("bert",), (labels,), (shares,), counts, counts, counts, np.zeros(1))


def test_another_set_finds_its_own_labels_and_the_first_comes_back():
    data = read()
    assert (data.label, data.labels.tolist()) == ("mood", [1, 0, 1])
    data.mapping["pos"] = None  # as a visitor would
    data.mean(SIX)
    assert (data.label, data.labels.tolist()) == ("topic", [0, 1, -1])
    data.fresh = False
    data.mean(SIX)
    assert not data.fresh, "nothing new to show"
    data.mean(SENTIMENT)
    assert data.fresh
    assert (data.label, data.labels.tolist()) == ("mood", [-1, 0, -1])


def test_a_set_that_nothing_fits_keeps_the_column_without_meanings():
    data = read()
    data.mean(("ham", "spam", "other"))
    assert data.label == "mood" and data.labels is None
    assert data.mapping == {"pos": None, "neg": None}


def test_150_labels_by_name_and_by_number():
    rows = "".join(f"some text\t{name}\t{n}\n" for n, name in enumerate(MANY))
    data = read(f"text\tkind\tlabel_id\n{rows}".encode(), MANY, "a.tsv")
    assert data.label in ("kind", "label_id")
    assert data.labels.tolist() == list(range(150))


def test_rows_are_bounded_by_what_they_hold(monkeypatch):
    data = read()
    assert rows_to_score(data, 8) == 3
    monkeypatch.setattr(dataset, "MAX_NUMBERS", 12)
    assert rows_to_score(data, 6) == 2
    assert rows_to_score(data, 600) == 1  # never none


def test_older_answers_are_forgotten_where_there_would_be_too_many(monkeypatch):
    monkeypatch.setattr(dataset, "MAX_NUMBERS", 12)  # 24 may be kept
    data = read()
    keys = [("text", (name,), ("",)) for name in "abc"]
    for key in keys:
        data.blocks(key, 3).append(block(3, ("x", "y", "z")))
    assert list(data.scored) == keys[1:]
    assert data.blocks(keys[2], 3) is data.scored[keys[2]]


def test_what_is_scored_is_joined_once():
    data = read()
    key = ("text", ("bert",), ("",))
    assert data.so_far(key) is None
    data.blocks(key, 2).append(block(2, SENTIMENT))
    first = data.so_far(key)
    assert len(first) == 2 and data.so_far(key) is first
    data.blocks(key, 2).append(block(1, SENTIMENT))
    assert len(data.so_far(key)) == 3


@pytest.mark.parametrize("labels", [SENTIMENT, SIX, MANY])
def test_a_column_with_too_many_values_is_none_of_labels(labels):
    rows = "".join(f"text {n},value {n}\n" for n in range(500))
    assert read(f"text,label\n{rows}".encode(), labels).label is None
