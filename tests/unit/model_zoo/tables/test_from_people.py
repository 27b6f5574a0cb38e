"""Files as people have them: from Excel, pandas and editors, in old encodings, packed."""

import gzip
import io
import json
import zipfile

import pandas as pd
import pytest

from model_zoo.errors import DataError
from model_zoo.tables import workbook
from model_zoo.tables.table import looks_like_data, open_table
from tests.unit.model_zoo.tables.test_tables import excel

COLUMNS = ("text", "label")
ROWS = [('Good, "really".', "1"), ("Très bien — so so", "0")]
FRAME = pd.DataFrame(ROWS, columns=COLUMNS)
CSV = 'text,label\n"Good, ""really"".",1\nTrès bien — so so,0\n'
TSV = 'text\tlabel\n"Good, ""really""."\t1\nTrès bien — so so\t0\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cp1252.csv", CSV.encode("cp1252")),
        ("a.csv.gz", gzip.compress(CSV.encode())),
        ("a.tsv.gz", gzip.compress(TSV.encode())),
        ("cp1252.csv.gz", gzip.compress(CSV.encode("cp1252"))),
        ("records.json", FRAME.to_json(orient="records").encode()),
        ("pretty.json", FRAME.to_json(orient="records", indent=2).encode()),
        ("columns.json", FRAME.to_json().encode()),
        ("pretty columns.json", FRAME.to_json(indent=2).encode()),
        ("index.json", FRAME.to_json(orient="index").encode()),
        ("split.json", FRAME.to_json(orient="split").encode()),
        ("lines.json", FRAME.to_json(orient="records", lines=True).encode()),
        ("a.json.gz", gzip.compress(FRAME.to_json().encode())),
        ("excel.tsv", TSV.encode()),
        ("unicode.txt", TSV.replace("\n", "\r\n").encode("utf-16")),
        ("pandas.tsv", FRAME.to_csv(sep="\t", index=False).encode()),
        ("all quoted.tsv", FRAME.to_csv(sep="\t", index=False, quoting=1).encode()),
        ("said.csv", ("sep=;\n" + FRAME.to_csv(sep=";", index=False)).encode()),
        ("said.csv", ('\ufeff"sep=;"\r\n' + FRAME.to_csv(sep=";", index=False)).encode()),
        ("bar.csv", FRAME.to_csv(sep="|", index=False).encode()),
        ("blank.csv", ("\n \r\n" + CSV).encode()),
        ("blank.csv", ("\n" + FRAME.to_csv(sep=";", index=False)).encode()),
        ("empty rows.csv", (",\n" + CSV + ",\n,\n\n").encode()),
        ("wide.csv", CSV.replace("label", "label,,").replace("1\n", "1,,\n").encode()),
        ("beyond.csv", CSV.replace("1\n", "1,,,\n").encode()),
        ("a.xlsx", excel({"A": [COLUMNS, *ROWS]})),
        ("gap.xlsx", excel({"A": [[], ["text", "label", None, ""], *ROWS, [], [None, ""]]})),
    ],
)  # fmt: skip
def test_read_as_it_is_meant(tmp_path, name, content):
    table = open_table(content, name)
    assert table.columns == COLUMNS
    assert list(table.rows()) == ROWS
    file = tmp_path / name
    file.write_bytes(content)
    assert list(open_table(file).rows()) == ROWS


@pytest.mark.parametrize("of", ["text, as typed;label\n", "text;label, of two\n"])
def test_a_comma_before_the_semicolon_in_the_first_line(of):
    table = open_table((of + "Good, really;1\nSo, so;0\n").encode(), "a.csv")
    assert table.columns == tuple(of.strip().split(";"))
    assert list(table.rows()) == [("Good, really", "1"), ("So, so", "0")]


@pytest.mark.parametrize(
    "cells",
    [
        ['"Good', 'so-called "fun"', '5" of rain'],
        ['"He came.', 'And left."', "fine"],  # as lines they are rows, as one cell they are none
        ["'tis", '"a" b "c"', '""'],
    ],
)
def test_marks_that_stand_for_themselves_in_a_tsv(cells):
    content = "text\tlabel\n" + "".join(f"{cell}\t1\n" for cell in cells)
    assert [row[0] for row in open_table(content.encode(), "a.tsv").rows()] == cells


def test_the_index_that_pandas_writes_is_a_column():
    table = open_table(FRAME.to_csv().encode(), "a.csv")
    assert table.columns == ("column 1", *COLUMNS) and not table.doubt


def test_a_workbook_keeps_types_and_has_sheets():
    content = excel({"One": [["text", "n", "flag"], ["a", 1, True]], "Two": [["x"], ["b"]]})
    table = open_table(content, "a.xlsx")
    assert list(table.values()) == [("a", 1, True)] and list(table.rows()) == [("a", "1", "True")]
    assert "'One'" in table.notes[0] and "1 more" in table.notes[0]
    assert list(open_table(content, "a.xlsx", sheet="Two").rows()) == [("b",)]
    assert open_table(content, "a.xlsx", header=False).columns == (
        "column 1",
        "column 2",
        "column 3",
    )
    with pytest.raises(DataError, match=r"no sheet 'Three'. Its sheets: 'One', 'Two'"):
        open_table(content, "a.xlsx", sheet="Three")
    with pytest.raises(DataError, match="no workbook"):
        open_table(b"text\nx\n", "a.csv", sheet="One")


