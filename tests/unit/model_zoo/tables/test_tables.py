"""Reading tables: every format, and one clear sentence for each that cannot be used."""

import gzip
import io
import json

import pandas as pd
import pytest
from openpyxl import Workbook

from model_zoo.errors import DataError
from model_zoo.tables import parquet as parquet_reader
from model_zoo.tables.table import looks_like_data, open_table


def read(content, name="a.csv", **how):
    table = open_table(content, name, **how)
    return table.columns, list(table.rows())


def parquet(frame):
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def excel(sheets):
    book, stream = Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(stream)
    return stream.getvalue()


EXPECTED = (("text", "label"), [('Good, "really".', "1"), ("Bad — <b>", "0")])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", '\ufefftext,label\r\n"Good, ""really"".",1\r\n\r\nBad — <b>,0\r\n'.encode()),
        ("a.csv", 'text;label\n"Good, ""really"".";1\nBad — <b>;0'.encode()),
        ("a.csv", 'text\tlabel\n"Good, ""really""."\t1\nBad — <b>\t0'.encode("utf-16")),
        ("a.tsv", 'text\tlabel\nGood, "really".\t1\nBad — <b>\t0\n'.encode()),
        (
            "a.jsonl",
            '{"text": "Good, \\"really\\".", "label": 1}\n\n'
            '{"label": "0", "text": "Bad — <b>"}\n'.encode(),
        ),
        (
            "a.parquet",
            parquet(pd.DataFrame({"text": ['Good, "really".', "Bad — <b>"], "label": [1, 0]})),
        ),
    ],
)
def test_the_same_rows_from_every_format(tmp_path, name, content):
    assert read(content, name) == EXPECTED
    file = tmp_path / name
    file.write_bytes(content)
    table = open_table(file)
    assert (table.columns, list(table.rows())) == EXPECTED
    assert list(table.rows()) == EXPECTED[1]  # again, from the start
    assert [len(chunk) for chunk in table.chunks(1)] == [1, 1]


def test_odd_cells_become_text():
    lines = [{"text": None, "n": True}, {"text": ["a", "é"], "n": 2.5}, {"n": 1}]
    content = "\n".join(map(json.dumps, lines)).encode()
    assert read(content, "a.jsonl")[1] == [("", "True"), ('["a", "é"]', "2.5"), ("", "1")]
    frame = pd.DataFrame({"text": ["a", None], "bytes": [b"x", b"y"], "when": pd.Timestamp(0)})
    assert read(parquet(frame), "a.parquet")[1][1][0] == ""


def test_a_file_without_a_header():
    content = b"A fine film.,1\nA bad one.,0\n"
    columns, rows = read(content, header=False)
    assert columns == ("column 1", "column 2") and len(rows) == 2
    assert looks_like_data(["A fine film.", "1"])
    assert looks_like_data(["one of the best films of the year", "pos"])
    assert looks_like_data(["text", ""])
    assert not looks_like_data(["text", "label", "Review text (en)"])


