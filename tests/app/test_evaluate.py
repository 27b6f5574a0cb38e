"""The page Your data: from a file to figures, through mistakes and interruptions."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.inference.predict import predict
from model_zoo.inference.score import join
from model_zoo.models.sets import model_set
from tests.conftest import BAD, GOOD
from tests.foreign import MANY, SIX, write, write_set
from tests.root import ROOT
from ui.data import scoring
from ui.data.downloads import answers_file
from ui.serve.pool import pool

pytestmark = pytest.mark.slow  # many runs of a whole page

CSV = (
    b"id,review,stars\n1,A wonderful film.,5\n2,Dull and far too long.,1\n"
    b"3,=HYPERLINK(1),3\n4,,4\n5,Not bad.,4\n"
)


@pytest.fixture
def page():
    """The page in a fresh session, asking the two fast models."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.query_params["models"] = "lstm,bilstm"
    evaluate = app.switch_page("pages/evaluate.py").run()
    assert not evaluate.exception
    return evaluate


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """A folder with a set of six labels and one of 150."""
    folder = tmp_path_factory.mktemp("sets")
    write_set(folder / "six", "Six", SIX)
    write_set(folder / "many", "Many", MANY)
    return folder


def other_page(models="lstm,bert", **address):
    """The page in a fresh session, on another set."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.query_params["models"] = models
    for key, value in address.items():
        app.query_params[key] = value
    evaluate = app.switch_page("pages/evaluate.py").run()
    assert not evaluate.exception
    return evaluate


def labelled(labels, rows=60):
    """A TSV with texts of some length and labels by name."""
    words = (BAD + " " + GOOD).split()
    lines = [
        f"{' '.join(words[n % 5 : 6 + n % 7])} {n}\t{labels[n % len(labels)]}" for n in range(rows)
    ]
    return ("text\tkind\n" + "\n".join(lines) + "\n").encode()


def upload(page, content, name="reviews.csv"):
    page.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not page.exception
    return page


def label_menu(page):
    return next(box for box in page.selectbox if box.label == "Labels are in")


def press(page, label):
    next(button for button in page.button if label in button.label).click().run()
    assert not page.exception
    return page


def part_menu(page):
    return next(box for box in page.selectbox if box.label == "Rows")


def data(page):
    return page.session_state["data"]


def test_nothing_is_asked_of_the_models_before_it_is_wanted(page):
    assert not page.dataframe and not page.error
    press(upload(page, CSV), "Score all 5 rows")
    ((key, blocks),) = data(page).scored.items()
    assert key[:2] == ("review", ("lstm", "bilstm"))
    assert [len(block) for block in blocks] == [5]


def test_an_upload_is_read_once_but_for_its_beginning(page, monkeypatch):
    from model_zoo.tables.table import Table

    whole, read = Table.rows, []

    def counted(table):
        for row in whole(table):
            read.append(row)
            yield row

    monkeypatch.setattr(Table, "rows", counted)
    upload(page, b"review,stars\n" + b"Great fun.,5\nA bore.,1\n" * 300)
    assert len(data(page).frame) == 600 and data(page).mapping == {"5": 1, "1": 0}
    assert len(read) <= 602


def test_an_upload_is_read_in_a_turn(page, monkeypatch):
    from ui.frame import upload as module
    from ui.serve.turns import work

    had = []

    def noted(content, name, **how):
        had.append(work.running())
        return open_table(content, name, **how)

    open_table = module.open_table
    monkeypatch.setattr(module, "open_table", noted)
    upload(page, CSV)
    assert had == [1] and not work.running() and len(data(page).frame) == 5


def test_types_stay_in_the_file_to_take_along(page):
    from pyarrow.parquet import read_table

    lines = b'{"text": "Great fun.", "n": 1, "flag": true}\n{"text": "A bore.", "n": null}\n'
    upload(page, lines, "a.jsonl")
    press(page, "Score all 2 rows")
    ((_, blocks),) = data(page).scored.items()
    table = read_table(io.BytesIO(answers_file(data(page), join(blocks), ".parquet")()))
    assert [str(table.schema.field(name).type) for name in ("text", "n", "flag")] == [
        "string", "int64", "bool",
    ]  # fmt: skip
    assert table["n"].to_pylist() == [1, None] and table["flag"].to_pylist() == [True, None]


def test_lists_are_no_texts_and_how_a_file_was_read_is_said(page):
    upload(page, b'{"tags": ["a long list of many words"], "text": "Fine."}\n', "a.jsonl")
    assert data(page).text == "text" and "tags" not in page.selectbox[0].options
    upload(page, "text,label\nTrès bien,pos\nTrop long,neg\n".encode("cp1252"), "b.csv")
    said = " ".join(caption.value for caption in page.caption)
    assert "1252" in said and "taken for column names" in said
    upload(page, b"Great fun,pos\nA bore,neg\nSo nice,pos\n", "c.csv")
    assert len(data(page).frame) == 3
    assert any("taken for a row" in caption.value for caption in page.caption)


def test_columns_and_label_values_are_guessed(page):
    upload(page, CSV)
    assert [box.value for box in page.selectbox] == ["review", "stars"]
    assert data(page).mapping == {"5": 1, "1": 0, "3": None, "4": 1}
    assert data(page).labels.tolist() == [1, 0, -1, 1, 1]
    assert any("1 without text" in caption.value for caption in page.caption)


def test_a_wrong_guess_can_be_corrected(page):
    upload(page, b"a,b\nThis is the text.,x\nAnother text.,y\n")
    assert data(page).label is None
    page.selectbox[1].set_value("b").run()
    assert page.warning  # what x and y mean has to be said
    for number, label in enumerate(("positive", "negative")):
        page.button_group(f"meaning-b-{number}").set_value(label).run()
    assert sorted(data(page).mapping.items()) == [("x", 1), ("y", 0)]
    assert not page.warning
    page.selectbox[0].set_value("b").run()
    assert data(page).text == "b"


def test_with_labels_the_figures_are_those_of_the_rows(page):
    press(upload(page, CSV), "Score")
    texts = ["A wonderful film.", "Dull and far too long.", "Not bad."]
    expected = ["positive", "negative", "positive"]
    table = page.table[0].value
    for name, title in (("lstm", "LSTM"), ("bilstm", "BiLSTM")):
        answers = [prediction.label for prediction in predict(pool.model(name), texts)]
        right = np.mean([a == b for a, b in zip(answers, expected, strict=True)])
        assert table.loc[title, "accuracy (95 %)"].startswith(f"{right:.1%}")
    assert "chance" in page.table[1].value.iloc[0]["in words"]
    assert page.slider(key="threshold").value == 0.5


def test_a_strict_threshold_finds_fewer_positives(page):
    press(press(page, "72 opinions"), "Score all 72 rows")
    recall = []
    for threshold in (0.02, 0.98):
        page.slider(key="threshold").set_value(threshold).run()
        recall.append(page.table[0].value["recall"].str.rstrip("%").astype(float))
    assert (recall[0] > recall[1]).all()


def test_without_labels_agreement_and_disagreement(page):
    press(page, "30 messages")
    press(page, "Score all 30 rows")
    assert [header.value for header in page.header] == [
        "messages\\.csv",
        "Do the models agree?",
        "Row by row",
    ]
    rows = page.dataframe[-1].value
    spread = (rows["LSTM"] - rows["BiLSTM"]).abs().to_numpy()
    assert (np.diff(spread) <= 1e-12).all()  # the rows they disagree on most come first


def test_rows_can_be_filtered_searched_and_sorted(page):
    press(press(page, "72 opinions"), "Score all 72 rows")
    everything = len(page.dataframe[-1].value)
    menu = part_menu(page)
    wrong = next(part for part in menu.options if part.startswith("LSTM is wrong"))
    menu.set_value("LSTM is wrong").run()
    rows = page.dataframe[-1].value
    assert f"({len(rows)})" in wrong and 0 < len(rows) < everything == 72
    assert ((rows["LSTM"] > 0.5) != (rows["label"] == "positive")).all()
    page.selectbox(key="rows order").set_value("surest mistakes").run()
    rows = page.dataframe[-1].value
    off = (rows[["LSTM", "BiLSTM"]].sub(rows["label"] == "positive", axis=0)).abs().max(axis=1)
    assert (np.diff(off) <= 1e-12).all()
    page.text_input(key="rows search").set_value("(no row).*").run()
    assert any("No row fits" in info.value for info in page.info)


def test_the_part_of_the_rows_stays_chosen_where_it_has_other_rows(page):
    press(upload(page, CSV), "Score")
    part_menu(page).set_value("LSTM is wrong").run()
    page.pills(key="asked-sentiment").set_value(["lstm"]).run()
    press(page, "Score")
    assert part_menu(page).value == "LSTM is wrong"


def test_what_nobody_foresaw_stops_the_scoring_in_words(page, monkeypatch, caplog):
    def lost(*_, **__):
        raise KeyError("lost")

    monkeypatch.setattr(scoring, "score", lost)
    press(upload(page, CSV), "Score")
    assert "did not foresee" in page.error[0].value and not data(page).running
    assert not page.get("progress")
    assert any("Score all 5 rows" in button.label for button in page.button)
    caplog.clear()


def test_downloads_hold_every_row_exactly(page):
    press(upload(page, CSV), "Score")
    from model_zoo.inference.score import join
    from ui.data.downloads import answers_file

    (blocks,) = data(page).scored.values()
    scored = join(blocks)
    content = answers_file(data(page), scored, ".csv")().decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[2]["review"] == "'=HYPERLINK(1)"  # no spreadsheet may run it
    assert rows[3]["lstm_label"] == rows[3]["lstm_p_positive"] == ""
    frame = pd.read_parquet(io.BytesIO(answers_file(data(page), scored, ".parquet")()))
    assert frame["review"][2] == "=HYPERLINK(1)"
    prediction = predict(pool.model("bilstm"), ["Not bad."])[0]
    for label, share in zip(prediction.labels, prediction.probabilities, strict=True):
        assert frame[f"bilstm_p_{label}"][4] == pytest.approx(share, abs=1e-5)
    assert frame["bilstm_label"][4] == prediction.label


def test_stopping_keeps_finished_rows_and_going_on_finishes(page, monkeypatch):
    monkeypatch.setattr(scoring, "BLOCK", 10)
    monkeypatch.setattr(scoring, "REDRAWN_S", 0)
    real, calls = scoring.score, []

    def stopped(*args, **how):  # the visitor clicks while the third block is computed
        calls.append(1)
        if len(calls) == 3:
            data(page).running = False
            from streamlit.runtime.scriptrunner import StopException

            raise StopException
        return real(*args, **how)

    monkeypatch.setattr(scoring, "score", stopped)
    press(page, "72 opinions")
    press(page, "Score all 72 rows")
    page.run()
    assert any("the first 20 rows" in info.value for info in page.info)
    assert len(page.dataframe[-1].value) == 20
    press(page, "Score the remaining 52 rows")
    (blocks,) = data(page).scored.values()
    assert [len(block) for block in blocks] == [10] * 7 + [2]
    whole = scoring.score([pool.model("lstm")], data(page).texts)
    assert np.concatenate([block.probabilities[0] for block in blocks]) == pytest.approx(
        whole.probabilities[0], abs=1e-5
    )


def test_a_bad_file_says_why_and_loses_nothing(page):
    press(upload(page, CSV), "Score")
    upload(page, b"PK\x03\x04zip", "reviews2.csv")
    assert "ZIP archive" in page.error[0].value and "still here" in page.error[0].value
    assert page.header[0].value == "reviews\\.csv"
    assert len(page.dataframe[-1].value) == 5
    upload(page, b"review\nOne column is enough.\n", "one.csv")
    assert not page.error and page.header[0].value == "one\\.csv"


def test_a_file_without_a_header(page):
    upload(page, b"A wonderful film.,1\nA dull film.,0\nNot bad.,1\n")
    assert list(data(page).frame.columns) == ["column 1", "column 2"]
    assert data(page).labels.tolist() == [1, 0, 1]
    assert any("taken for a row" in caption.value for caption in page.caption)


def test_names_and_cells_are_shown_as_typed(page):
    upload(
        page, b"<b>text</b>,$x$\n<script>alert(1)</script> :smile:,pos\n**bold**,neg\n", "<i>.csv"
    )
    press(page, "Score")
    assert "\\<i\\>" in page.header[0].value
    assert page.dataframe[0].value.iloc[0, 0] == "<script>alert(1)</script> :smile:"


def test_rows_beyond_the_bound_are_left_out_and_it_says_so(page, monkeypatch):
    from ui.data import dataset

    monkeypatch.setattr(dataset, "MAX_ROWS", 3)
    upload(page, CSV)
    assert len(data(page).frame) == 3
    assert any("2 are left out" in caption.value for caption in page.caption)
    (score,) = page.code[0].value.splitlines()  # evaluate does not read stars
    assert score.startswith("python -m model_zoo score reviews.csv --text review ")
    assert "--models lstm,bilstm" in score and "--cluster local" in score


def test_the_summary_of_a_run_on_a_cluster_opens_with_its_totals(page):
    import pyarrow
    from pyarrow.parquet import write_table

    totals = '{"rows": 5000000, "wrong": 7, "rows_a_second": 9.5, "answers": {"lstm": {"no": 3}}}'
    answers = {"text": ["A fine film.", "A bore."], "lstm_label": ["positive", "negative"]}
    table = pyarrow.table(answers)
    stream = io.BytesIO()
    write_table(table.replace_schema_metadata({"quartet.totals": totals}), stream)
    upload(page, stream.getvalue(), "_summary.parquet")
    said = " ".join(each.value for each in page.markdown)
    assert "5,000,000 rows, 7 of them without an answer" in said
    assert label_menu(page).value is None, "answers are not taken for labels"
    press(page, "Score all 2 rows")
    upload(page, CSV)
    assert "5,000,000" not in " ".join(each.value for each in page.markdown)


@pytest.mark.parametrize("name, labels", [("six", SIX), ("many", MANY)])
def test_a_set_of_more_labels_goes_through(sets, monkeypatch, name, labels):
    monkeypatch.setenv("QUARTET_SETS", str(sets))
    page = other_page(set=name)
    upload(page, labelled(labels, 2 * len(labels)), "kinds.tsv")
    assert data(page).labels.tolist() == 2 * list(range(len(labels)))
    press(page, "Score all")
    headers = [header.value for header in page.header]
    assert "Which labels are hard?" in headers and "Is one better than another?" in headers
    assert not [slider for slider in page.slider if slider.key == "threshold"]
    (scored,) = [data(page).so_far(key) for key in data(page).scored]
    right = (scored.answers[:, 0] == data(page).labels).mean()
    assert page.table[0].value.loc["LSTM", "accuracy (95 %)"].startswith(f"{right:.1%}")
    by_label = next(frame.value for frame in page.dataframe if "rows" in frame.value)
    assert by_label["rows"].sum() == 2 * len(labels)
    page.selectbox(key="roc label").set_value(3).run()
    assert not page.exception
    page.selectbox(key="rows order").set_value("surest mistakes").run()
    rows = page.dataframe[-1].value
    menu = part_menu(page)
    menu.set_value(next(part for part in menu.options if "all are" in part)).run()
    rows = page.dataframe[-1].value
    assert (rows["LSTM"] != rows["label"]).all() and (rows["BERT"] != rows["label"]).all()
    assert (rows["LSTM: p"] <= 1).all()
    label_menu(page).select_index(0).run()  # without labels
    assert not page.exception
    assert any("agree" in header.value for header in page.header)


@pytest.mark.parametrize("name, labels", [("six", SIX), ("many", MANY)])
def test_a_wrong_guess_can_be_corrected_where_there_are_more_labels(
    sets, monkeypatch, name, labels
):
    monkeypatch.setenv("QUARTET_SETS", str(sets))
    page = other_page(set=name)
    upload(page, b"a,b\nThis is the text.,x\nAnother text.,y\n")
    label_menu(page).set_value("b").run()
    assert "which label each value means" in page.warning[0].value
    page.selectbox(key="meaning-b-0").set_value(labels[4]).run()
    assert not page.exception and not page.warning
    assert sorted(data(page).mapping.values(), key=str) == [4, None]


def test_a_model_with_other_labels_has_its_columns_and_nothing_else(tmp_path, sets, monkeypatch):
    monkeypatch.setenv("QUARTET_SETS", str(sets))
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path))
    write("roberta", tmp_path / "mine", ("up", "down", "sideways"))
    page = other_page(models="lstm,local/mine~six", set="six")
    upload(page, labelled(SIX), "kinds.tsv")
    press(page, "Score all 60 rows")
    assert any("mine is left out here" in caption.value for caption in page.caption)
    assert list(page.table[0].value.index) == ["LSTM"]
    rows = page.dataframe[-1].value
    assert set(rows["mine"]) <= {"up", "down", "sideways"}
    from ui.data.downloads import answers_file

    (scored,) = [data(page).so_far(key) for key in data(page).scored]
    frame = pd.read_parquet(io.BytesIO(answers_file(data(page), scored, ".parquet")()))
    assert frame["mine_p_sideways"].between(0, 1).all() and len(frame) == 60
    assert frame["lstm_label"].isin(SIX).all()


def test_another_set_reads_the_same_file_by_its_own_labels(sets, monkeypatch):
    monkeypatch.setenv("QUARTET_SETS", str(sets))
    page = other_page(set="six")
    upload(page, b"text,topic,mood\nA fine day.,sport,pos\nA bad day.,world news,neg\n")
    assert data(page).labels.tolist() == [0, 1] and data(page).label == "topic"
    switch = next(box for box in page.selectbox if box.label == "Set of models")
    assert switch.value == "six"
    switch.set_value("sentiment").run()
    assert not page.exception
    assert data(page).labels.tolist() == [1, 0] and data(page).label == "mood"
    assert data(page).meant == model_set().labels


def test_only_as_many_rows_as_fit_are_scored(page, monkeypatch):
    from ui.data import dataset

    monkeypatch.setattr(dataset, "MAX_NUMBERS", 12)  # two models of two labels each: three rows
    press(upload(page, CSV), "Score the first 3 rows")
    assert any("The first 3 of 5 rows are scored" in caption.value for caption in page.caption)
    assert len(page.dataframe[-1].value) == 3
    assert not [button for button in page.button if button.label.startswith("Score")]


def test_what_values_meant_in_one_file_is_not_taken_over_into_another(page):
    upload(page, b"a,b\nThis is the text.,pos\nAnother text.,neg\n")
    page.button_group("meaning-b-0").set_value("left out").run()
    assert data(page).labels.tolist() == [-1, 0]
    upload(page, b"a,b\nThis is the text.,good\nAnother text.,bad\n", "other.csv")
    assert data(page).labels.tolist() == [1, 0]
    assert [group.value for group in page.button_group if "means" in group.label] == [
        "positive",
        "negative",
    ]
