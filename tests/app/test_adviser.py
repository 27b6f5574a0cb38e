"""What to deploy, on Speed and size: needs, a recommendation, and what survives."""

import csv
import io
import zipfile

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model_zoo.deploy.survey import Stage
from model_zoo.errors import DataError, MeasureError
from model_zoo.models.loading import load
from tests.root import ROOT
from tests.unit.model_zoo.deploy.figures import FOUND, option, surveyed
from ui.serve import turns
from ui.speed import adviser, surveys

pytestmark = pytest.mark.slow  # many runs of a whole page


@pytest.fixture
def asked(monkeypatch):
    """Figures in place of measured ones; what was asked for."""
    calls = []

    def survey(models, labels, rows=None, **how):
        calls.append({"models": [row.id for row in models], "rows": rows, **how})
        yield Stage(surveyed(), "Exporting *LSTM*", 9.0)
        yield Stage(surveyed(FOUND[0]), "Time and memory of LSTM", 5.0)
        yield Stage(surveyed(*FOUND), "Time and memory of BERT", 0.0)

    monkeypatch.setattr(surveys, "survey", survey)
    return calls


def opened(**parameters):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, value in parameters.items():
        app.query_params[key] = value
    app.switch_page("pages/speed.py")
    return app.run()


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def said(app):
    boxes = [*app.success, *app.warning, *app.error, *app.caption, *app.info]
    return " ".join(box.value for box in boxes).replace("\\", "").replace(":small[]", "")


def need(app, key, value):
    return app.number_input(key=f"need-{key}").set_value(value).run()


def downloads(app):
    return {button.label: button for button in app.get("download_button")}


def alts(app):
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def test_nothing_is_claimed_before_it_was_measured(asked):
    app = opened()
    assert not app.exception and not app.error and not app.success and not asked
    assert "Accuracy: that of the models’ own validation rows" in said(app)
    assert len(alts(app)) == 6


def test_measuring_recommends_one_with_its_margins(asked):
    app = press(opened(), "Measure the options")
    assert not app.exception and not app.error and not app.warning
    assert len(asked[0]["models"]) == 12 and asked[0]["rows"] is None and not asked[0]["anew"]
    assert "answers_kept_in" not in asked[0], "a visitor's rows leave nothing on the disk"
    assert "BERT · ONNX on 1 thread: p95 9.0 ms, 1.0 ms under your 10.0 ms" in said(app)
    assert "250 MB of memory, 50 MB under your 300 MB" in said(app)
    (alt,) = [alt for alt in alts(app) if "Beaten by none" in alt]
    assert "BERT · ONNX on 1 thread: 92.0% at 9.0 ms and 250 MB." in alt
    (table,) = [t.value for t in app.dataframe if "threads" in t.value.columns]
    assert table["model"].tolist()[3:] == ["BERT · ONNX", "BERT · ONNX"]
    assert table["pick"].tolist() == ["", "", "", "★", ""]
    assert table["accuracy (95 %)"].tolist()[2] == "–", "not measured is not invented"
    assert press(app, "Measure the options again") and asked[1]["anew"]


def test_needs_choose_anew_without_measuring_and_survive_other_pages(asked):
    app = press(opened(), "Measure the options")
    app = need(need(app, "memory", 120.0), "loss", None)
    assert "LSTM · ONNX on 1 thread" in app.success[0].value.replace("\\", "")
    app = need(need(app, "latency", 0.2), "memory", None)
    assert not app.success and "No option meets what you need" in app.warning[0].value
    assert "Latency: the least there is" in said(app)
    app = app.switch_page("pages/models.py").run().switch_page("pages/speed.py").run()
    assert app.number_input(key="need-latency").value == 0.2
    assert app.number_input(key="need-memory").value is None
    assert "No option meets what you need" in app.warning[0].value and len(asked) == 1
    app = need(app, "latency", None)
    assert "no option is more accurate" in app.success[0].value.replace("\\", "")


def test_stopping_keeps_what_was_measured_and_goes_on_from_there(monkeypatch):
    def survey(*args, **how):
        yield Stage(surveyed(FOUND[0]), "Time", 5.0)
        st.stop()

    monkeypatch.setattr(surveys, "survey", survey)
    app = press(opened(), "Measure the options").run()
    assert not app.exception and not turns.work.running() and not turns.sweeps.running()
    assert "ended early: what was measured is kept" in said(app)
    assert "LSTM on 1 thread" in said(app)
    assert "Measure the options" in [button.label for button in app.button]


def test_stopped_before_there_was_anything_it_says_so(monkeypatch):
    def survey(*args, **how):
        yield Stage(surveyed(), "Exporting", 5.0)
        st.stop()

    monkeypatch.setattr(surveys, "survey", survey)
    app = press(opened(), "Measure the options").run()
    assert "ended early" in said(app) and not app.success and not app.exception