def test_a_formula_of_a_workbook_is_never_its_own_text():
    content = excel({"A": [["text", "n"], ["fine", "=1+1"]]})  # nobody has computed it
    assert list(open_table(content, "a.xlsx").rows()) == [("fine", "")]


def test_what_is_read_as_an_old_encoding_is_said():
    (note,) = open_table(CSV.encode("cp1252"), "a.csv").notes
    assert "Windows-1252" in note and "UTF-8" in note
    assert not open_table(CSV.encode(), "a.csv").notes


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Отличный фильм, всем советую.", "cp1251"),
        ("Zażółć gęślą jaźń, bardzo dobry film", "cp1250"),
        ("Un film très été", "mac-roman"),
        ("Καλή ταινία, πολύ ωραία", "cp1253"),
        ("とても良い映画でした", "shift-jis"),
        ("这部电影很好看", "gb18030"),
    ],
)
def test_other_encodings_are_not_taken_for_the_western_one(text, encoding):
    content = b"text,label\nfine,1\n" + text.encode(encoding) + b",1\n"
    with pytest.raises(DataError, match=r"not UTF-8 \(line 3: byte 0x"):
        open_table(content, "a.csv")


@pytest.mark.parametrize(
    ("content", "doubted"),
    [
        (b"A fine film.,1\nA bore.,0\n", True),
        (b"Great fun,pos\nA bore,neg\nSo nice,pos\n", True),
        (b"text,label\nGreat fun,pos\nA bore,neg\n", False),
    ],
)
def test_a_first_row_that_was_taken_for_names_is_doubted(content, doubted):
    table = open_table(content, "a.csv")
    assert bool(table.doubt) is doubted and ("--no-header" in table.doubt) is doubted
    if doubted:
        with pytest.raises(DataError, match="--no-header"):
            table.column("text")
        assert not open_table(content, "a.csv", header=False).doubt


def test_names_look_like_data_where_they_come_again_below():
    assert looks_like_data(["x", "pos"], [("y", "neg"), ("z", "pos")])
    assert not looks_like_data(["x", "label"], [("y", "neg"), ("z", "pos")])


def test_a_workbook_that_holds_too_much_is_refused_before_it_is_parsed(monkeypatch):
    content = excel({"A": [["text"], *[[f"film {n}"] for n in range(100)]]})
    for name, most, part in (
        ("MAX_UPLOAD_TAGS", 300, "cells"), ("MAX_BYTES", 1000, "unpacked"),
        ("MAX_PARTS", 3, "parts"), ("_MAX_TEXT_BYTES", 20, "a cell of more than"),
    ):  # fmt: skip
        with monkeypatch.context() as patched:
            patched.setattr(workbook, name, most)
            patched.setattr("openpyxl.load_workbook", None)
            with pytest.raises(DataError, match=part):
                open_table(content, "a.xlsx")


NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def remade(part, xml):
    """A sound workbook with other XML in one of its parts, which is named as Excel names it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(excel({"A": [["text"], ["fine"]]}))) as sound:
        parts = {name: sound.read(name).decode() for name in sound.namelist()}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/>'
    if part == STRINGS:  # openpyxl writes texts into their cells
        types = parts["[Content_Types].xml"].replace("</Types>", f"{override}</Types>")
        parts["[Content_Types].xml"] = types
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {part: xml}).items():
            archive.writestr(name, content)
    return stream.getvalue()


def cell(place, value):
    number = "".join(filter(str.isdecimal, place))
    row = f'<row r="{number}"><c r="{place}"><v>{value}</v></c></row>'
    return f"<worksheet {NAMESPACE}><sheetData>{row}</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("part", "xml", "message"),
    [
        (SHEET, cell("A999999999999", 1), "is empty"),
        (SHEET, cell("ZZZZZZ1", 1), "not an Excel workbook"),
        (SHEET, cell("A1", "9" * 5000), "not an Excel workbook"),
        (SHEET, "no XML", "not an Excel workbook"),
        (
            STRINGS,
            f'<!DOCTYPE x [<!ENTITY a "aaaa">]><sst {NAMESPACE}><si><t>&a;</t></si></sst>',
            "not an Excel workbook",
        ),
    ],
)
def test_a_workbook_made_to_break_a_reader(part, xml, message, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 1000)  # a million take a second
    with pytest.raises(DataError, match=message):
        open_table(remade(part, xml), "a.xlsx")


def test_long_numbers_of_json_are_not_computed():
    digits = "9" * 4_000
    content = json.dumps({"text": "x"})[:-1] + f', "n": {digits}}}'
    assert list(open_table(content.encode(), "a.jsonl").values()) == [("x", digits)]
