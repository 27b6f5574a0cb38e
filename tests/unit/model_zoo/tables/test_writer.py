"""Writing tables: what was written is read again, and no spreadsheet runs any of it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_zoo.tables.table import open_table
from model_zoo.tables.writer import Writer, safe_cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_a_spreadsheet_would_run(start):
    assert safe_cell(start + "1+1") == "'" + start + "1+1"
    assert safe_cell("1" + start) == "1" + start


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


@given(TEXTS)
def test_odd_texts_come_back_from_csv_safe_or_exact(texts):
    rows = [(text, 0.5) for text in texts]
    assert [row[0] for row in written(".csv", rows, safe=False).rows()] == texts
    assert [row[0] for row in written(".csv", rows).rows()] == [safe_cell(text) for text in texts]


def test_what_a_format_cannot_hold():
    rows = list(written(".tsv", [("a\tb\nc", 0.5)]).rows())
    assert rows == [("a b c", "0.5")]
    assert list(written(".jsonl", [("\ud800", None)]).rows()) == [("\ufffd", "")]