def test_rows_of_your_data_are_used_and_named(asked):
    app = opened()
    app = app.switch_page("pages/evaluate.py").run()
    app = app.button(key="sample-opinions").click().run()
    app = app.switch_page("pages/speed.py").run()
    assert "accuracy is measured on its 72 rows" in said(app)
    app = press(app, "Measure the options")
    rows = asked[0]["rows"]
    assert len(rows.texts) == 72 and set(rows.truth.tolist()) == {0, 1}
    assert "Rows: opinions.csv." in said(app)
    app = app.switch_page("pages/evaluate.py").run()
    app = app.button(key="sample-messages").click().run()
    app = app.switch_page("pages/speed.py").run()
    assert "They have no labels" in said(app)
    press(app, "Measure the options again")
    assert asked[1]["rows"].truth is None and asked[1]["answered"] is None


def test_going_on_takes_up_the_answers_to_the_same_rows(monkeypatch):
    asked = []

    def survey(*args, **how):
        asked.append(how["answered"])
        yield Stage(surveyed(FOUND[0], truth=[1, 0], lstm=[1, 0]), "Answers", 5.0)
        st.stop()

    monkeypatch.setattr(surveys, "survey", survey)
    app = opened().switch_page("pages/evaluate.py").run()
    app = app.button(key="sample-opinions").click().run()
    app = app.switch_page("pages/speed.py").run()
    app = press(press(app, "Measure the options"), "Measure the options").run()
    assert asked[0] is None and set(asked[1]) == {"lstm"}
    app = app.switch_page("pages/evaluate.py").run()
    app = app.button(key="sample-messages").click().run()
    press(app.switch_page("pages/speed.py").run(), "Measure the options")
    assert asked[2] is None


@pytest.mark.parametrize("error", [DataError("No *row* holds."), MeasureError("Too *little*.")])
def test_what_goes_wrong_is_said_and_the_page_stands(monkeypatch, error):
    def survey(*args, **how):
        raise error
        yield

    monkeypatch.setattr(surveys, "survey", survey)
    app = press(opened(), "Measure the options")
    assert not app.exception and str(error) in said(app)
    assert any(button.label == "Measure the options" for button in app.button)


def test_what_was_left_out_is_said_and_nothing_is_drawn_without_accuracy(monkeypatch):
    found = surveyed(option("lstm@onnx-int8", 0.5, 92, agreement=0.98))
    found.left_out["lstm"] = "Measuring *LSTM* needs 500 MB. Measure elsewhere."

    def survey(*args, **how):
        yield Stage(found, "Time", 0.0)

    monkeypatch.setattr(surveys, "survey", survey)
    app = press(opened(), "Measure the options")
    assert not app.exception and "LSTM is left out: Measuring *LSTM* needs 500 MB." in said(app)
    assert "none can be drawn" in said(app) and len(alts(app)) == 6
    found.left_out.clear()
    app = need(app, "loss", None)
    assert "accuracy not measured; 98.0% of its answers are torch’s" in said(app)


def test_zip_and_figures_can_be_taken_along(asked):
    load("bert@onnx")
    app = press(opened(), "Measure the options")
    assert {"Figures of all options (CSV)"} < set(downloads(app))
    assert any(label.startswith("Take BERT") for label in downloads(app))
    own = app.session_state["own surveys"]["sentiment"]
    advice = adviser.advise(own.survey, adviser.Needs(10.0, 300.0, 0.01))
    archive = zipfile.ZipFile(io.BytesIO(adviser._zip(own.survey, advice)()))
    assert archive.testzip() is None and "model.onnx" in archive.namelist()
    rows = list(csv.DictReader(io.StringIO(adviser.as_csv(own.survey))))
    assert len(rows) == len(FOUND)
    app = need(app, "latency", 0.1)
    assert not any(label.startswith("Take") for label in downloads(app))
    assert "so there is none to pack" in said(app)


def test_a_tie_by_chance_is_told_in_the_table(monkeypatch):
    torch, int8 = option("bert@torch", 20.0, 500, 0.75), option("bert@onnx-int8", 4.0, 140, 0.5)
    found = surveyed(
        torch, int8, truth=[1, 1, 1, 1], bert_at_torch=[1, 1, 1, 0], bert_at_onnx_int8=[1, 1, 0, 0]
    )

    def survey(*args, **how):
        yield Stage(found, "Time", 0.0)

    monkeypatch.setattr(surveys, "survey", survey)
    app = press(opened(), "Measure the options")
    (table,) = [t.value for t in app.dataframe if "threads" in t.value.columns]
    assert table["p against torch"].tolist() == ["–", "1"]
    app = need(need(app, "loss", None), "latency", None)
    app = need(app, "memory", None)
    assert "BERT · int8 on 1 thread" in app.success[0].value.replace("\\", "")
    assert "which could be chance (p = 1)" in said(app)
