"""The Attributions page's logic, without a browser, on the real models."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.explain.attribute import attribute
from model_zoo.explain.methods import METHODS
from model_zoo.models.sets import model_set
from tests.root import ROOT
from ui.serve.pool import pool

pytestmark = pytest.mark.slow  # dozens of runs of whole pages
TEXT = "A dull film."


def opened(text=TEXT, **parameters):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["text"] = text
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.switch_page("pages/attributions.py").run()


def strips(app):
    bodies = [element.proto.body for element in app.get("html")]
    return [body for body in bodies if 'class="q-words"' in body]


@pytest.fixture(scope="module")
def app():
    return opened(models="lstm,bilstm")


def test_words_are_coloured_by_the_librarys_scores(app):
    assert not app.exception and len(strips(app)) == 2
    attribution = attribute(pool.model("lstm"), TEXT)
    assert attribution.target == "negative"
    shown = re.findall(r"<small>([+−][\d.]+)</small>", strips(app)[0])
    # shown toward positive: what speaks for negative has a minus
    assert shown == [f"{-s:+.2f}".replace("-", "−") for s in attribution.word_scores]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws_and_is_judged(app, method):
    app.selectbox(key="method").set_value(method).run()
    assert not app.exception and not app.error and len(strips(app)) == 2
    panel = app.table[0].value
    assert list(panel.columns) == ["LSTM", "BiLSTM"]
    assert (panel.loc["completeness gap", "LSTM"] != "–") == METHODS[method].complete
    assert (panel.loc["spread over seeds", "LSTM"] != "–") == METHODS[method].random
    judged = [m.value for m in app.markdown if "random ones" in m.value or "do not rely" in m.value]
    assert len(judged) == 2
    chart = app.get("plotly_chart")[0].proto
    assert "Heat map" in chart.alt and len(chart.alt) > 40


def test_target_and_baseline_and_pieces(app):
    app.selectbox(key="method").set_value("occlusion").run()
    before = strips(app)
    app.selectbox(key="baseline").set_value("mask").run()
    assert strips(app) != before
    app.selectbox(key="target-sentiment").set_value("difference").run()
    assert not app.exception and any("for difference" in m.value for m in app.markdown)
    app.toggle(key="pieces").set_value(True).run()
    assert not app.exception
    app.selectbox(key="target-sentiment").set_value("predicted").run()


def test_results_are_kept(app, monkeypatch):
    import model_zoo.explain.attribute

    def fail(*_, **__):
        raise AssertionError("computed again")

    monkeypatch.setattr(model_zoo.explain.attribute, "attribute", fail)
    app.run()
    assert not app.exception and len(strips(app)) == 2


def test_flips_are_shown(app):
    app.toggle(key="flip").set_value(True).run()
    bodies = [e.proto.body for e in app.get("html") if "<p><b>LSTM</b></p>" in e.proto.body]
    assert "<del>" in bodies[0] and "→ <b>positive</b>" in bodies[0]
    app.toggle(key="flip").set_value(False).run()


def test_stopping_keeps_what_is_done(app):
    how = ("integrated_gradients", "predicted", "pad")
    stopped = opened("Another dull film.", models="lstm")
    stopped.session_state["stopped"] = ("sentiment", "Another dull film.", *how)
    stopped.run()
    assert any("Stopped before LSTM" in info.value for info in stopped.info)
    next(b for b in stopped.button if b.label == "Go on").click().run()
    assert len(strips(stopped)) == 1 and not stopped.info


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_nothing_to_read_is_said_so(text):
    app = opened(text, models="lstm")
    assert not app.exception and "at least one word" in app.info[0].value


@pytest.mark.parametrize(
    "text", ["<b>x</b> <script>alert(1)</script>", "$x$ :smile: **b** 😀", "Good"]
)
def test_odd_text_never_becomes_markup(text):
    app = opened(text, models="lstm")
    assert not app.exception and len(strips(app)) == 1
    assert "<script" not in strips(app)[0]
    assert not any(text in m.value for m in app.markdown) or text == "Good"


def test_a_long_text_is_windowed_and_refused_by_sampling_methods():
    app = opened("good film " * 100, models="lstm")
    assert not app.exception and app.slider and len(strips(app)) == 1
    app.selectbox(key="method").set_value("lime").run()
    assert "choose a gradient method" in app.error[0].value.replace("\\", "")


def test_all_four_by_default():
    assert len(strips(opened())) == len(model_set().models) == 4
