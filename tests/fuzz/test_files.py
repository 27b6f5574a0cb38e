"""Files made to break a reader: refused in one sentence, or read, always in bounded memory."""

import gzip
import io
import json
import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow.parquet import ParquetFile

from model_zoo.errors import DataError
from model_zoo.tables import parquet as parquet_reader
from model_zoo.tables import source as source_module
from model_zoo.tables.source import Source
from model_zoo.tables.table import FORMATS, open_table
from tests.fuzz import bombs
from tests.fuzz.bombs import BOMBS, packed
from tests.fuzz.hostile import TROUBLE
from tests.root import ROOT

pytestmark = pytest.mark.slow  # many files

MOST_MB = 300  # that reading any of these may add to a process


def outcome(content: bytes, name: str) -> str | list:
    """The error's text, or the rows, once found sound."""
    try:
        table = open_table(content, name)
        rows = list(table.rows())
    except DataError as error:
        sentence = str(error)
        assert "\n" not in sentence and len(sentence) < 400
        return sentence
    assert rows and all(len(row) == len(table.columns) for row in rows)
    assert len(set(table.columns)) == len(table.columns)
    assert all(isinstance(cell, str) for row in rows for cell in row)
    "".join(cell for row in rows for cell in row).encode()  # no lone surrogates
    return rows


CELLS = st.one_of(
    st.sampled_from([text for text in TROUBLE if text.isprintable()]),
    st.sampled_from([",", '"', "\n", "\r\n", "\r", ";", "\t", "{", "}", "[", ":", "null", "1e999"]),
    st.sampled_from(["\ufeff", "\0", "'", "\\", "text", "label", "NaN", "9" * 50]),
)
LINES = st.lists(CELLS, max_size=12).map("".join)


@settings(
    max_examples=150, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(
    LINES,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1"]),
    st.sampled_from([*FORMATS]),
    st.integers(-3, 0),
)
def test_any_text_file_is_read_or_refused(text, encoding, kind, cut):
    content = text.encode(encoding, "replace")
    outcome(content[: len(content) + cut], f"a{kind}")


@settings(max_examples=80, derandomize=True, database=None, deadline=None)
@given(st.data())
def test_a_damaged_parquet_file_is_read_or_refused(data):
    whole = bytearray(packed(pa.table({"text": ["good", "bad", "good"] * 50, "n": range(150)})))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(whole) - 9))
        whole[at] = data.draw(st.integers(0, 255))
    outcome(bytes(whole), "a.parquet")


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.csv", b"\xef\xbb\xbf", "blank lines"),
        ("a.csv", b"\xef\xbb\xbf\xef\xbb\xbf", ""),
        ("a.csv", b"\xff\xfe", "blank lines"),
        ("a.csv", b"\xff\xfet\0e\0x\0t\0\n\0a\0b", "UTF-16"),
        ("a.csv", b"\xfe\xff\xd8\x00\xd8\x00", "UTF-16"),
        ("a.csv", b"\xff\xfe\0\0t\0\0\0", "NUL"),
        ("a.csv", ",".join(f"c{i}" for i in range(100_000)).encode(), "100,000 columns"),
        ("a.csv", b"a,b\n" + b"," * 900_000 + b"\n", "cells where 2"),
        ("a.csv", b"a," * 1_000_000, "longer than 1,000,000"),
        ("a.csv", b'a,b\n"' + b'y\n","' * 400_000, "1,000,000 characters"),
        ("a.jsonl", gzip.compress(b"x" * 10_000_000), "gzip"),
        ("a.jsonl", b'{"text": ' + b"9" * 900_000 + b"}", "not a JSON object"),
        ("a.jsonl", b'{"text": -' + b"1" * 5_000 + b".5}", ""),
        ("a.jsonl", b'{"a":' * 150_000 + b"1" + b"}" * 150_000, "not a JSON object"),
        ("a.jsonl", b"{" + b",".join(b'"k%d":1' % i for i in range(80_000)) + b"}", "columns"),
    ],
)  # fmt: skip
def test_odd_beginnings_and_long_lines(name, content, part):
    assert part in str(outcome(content, name))


def test_many_keys_over_many_lines_are_counted_as_they_come():
    lines = (json.dumps({f"k{line}-{i}": 1 for i in range(400)}) for line in range(100))
    assert "800 columns" in outcome("\n".join(lines).encode(), "a.jsonl")


@pytest.mark.parametrize("depth", range(100, 1000, 60))
def test_nesting_is_refused_wherever_it_is_too_deep(depth):
    content = b'{"text": ' + b"[" * depth + b"]" * depth + b"}"
    assert outcome(content, "a.jsonl")


def test_what_is_no_number_is_no_text():
    content = b'{"text": NaN, "n": Infinity}\n{"text": "x", "n": 1e400}'
    assert outcome(content, "a.jsonl") == [("", "inf"), ("x", "inf")]
    table = pa.table({"text": ["a", "b"], "n": [float("nan"), 1.5]})
    assert outcome(packed(table), "a.parquet") == [("a", ""), ("b", "1.5")]


def test_mixed_line_ends():
    assert outcome(b"text,n\r\na,1\nb,2\rc,3", "a.csv") == [("a", "1"), ("b", "2"), ("c", "3")]


