"""Blocks: every row of a file in one of them, the same rows by themselves as in the whole file."""

import json

import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow.parquet import write_table

from model_zoo.cluster import blocks as module
from model_zoo.cluster import rows as rows_module
from model_zoo.cluster.blocks import Layout, columns_of, find_blocks
from model_zoo.cluster.files import find, look_up
from model_zoo.cluster.rows import windows
from model_zoo.errors import DataError
from model_zoo.tables.table import open_table


def read(path, rows, text="text", header=True):
    """The rows of each block, as they come from it alone."""
    layout = Layout(columns_of(str(path), header=header), text, header)
    found = find_blocks(look_up(str(path)), layout, rows)
    assert [block.number for block in found] == list(range(len(found)))
    return [[row for window in windows(block, layout) for row in window] for block in found]


def cells(parts):
    return [row.cells for part in parts for row in part]


CSV = (
    '\ufeffid;text\n1;"Great; fun."\n\n2;"two\nlines; ""quoted""\n\nand more"\n3;Plain\r\n\r\n4;\n'
    "5;Grüße 🎬\n6;the last"
)
TSV = 'id\ttext\n1\t"open\n\n2\tfine\n3\tü\n'


@pytest.mark.parametrize("name, content", [("a.csv", CSV), ("a.tsv", TSV)])
@pytest.mark.parametrize("rows", [1, 2, 5, 100])
def test_blocks_hold_the_rows_of_the_table(tmp_path, name, content, rows):
    file = tmp_path / name
    file.write_bytes(content.encode())
    expected = list(open_table(file).rows())
    parts = read(file, rows)
    assert cells(parts) == expected
    assert [len(part) for part in parts[:-1]] == [rows] * (len(parts) - 1)
    assert not any(row.error for part in parts for row in part)


def test_without_a_header_the_first_line_is_a_row(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Great fun.,1\nA bore.,0\n")
    parts = read(file, 1, text="column 1", header=False)
    assert cells(parts) == [("Great fun.", "1"), ("A bore.", "0")]


CHARACTERS = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(CHARACTERS, max_size=12), min_size=1, max_size=9), st.integers(1, 4))
def test_any_text_comes_out_as_it_went_in(tmp_path, texts, rows):
    import csv

    file = tmp_path / "a.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["n", "text"], *enumerate(texts)])
    assert cells(read(file, rows)) == [(str(n), text) for n, text in enumerate(texts)]


