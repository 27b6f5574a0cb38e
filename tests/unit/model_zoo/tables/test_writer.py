"""Writing tables: what was written is read again, and no spreadsheet runs any of it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_zoo.tables.formulas import unguarded
from model_zoo.tables.table import open_table
from model_zoo.tables.writer import Writer, safe_cell

SIGNS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "﹦"]
UNSEEN = ["", " ", "\xa0", "\ufeff", "\u200b", "\u2060", "\u00ad", "\x1f", "\u0301", " \u200b "]


@pytest.mark.parametrize("start", SIGNS)
@pytest.mark.parametrize("before", UNSEEN)
def test_cells_that_a_spreadsheet_would_run(start, before):
    cell = before + start + "1+1"
    assert safe_cell(cell) == "'" + cell and unguarded("'" + cell) == cell
    assert safe_cell("1" + cell) == "1" + cell == unguarded("1" + cell)
    assert safe_cell("'" + cell) == "''" + cell, "or it would come back without its own"


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_cells_that_begin_with_the_end_of_one(start):
    assert safe_cell(start + "1") == "'" + start + "1"


@pytest.mark.parametrize("number", ["-1.5", "+3", "-1", "-.5", "-1e-5", "-1,5", "+12%"])
def test_numbers_are_no_formulas(number):
    assert safe_cell(number) == number
    assert unguarded("'" + number) == number, "as it was written before"
    assert unguarded(safe_cell("'" + number)) == "'" + number


@pytest.mark.parametrize("text", ["'tis", "'", "", "it's =1", "''", "'80s", "−1"])
def test_other_cells_are_left_alone(text):
    assert safe_cell(text) == text == unguarded(text)


def written(kind, rows, **how):
    stream = io.BytesIO()
    with Writer(stream, kind, ("text", "share"), numbers=("share",), **how) as writer:
        for row in rows:
            writer.write([row])
    return open_table(stream.getvalue(), "a" + kind) if rows else None


CHARACTERS = st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))
TEXTS = st.lists(st.text(CHARACTERS, max_size=20), min_size=1, max_size=5)


@given(TEXTS, st.sampled_from([".jsonl", ".parquet"]))
def test_odd_texts_come_back_as_they_were(texts, kind):
    rows = list(written(kind, [(text, 0.5) for text in texts]).rows())
    assert rows == [(text, "0.5") for text in texts]


@given(TEXTS, st.sampled_from([".csv", ".tsv"]))
def test_odd_texts_come_back_from_lines_safe_or_exact(texts, kind):
    rows = [(text, 0.5) for text in texts]
    assert [row[0] for row in written(kind, rows).rows()] == texts
    exact = [unguarded(text) for text in texts]  # what looks guarded is taken for it
    assert [row[0] for row in written(kind, rows, safe=False).rows()] == exact


def test_what_a_format_cannot_hold():
    assert list(written(".csv", [("a\0b", None)]).rows()) == [("a\ufffdb", "")]
    assert list(written(".jsonl", [("\ud800", None)]).rows()) == [("\ufffd", "")]