ZIP = b"PK\x03\x04" + b"\0" * 100


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "nothing but blank lines"),
        ("a.csv", b"text,label\n", "no rows"),
        ("a.tsv", b"text\tlabel\n", "no rows"),
        ("a.csv", b"text,label\nx,1\ny,1,2\n", "line 3 has 3 cells where 2"),
        ("a.csv", b"text,label\nx,1\ny\n", "line 3 has 1 cells where 2"),
        ("a.tsv", b"text\tlabel\nx\t1\t2\n", "line 2 has 3 cells"),
        ("a.csv", b"text,text\nx,y\n", "two columns named 'text'"),
        (
            "a.csv",
            b"text,label\nch\xc3\xa8re,1\nch\xe8re,1\n",
            "line 3: byte 0xe8; .*mixed",
        ),
        (
            "a.csv",
            "text,label\nотлично,1\n".encode("cp1251"),
            "line 2.*cp1251.*CSV UTF-8",
        ),
        ("a.csv", "text,label\nfine,1\n".encode("utf-16-le"), "line 1 holds a NUL.*UTF-16"),
        ("a.csv", b"text,label\nx\0y,1\n", "line 2 holds a NUL"),
        ("a.csv", b"text,label\n" + b"x" * 120_000 + b",1\n", "line 2 holds a cell of more than"),
        ("a.csv", b'text,label\n"open,1\n' + b"more,0\n" * 30_000, "quotation mark left open"),
        ("a.csv", b"text,label\n" + b"x" * 1_500_000 + b",1\n", "longer than 1,000,000"),
        ("a.csv", b'text,label\n"open,1\n', "cannot be read .*quotation mark"),
        ("a.csv", b",".join(b"c%d" % i for i in range(600)) + b"\n", "600 columns"),
        ("a.csv", ZIP, "a ZIP archive or an Excel workbook"),
        ("a.tsv", b"\x1f\x8b\x08", "gzip"),
        ("a.csv", parquet(pd.DataFrame({"text": ["x"]})), "is a Parquet file"),
        ("a.parquet", b"text,label\nx,1\n", "not a Parquet file that can be read"),
        ("a.parquet", parquet(pd.DataFrame({"text": ["x"]}))[:-9], "not a Parquet file"),
        ("a.parquet", parquet(pd.DataFrame({"text": []})), "no rows"),
        ("a.jsonl", b'{"text": "x"}\n["x"]\n', "line 2 is not a JSON object"),
        ("a.jsonl", b'{"text": "x"\n', "line 1 is not a JSON object"),
        ("a.jsonl", b"[" * 100_000, "line 1 is not a JSON object"),
        ("a.jsonl", b"{}\n", "no JSON object with a key"),
        ("a.jsonl", json.dumps({"t": "x" * 200_000}).encode(), "more than 100,000 characters"),
        ("a.xlsx", b"PK\3\4nothing", "not an Excel workbook"),
        ("a.xlsx", b"text,label\nx,1\n", "not an Excel workbook"),
        ("a.xlsx", excel({"A": []}), "sheet 'A' is empty"),
        ("a.xlsx", excel({"A": [["text"]]}), "no rows"),
        ("a.xlsx", excel({"A": [["text", "text"], ["a", "b"]]}), "two columns named 'text'"),
        ("a.csv.gz", gzip.compress(b"text,label\nfine,1\n")[:-12], "cannot be unpacked"),
        ("a.csv.gz", b"text,label\nfine,1\n", "cannot be unpacked"),
        ("a.json", b'[{"text": "x"}, 2]', "array of objects"),
        ("a.json", b'[{"text": "x"},\n{"text": }]', "line 2.*one object a line"),
        ("a.json", b"[[1, 2]]", "array of objects"),
        ("a.json", b'"text"', "line 1 is not a JSON object"),
        ("a.csv", b'text,label\nx,1\n\n"y\nz,1\n', "line 4 .*quotation mark left open"),
        ("a.csv", b'text,label\n"x\ny",1\n"z\n",1,2\n', "line 4 has 3 cells"),
        ("a.csv", b"1,1\n2,3\n", "two columns named '1'.*--no-header"),
    ],
)
def test_one_sentence_for_a_file_that_cannot_be_used(name, content, message):
    with pytest.raises(DataError, match=message) as refused:
        list(open_table(content, name).rows())
    sentence = str(refused.value)
    assert sentence.startswith(name) and len(sentence) < 250 and "\n" not in sentence
    assert sentence.endswith((".", "?", "}."))


def test_a_cell_of_200_mb_is_never_held(tmp_path):
    """Only as much of a line is read as a line may have."""
    file = tmp_path / "a.csv"
    with file.open("wb") as stream:
        stream.write(b"text,label\n")
        stream.truncate(200_000_000)  # a hole: NULs without end
    with pytest.raises(DataError, match=r"longer than|NUL"):
        open_table(file)


def test_a_parquet_file_that_unpacks_to_too_much(monkeypatch):
    content = parquet(pd.DataFrame({"text": ["x" * 1000] * 1000}))
    monkeypatch.setattr(parquet_reader, "MAX_UNPACKED_BYTES", 500)
    with pytest.raises(DataError, match="GB unpacked"):
        open_table(content, "a.parquet")


def test_a_missing_file_or_column(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        open_table(tmp_path)
    with pytest.raises(DataError, match=r"no column 'review'. Choose from: text, label"):
        open_table(b"text,label\nx,1\n", "a.csv").column("review")