def test_parquet_is_cut_by_rows_whatever_its_groups_are(tmp_path, monkeypatch):
    file = tmp_path / "a.parquet"
    table = pyarrow.table({"n": list(range(100)), "text": [f"film {n}" for n in range(100)]})
    write_table(table, file, row_group_size=7)
    for rows in (1, 10, 33):
        parts = read(file, rows)
        assert cells(parts) == [(str(n), f"film {n}") for n in range(100)]
        assert len(parts) == -(-100 // rows)
    write_table(table, file)  # one group: not more than so many pieces, each of whole windows
    monkeypatch.setattr(module, "WINDOW", 4)
    parts = read(file, 4)
    assert [len(part) for part in parts] == [16] * 6 + [4]


def test_what_is_no_text_is_said_and_nothing_stops(tmp_path):
    lines = [
        {"text": "fine", "n": 1},
        {"text": None, "n": 2},
        {"text": 5, "n": 3},
        {"n": 4},
        {"text": ["a"], "n": {"b": 1}},
    ]
    file = tmp_path / "a.jsonl"
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    file.write_bytes(content + b"[1]\n\n" + b'{"text": "\xff"}\n{}\n')
    (rows,) = read(file, 100)
    assert [(row.text, row.error) for row in rows] == [
        ("fine", ""),
        ("", "null"),
        ("", "not text: int"),
        ("", "null"),
        ("", "not text: list"),
        ("", "not a JSON object"),
        ("", "'text' is not UTF-8"),
        ("", "null"),
    ]
    assert [row.cells for row in rows[:3]] == [("fine", "1"), ("", "2"), ("5", "3")]
    other = tmp_path / "a.csv"
    other.write_bytes(b'n,text\n1\n2,a,b\n3,"x"y\n4,' + b"long " * 21_000 + b"\n5,fine\n6,\xff\n")
    (rows,) = read(other, 100)
    assert [row.text for row in rows] == ["", "", "", "", "fine", ""]
    for row, problem in zip(
        rows, ("1 cell where 2", "3 cells", "not a row", "100,000", "", "UTF-8"), strict=True
    ):
        assert problem in row.error and bool(problem) == bool(row.error)
    number = tmp_path / "a.parquet"
    write_table(pyarrow.table({"text": pyarrow.array([1, None])}), number)
    (rows,) = read(number, 100)
    assert [row.error for row in rows] == ["not text: int", "null"]


def test_what_cannot_be_read_is_named(tmp_path, monkeypatch):
    for name, content, problem in (
        ("a.parquet", b"text\nfine\n", "not a Parquet file"),
        ("wide.csv", "text\nfine\n".encode("utf-16"), "UTF-16"),
        ("empty.csv", b"", "nothing but blank lines"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=problem) as raised:
            columns_of(str(tmp_path / name))
        assert name in str(raised.value)
    file = tmp_path / "open.csv"
    file.write_text('text\nfine\n"never closed\n' + "more\n" * 100)
    monkeypatch.setattr(module, "MAX_LINE_CHARACTERS", 200)
    with pytest.raises(DataError, match=r"open\.csv .*quotation mark"):
        read(file, 1)


def test_objects_may_lack_what_others_have(tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text('not JSON\n{"text": "fine", "n": 1}\n')
    second.write_text('{"text": "dull"}\n')
    layout = Layout(columns_of(str(first)), "text")
    assert layout.columns == ("text", "n")
    (block,) = find_blocks(look_up(str(second)), layout)
    assert [row.cells for row in next(windows(block, layout))] == [("dull", "")]
    second.write_text('{"text": "dull", "more": 2}\n')
    with pytest.raises(DataError, match="other columns"):
        find_blocks(look_up(str(second)), layout)


def test_a_changed_file_is_noticed(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("text\n" + "fine\n" * 10)
    layout, found = Layout(("text",), "text"), look_up(str(file))
    (block,) = find_blocks(found, layout)
    file.write_text("text\n" + "fine\n\n" * 9)
    with pytest.raises(DataError, match="changed"):
        find_blocks(found, layout)
    with pytest.raises(DataError, match="changed"):
        list(windows(block, layout))
    other = tmp_path / "b.csv"
    other.write_text("text,more\nfine,1\n")
    with pytest.raises(DataError, match="other columns.*'more'"):
        find_blocks(look_up(str(other)), layout)


def test_files_are_found_in_folders_and_by_globs(tmp_path):
    for name in ("a.csv", "b.txt", "in/c.jsonl", "in/_d.csv", ".e.csv", "_x/f.csv", "in/g.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text\nfine\n")

    def names(*inputs):
        found = find([str(tmp_path / each) for each in inputs])
        return [file.path.removeprefix(f"{tmp_path}/") for file in found]

    assert names("") == ["a.csv", "in/c.jsonl", "in/g.parquet"]
    assert names("*.csv") == ["a.csv"] and names("**/*.csv") == ["a.csv"]
    assert names("b.txt", "in", "a.csv") == ["b.txt", "in/c.jsonl", "in/g.parquet", "a.csv"]
    assert names("a.csv", "*.csv") == ["a.csv"], "no file is read twice"
    assert [file.path for file in find([(tmp_path / "a.csv").as_uri()])]
    for nothing in ("*.tsv", "no.csv"):
        with pytest.raises(DataError, match="holds no file"):
            names(nothing)


def test_no_more_than_a_window_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_module, "WINDOW", 3)
    file = tmp_path / "a.csv"
    file.write_text("text\n" + "fine\n" * 10)
    layout = Layout(("text",), "text")
    (block,) = find_blocks(look_up(str(file)), layout)
    assert [len(window) for window in windows(block, layout)] == [3, 3, 3, 1]
