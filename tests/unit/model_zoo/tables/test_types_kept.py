"""Values that go through keep what they are: numbers, truth values, nothing at all."""

import io
import json
from decimal import Decimal

import pyarrow
import pytest
from pyarrow.parquet import read_table, write_table

from model_zoo.errors import DataError
from model_zoo.inference.score_file import score_file
from model_zoo.models.loading import load
from model_zoo.tables.table import open_table
from model_zoo.tables.types import ColumnTypes

RECORDS = [
    {"text": "Great fun.", "n": 1, "flag": True, "share": 0.5, "no": None, "tags": ["a", 1]},
    {"text": "A bore.", "n": -2, "flag": False, "share": 2, "no": None, "tags": {}, "mixed": "1"},
    {"text": None, "n": None, "flag": None, "share": None, "mixed": 1},
]


@pytest.fixture(scope="module")
def lstm():
    return load("lstm")


def scored(lstm, folder, name, content, out):
    source = folder / name
    source.write_bytes(content)
    score_file([lstm], source, folder / out, text="text")
    return folder / out


def json_lines(records):
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def parquet(table):
    stream = io.BytesIO()
    write_table(table, stream)
    return stream.getvalue()


def test_json_lines_in_and_out_keep_types(lstm, tmp_path):
    out = scored(lstm, tmp_path, "in.jsonl", json_lines(RECORDS), "out.jsonl")
    found = [json.loads(line) for line in out.read_text().splitlines()]
    for before, after in zip(RECORDS, found, strict=True):
        assert {key: after[key] for key in before} == before
        assert [type(after[key]) for key in before] == [type(before[key]) for key in before]


def test_json_lines_become_columns_with_a_type(lstm, tmp_path):
    out = scored(lstm, tmp_path, "in.jsonl", json_lines(RECORDS), "out.parquet")
    table = read_table(out)
    kinds = {name: str(table.schema.field(name).type) for name in RECORDS[1]}
    assert kinds == {
        "text": "string", "n": "int64", "flag": "bool", "share": "double", "no": "string",
        "tags": "string", "mixed": "string",
    }  # fmt: skip
    assert table["n"].to_pylist() == [1, -2, None]
    assert table["text"].to_pylist() == ["Great fun.", "A bore.", None]
    assert table["mixed"].to_pylist() == [None, "1", "1"]


def test_parquet_in_and_out_keeps_its_types(lstm, tmp_path):
    columns = {
        "text": pyarrow.array(["Great fun.", "", None]),
        "n": pyarrow.array([1, None, 3], pyarrow.int8()),
        "flag": pyarrow.array([True, None, False]),
        "when": pyarrow.array([0, 10**15, None], pyarrow.timestamp("us", "UTC")),
        "price": pyarrow.array([Decimal("1.10"), None, Decimal("2.00")]),
        "bytes": pyarrow.array([b"\xff", None, b""]),
        "tags": pyarrow.array([[1, 2], None, []]),
        "kind": pyarrow.array(["a", None, "a"]).dictionary_encode(),
    }
    content = parquet(pyarrow.table(columns))
    table = read_table(scored(lstm, tmp_path, "in.parquet", content, "out.parquet"))
    for name, before in columns.items():
        assert table.schema.field(name).type == before.type, name
        assert table[name].to_pylist() == before.to_pylist()
    lines = scored(lstm, tmp_path, "in.parquet", content, "out.jsonl").read_text().splitlines()
    first, second, third = map(json.loads, lines)
    assert (first["n"], second["n"], first["flag"], third["tags"]) == (1, None, True, [])
    assert third["text"] is None and second["text"] == ""


def test_a_key_first_seen_late_is_a_column(lstm, tmp_path):
    records = [{"text": f"film {n}"} for n in range(120)]
    records[100]["late"] = 7
    out = scored(lstm, tmp_path, "in.jsonl", json_lines(records), "out.jsonl")
    assert [json.loads(line)["late"] for line in out.read_text().splitlines()][99:102] == [
        None, 7, None,
    ]  # fmt: skip


def test_numbers_that_json_does_not_know_are_written_as_nothing(lstm, tmp_path):
    content = parquet(pyarrow.table({"text": ["a", "b"], "n": [float("nan"), float("inf")]}))
    out = scored(lstm, tmp_path, "in.parquet", content, "out.jsonl")
    assert "NaN" not in out.read_text() and "Infinity" not in out.read_text()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2**62], "int64"),
        ([1, 2**63], None),
        ([1.5, 1], "double"),
        ([1.5, 2**60], None),  # a fraction would not hold it
        ([True, 1], None),
        ([None, True], "bool"),
        ([None], None),
        (["1", 1], None),
    ],
)
def test_the_type_of_a_column(values, expected):
    types = ColumnTypes(["n"])
    for value in values:
        types.see([(value,)])
    assert str(types.arrow().get("n")) == str(expected)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"text": "x", "t": 1}\n{"text": "y", "t": ["z"]}\n'),
        ("a.json", b'[{"t": 1}, {"t": {"a": 1}}]'),
        ("a.parquet", parquet(pyarrow.table({"t": [[1]]}))),
    ],
)
def test_lists_and_objects_are_no_texts_and_the_column_is_named(name, content):
    with pytest.raises(DataError, match=r"'t' holds no plain text \(.*Choose another column"):
        open_table(content, name).column("t")
