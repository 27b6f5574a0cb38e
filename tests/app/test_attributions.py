"""The Attributions page's logic, without a browser, on the real models."""

import json
import re
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.explain.attribute import attribute
from model_zoo.explain.methods import METHODS
from model_zoo.models.sets import model_set
from model_zoo.text.words import align
from tests import foreign
from tests.app import zoo
from tests.root import ROOT
from ui.serve import cached
from ui.serve.pool import pool
from ui.show.wording import plain

pytestmark = pytest.mark.slow  # dozens of runs of whole pages
TEXT = "A dull film."


def opened(text=TEXT, **parameters):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
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
    said = [markdown.value for markdown in app.markdown]
    assert not app.exception and any("for positive against negative" in text for text in said)
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


@pytest.mark.parametrize("text", ["\u200b"])
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


@pytest.fixture
def six(zoo_folder, monkeypatch):
    """Two models of the set "six" with RoBERTa, and ELECTRA, which has labels of its own."""
    zoo.enter(monkeypatch, zoo_folder)
    models = ",".join(["lstm", "bert", zoo.own("roberta", "six"), zoo.own("electra", "six")])
    return zoo.opened("pages/attributions.py", set="six", models=models)


def test_any_labels_are_explained_each_model_for_what_it_says(six):
    assert not six.exception and not six.error and len(strips(six)) == 4
    targets = six.selectbox(key="target-six").options
    assert targets == ["what each model says", *foreign.SIX, "difference to the runner-up"]
    said = {name: attribute(pool.model(name), zoo.TEXT).target for name in ("six/lstm", "six/bert")}
    text = zoo.written(six)
    for name, target in said.items():
        assert plain(f"{pool.model(name).title}, for {target}:") in text
    own = attribute(pool.model(zoo.own("electra", "six")), zoo.TEXT).target
    assert "Teal with" in text and plain(f"{own} for electra") in text
    assert "<b>perhaps</b>" not in text and "<b>bold</b>" not in text


def test_rows_of_other_tokenizers_meet_on_the_sets_words(six):
    figure = json.loads(six.get("plotly_chart")[0].proto.spec)
    (heat,) = figure["data"]
    words = cached.encoded(zoo.TEXT, "six").words
    assert figure["layout"]["yaxis"]["ticktext"] == ["electra", "roberta", "BERT", "LSTM"]
    assert len(figure["layout"]["xaxis"]["ticktext"]) == len(words)
    own = attribute(pool.model(zoo.own("roberta", "six")), zoo.TEXT)
    assert heat["z"][1] == pytest.approx(align(own.word_spans, own.word_scores, words), abs=1e-6)


def test_pieces_of_different_tokenizers_are_a_line_each(six):
    six.toggle(key="pieces").set_value(True).run()
    assert not six.exception and not six.get("plotly_chart")
    assert "cut the text into different pieces" in zoo.written(six)
    roberta = strips(six)[2]
    pieces = attribute(pool.model(zoo.own("roberta", "six")), zoo.TEXT).pieces
    assert roberta.count("<small>") == len(pieces) and "&lt;s&gt;" not in roberta


def test_a_label_that_a_model_lacks_is_said_in_its_place(six):
    six.selectbox(key="target-six").set_value("label:<b>bold</b>").run()
    assert not six.exception and not six.error and len(strips(six)) == 3
    assert "electra has labels of its own" in zoo.written(six)
    assert "towards \\<b\\>bold\\</b\\>," in zoo.written(six)
    correlations = six.table[1].value
    assert "–" not in correlations.to_numpy()  # all of one label


def test_models_that_are_explained_for_different_labels_are_not_correlated(six):
    correlations = six.table[1].value
    assert correlations.loc["electra", "electra"] == "+1.00"
    assert correlations.loc["electra", "LSTM"] == "–"


def test_flips_of_any_labels(six):
    six.toggle(key="flip").set_value(True).run()
    assert not six.exception and not six.error
    bodies = [e.proto.body for e in six.get("html") if "<p><b>" in e.proto.body]
    assert len(bodies) == 4
    labels = {escape(label) for label in (*foreign.SIX, "yes", "no", "<b>perhaps</b>")}
    for body in bodies:
        for label in re.findall(r"→ <b>(.*?)</b>", body):
            assert label in labels


def test_difference_to_the_runner_up(six):
    six.selectbox(key="target-six").set_value("difference").run()
    assert not six.exception and not six.error and len(strips(six)) == 4
    target = attribute(pool.model("six/lstm"), zoo.TEXT, target="difference").target
    assert " over " in target and plain(target) in zoo.written(six)


def test_a_hundred_and_fifty_labels(zoo_folder, monkeypatch):
    zoo.enter(monkeypatch, zoo_folder)
    app = zoo.opened("pages/attributions.py", set="many", models="lstm,distilbert")
    assert not app.exception and not app.error and len(strips(app)) == 2
    menu = app.selectbox(key="target-many")
    assert menu.options[1:-1] == list(foreign.MANY)
    menu.set_value(f"label:{foreign.MANY[100]}").run()
    assert not app.exception and plain(f"towards {foreign.MANY[100]}") in zoo.written(app)
