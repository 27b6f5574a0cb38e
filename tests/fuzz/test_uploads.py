"""Odd names, headers, cells and labels through the page Your data."""

import csv
import io

import pytest
from streamlit.testing.v1 import AppTest

from tests.fuzz.hostile import MARKUP, TROUBLE
from tests.root import ROOT

pytestmark = pytest.mark.slow

LABEL = "**y** :smile: $x$"
SOUND = [text for text in TROUBLE if "\0" not in text and text.encode("utf-8", "replace")]


@pytest.fixture
def page():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.query_params["models"] = "lstm"
    return app.switch_page("pages/evaluate.py").run()


def table(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8", "replace")


def markdown(page):
    """Everything on the page that is read as Markdown."""
    parts = [*page.markdown, *page.caption, *page.header, *page.error, *page.info, *page.warning]
    return [part.value for part in parts] + [group.label for group in page.get("button_group")]


@pytest.mark.parametrize("name", [f"{MARKUP[0]}.csv", "\u202evsc.\n=\t.csv", "." * 300 + ".csv"])
def test_trouble_everywhere_is_scored_and_shown_as_typed(page, name):
    labels = [text[:30] for text in MARKUP]
    rows = [(text, f"x{text}", labels[at % 3]) for at, text in enumerate(SOUND)]
    content = table([("x\u202e**text**", MARKUP[1], LABEL), *rows])
    page.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not page.exception and not page.error, page.error
    page.selectbox[1].set_value(LABEL).run()
    for number, label in enumerate(("negative", "positive")):
        page.button_group(f"meaning-{LABEL}-{number}").set_value(label).run()
    next(button for button in page.button if button.label.startswith("Score all")).click().run()
    assert not page.exception
    for wanted in (MARKUP[0], "[", "\\", "İ", "(?i", "\x1b["):
        page.text_input(key="rows search").set_value(wanted).run()
        assert not page.exception
    assert not [part for part in markdown(page) for text in MARKUP if text[:20] in part]


def test_a_file_that_was_scored_before_is_scored_again(page):
    content = table([("text", "lstm_label", "lstm_p_positive"), ("Good.", "positive", "much")])
    page.file_uploader[0].set_value(("again.csv", content, "text/csv")).run()
    next(button for button in page.button if button.label.startswith("Score all")).click().run()
    from model_zoo.inference.score import join
    from model_zoo.tables.table import open_table
    from ui.data.downloads import answers_file

    data = page.session_state["data"]
    (blocks,) = data.scored.values()
    scored = join(blocks)
    for kind in (".csv", ".parquet"):
        opened = open_table(answers_file(data, scored, kind)(), f"a{kind}")
        assert opened.columns[3:] == (
            "lstm_label_new", "lstm_p_negative", "lstm_p_positive_new",
        )  # fmt: skip


def test_what_is_too_much_once_unpacked_is_refused(page, monkeypatch):
    from ui.data import dataset

    monkeypatch.setattr(dataset, "MAX_TEXT_MB", 0.001)
    content = table([("text", "n"), *[("A film.", str(at)) for at in range(100)]])
    page.file_uploader[0].set_value(("big.csv", content, "text/csv")).run()
    assert "once it is unpacked" in page.error[0].value and not page.exception


def test_rows_beyond_counting_are_not_counted(page, monkeypatch):
    from ui.data import dataset

    monkeypatch.setattr(dataset, "MAX_ROWS", 10)
    monkeypatch.setattr(dataset, "MOST_COUNTED", 20)
    content = table([("text",), *[(f"Film {at}.",) for at in range(100)]])
    page.file_uploader[0].set_value(("long.csv", content, "text/csv")).run()
    assert any("20 or more are left out" in caption.value for caption in page.caption)