@pytest.mark.parametrize(
    ("column", "part"),
    [
        (pa.array([b"\xff\xfe", b"x"]), "xff"),
        (pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32()), "not a Parquet file"),
        (pa.array([2**62, 0], pa.timestamp("us")), "not a Parquet file"),
        (pa.array([1, 0], pa.timestamp("s", "Nowhere/Land")), "not a Parquet file"),
        (pa.array([[1, None], []]), "[1, null]"),
        (pa.array([{"a": "b"}, None]), '"a": "b"'),
        (pa.array(["a", None]).dictionary_encode(), "a"),
        (pa.array([2**63, 1], pa.uint64()), "9223372036854775808"),
        (pa.nulls(2), ""),
    ],
)
def test_odd_parquet_columns(column, part):
    assert part in str(outcome(packed(pa.table({"text": column})), "a.parquet"))


def test_parquet_columns_of_the_same_name_or_too_many():
    twice = pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    assert "two columns named" in outcome(packed(twice), "a.parquet")
    many = pa.table({f"c{i}": ["a"] for i in range(600)})
    assert "600 columns" in outcome(packed(many), "a.parquet")


def test_repeated_texts_come_back_in_order():
    texts = (["good", None, "bad", "", "ünï"] * 1000)[:4999]
    for how in ({}, {"use_dictionary": False}, {"row_group_size": 700, "data_page_version": "2.0"}):
        content = packed(pa.table({"text": texts, "n": range(4999)}), **how)
        assert outcome(content, "a.parquet") == [
            (text or "", str(at)) for at, text in enumerate(texts)
        ]


def test_a_cell_is_refused_before_it_is_unpacked_whatever_the_summary_says(monkeypatch):
    monkeypatch.setattr(parquet_reader, "MAX_HELD_BYTES", 1_000_000)
    honest, liar = bombs.cell(2_000_000), bombs.lying(2_000_000)
    summarised = [
        ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0).total_uncompressed_size
        for content in (honest, liar)
    ]
    assert summarised[0] > 2_000_000 and summarised[1] < 100
    for content in (honest, liar):
        assert "2 MB at once to unpack" in outcome(content, "a.parquet")


def test_a_long_text_that_is_repeated_is_refused_at_its_first_row():
    assert "row 1: 'text' holds more than" in outcome(bombs.repeated(1_000_000), "a.parquet")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.csv.gz"])
@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_an_upload_of_blank_lines_is_refused_before_any_is_read(name, end, tmp_path, monkeypatch):
    def never(source):
        raise AssertionError("a line was read")

    content = b"text\nfine" + end * 3_000_000
    packed_up = gzip.compress(content) if name.endswith(".gz") else content
    with monkeypatch.context() as patched:
        patched.setattr(Source, "lines", never)
        assert "more than 2,000,000 lines" in outcome(packed_up, name)
    if (name, end) == ("a.csv", b"\n"):
        file = tmp_path / name
        file.write_bytes(b"text\nfine" + b"\n" * 3_000_000)
        assert [*open_table(file).rows()] == [("fine",)], "one's own file may have any number"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(b"text\n" + b"fine\n" * 100_000)),
        ("a.jsonl.gz", gzip.compress(b'{"text": "fine"}\n' * 100_000)),
        ("a.parquet", packed(pa.table({"text": ["x" * 90_000] * 10}), use_dictionary=False)),
    ],
)
def test_what_an_upload_takes_unpacked_is_refused_before_it_is_taken(name, content, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a row was read")

    monkeypatch.setattr(source_module, "MAX_UPLOAD_BYTES", 300_000)
    monkeypatch.setattr(Source, "lines", never)
    monkeypatch.setattr(ParquetFile, "iter_batches", never)
    assert "once it is unpacked" in outcome(content, name)


def test_long_numbers_are_not_computed(monkeypatch):
    line = b'{"text": "x", "n": ' + b"9" * 4_299 + b"}\n"
    ((_, digits),) = outcome(line, "a.jsonl")
    assert digits == "9" * 4_299
    ((value, _),) = open_table(line, "a.jsonl").pairs()
    assert value[1] == digits, "text, and no number of that length"


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="has no getrusage")
def test_bombs_stay_small(tmp_path):
    """Made in a process of their own, for that takes what reading must not."""

    def run(how):
        command = [sys.executable, "-m", "tests.fuzz.bombs", how, str(tmp_path)]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    run("make")
    assert all(file.stat().st_size < 50_000_000 for file in tmp_path.iterdir())
    results = [line.split("\t") for line in run("read").splitlines()]
    assert [name for name, *_ in results] == list(BOMBS)
    assert not [result for result in results if int(result[1]) > MOST_MB], results
    taken = [name for name, _, result in results if result.endswith(" rows")]
    assert taken == ["50 million rows.parquet"]  # whose first are a sound table


DAMAGE = """
import io

import pandas as pd

from model_zoo.errors import DataError
from model_zoo.tables.table import open_table

stream = io.BytesIO()
columns = {"t": ["a", None, "c"] * 9, "n": [1, 2.5, None] * 9, "l": [[1], [], None] * 9}
pd.DataFrame(columns).to_parquet(stream)
whole = stream.getvalue()
for at in range(4, len(whole)):
    damaged = bytearray(whole)
    damaged[at] ^= 1
    try:
        list(open_table(bytes(damaged), "a.parquet").rows())
    except DataError:
        pass
"""


@pytest.mark.slow
def test_no_damaged_byte_of_a_parquet_file_ends_the_process():
    """As pyarrow does, asked for a column's place, where statistics of lists are damaged."""
    finished = subprocess.run(
        [sys.executable, "-c", DAMAGE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
