"""The page Speed and size, without a browser, on the real models."""

import json
from contextlib import ExitStack
from dataclasses import replace
from math import isfinite

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model_zoo.errors import DataError, MeasureError
from model_zoo.measure import sweep
from model_zoo.measure.footprint import Footprint
from model_zoo.measure.growth import Growth
from model_zoo.measure.latency import Latency
from model_zoo.models.sets import model_set
from tests import foreign
from tests.root import ROOT
from ui.frame import measuring
from ui.serve import cached, my_turn, turns
from ui.serve.results import Results
from ui.speed.sentences import growth_in_words
from ui.speed.steps import steps_of
from ui.speed.trade_offs import distilled, front

MODELS = tuple(model_set().models)
pytestmark = pytest.mark.slow  # many runs of a whole page


@pytest.fixture(autouse=True)
def small_plans(monkeypatch):
    """A call or two at short lengths: nobody looks at the page."""
    plan = measuring.Plan(1, 1.0, False, lengths=(8, 10, 12, 14), batches=(1, 2))
    monkeypatch.setattr(measuring, "PLANS", {"quick": plan, "thorough": replace(plan, memory=True)})


@pytest.fixture
def fake_footprints(monkeypatch):
    def footprint(model, kept_in):
        yield None
        yield Footprint(model.id, 128, 10_000_000, 20_000_000, 3_000_000, 40_000_000)

    monkeypatch.setattr(sweep, "footprint", footprint)


def opened():
    """The page, opened from one that asks no model."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.switch_page("pages/speed.py")
    return app.run()


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def labels(app):
    return [button.label for button in app.button]


def page_text(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption])


def assert_sound(app, charts=6):
    assert not app.exception and not app.error
    alts = [element.proto.alt for element in app.get("plotly_chart")]
    assert len(alts) == charts
    for alt in alts:
        assert len(alt) > 60 and any(char.isdigit() for char in alt)
        assert "nan" not in alt and "inf" not in alt
    assert page_text(app).count("When not to trust it") >= charts - 1


def test_the_reference_is_shown_at_once_and_labelled(monkeypatch):
    app = opened()
    assert_sound(app)
    assert "Reference figures that come with the app" in page_text(app)
    assert "Back to the reference" not in labels(app)
    host = replace(cached.reference_sweep().host, processor="Other <b>*CPU*</b>")
    elsewhere = replace(cached.reference_sweep(), host=host)
    monkeypatch.setattr(cached, "reference_sweep", lambda: elsewhere)
    app.run()
    assert "**not this machine** (Other \\<b\\>\\*CPU\\*" in page_text(app)


@pytest.mark.slow
def test_measuring_replaces_the_reference_until_it_is_wanted_back():
    app = press(opened(), "Measure on this machine")
    assert_sound(app)
    assert "Measured on this machine" in page_text(app) and not app.warning
    latencies = app.session_state["own sweeps"]["sentiment"].sweep.latencies
    assert {latency.tokens for latency in latencies} == {8, 10, 12, 14, 32}
    assert {latency.model for latency in latencies} == set(MODELS)
    assert "no memory in it. Reference figures" in page_text(app)
    assert "5 lengths from 8 to 32 tokens" in page_text(app)
    app = press(app, "Back to the reference")
    assert "Measured on this machine" not in page_text(app)
    assert_sound(app)


@pytest.mark.slow
def test_memory_is_measured_when_asked_for_and_kept_for_the_next_quick_one(fake_footprints):
    app = opened()
    app.segmented_control(key="speed-plan").set_value("thorough").run()
    app = press(app, "Measure on this machine")
    assert_sound(app)
    assert "no memory in it" not in page_text(app)
    assert len(app.session_state["own sweeps"]["sentiment"].sweep.footprints) == len(MODELS)
    app.segmented_control(key="speed-plan").set_value("quick").run()
    app = press(app, "Measure on this machine")
    assert len(app.session_state["own sweeps"]["sentiment"].sweep.footprints) == len(MODELS)


def test_stopping_keeps_what_was_measured(monkeypatch):
    whole = sweep.sweep

    def stopped(*args, **how):
        for stage in whole(*args, **how):
            yield stage
            if len(stage.sweep.latencies) == 2 * len(MODELS):
                st.stop()

    monkeypatch.setattr(sweep, "sweep", stopped)
    app = press(opened(), "Measure on this machine").run()
    assert "ended early" in app.warning[0].value
    assert len(app.session_state["own sweeps"]["sentiment"].sweep.latencies) == 2 * len(MODELS)
    assert "Measured on this machine" in page_text(app) and not app.exception
    assert not turns.work.running() and not turns.sweeps.running()
    app.run()  # it does not start again
    assert len(app.session_state["own sweeps"]["sentiment"].sweep.latencies) == 2 * len(MODELS)


def test_what_nobody_foresaw_ends_a_measurement_in_words(monkeypatch, caplog):
    def lost(name):
        raise KeyError(name)

    monkeypatch.setattr(measuring.pool, "model", lost)
    app = press(opened(), "Measure on this machine")
    assert "did not foresee" in app.error[0].value and not app.exception
    assert not app.get("progress") and "Stop measuring" not in labels(app)
    caplog.clear()


def test_what_was_asked_for_and_left_is_not_measured_on_another_page(monkeypatch):
    def never(*_, **__):
        raise AssertionError("nobody on this page asked")

    monkeypatch.setattr(sweep, "sweep", never)
    with monkeypatch.context() as cut_short:
        cut_short.setattr(measuring, "measure_if_requested", lambda *_: None)
        app = press(opened(), "Measure on this machine")
    app.switch_page("pages/models.py").run()
    app.switch_page("pages/speed.py").run()
    assert not app.exception and not app.error and "Measured on this" not in page_text(app)


def test_stopped_before_anything_was_measured_the_reference_stays(monkeypatch):
    def stopped(*args, **how):
        st.stop()
        yield

    monkeypatch.setattr(sweep, "sweep", stopped)
    app = press(opened(), "Measure on this machine").run()
    assert_sound(app)
    assert "Reference figures" in page_text(app) and not app.warning


@pytest.mark.slow
def test_memory_that_cannot_be_measured_leaves_the_rest(monkeypatch):
    def footprint(model, kept_in):
        raise MeasureError("A second process needs *700* MB.")
        yield

    monkeypatch.setattr(sweep, "footprint", footprint)
    app = opened()
    app.segmented_control(key="speed-plan").set_value("thorough").run()
    app = press(app, "Measure on this machine")
    assert "needs \\*700\\* MB" in app.warning[0].value
    assert len(app.session_state["own sweeps"]["sentiment"].sweep.latencies) == 6 * len(MODELS)
    assert_sound(app)


@pytest.mark.slow
def test_others_wait_while_one_measures(monkeypatch):
    """The page says so; what it waits for is freed by the wait itself here."""
    app, turn, waits = opened(), ExitStack(), []

    def in_line(ahead):
        waits.append(ahead)
        turn.close()
        return "you are next"

    monkeypatch.setattr(my_turn, "in_line", in_line)
    turn.enter_context(turns.sweeps.turn("another visitor"))
    press(app, "Measure on this machine")
    assert waits == [0] and "Measured on this machine" in page_text(app)


def test_without_the_reference_one_can_still_measure(monkeypatch):
    def gone():
        raise DataError("speed.json holds no measurement. Write one.")

    monkeypatch.setattr(cached, "reference_sweep", gone)
    app = opened()
    assert "holds no measurement" in app.error[0].value and not app.exception
    assert "Measure on this machine" in labels(app)


def test_a_sweep_of_little_is_drawn_too(monkeypatch):
    whole = cached.reference_sweep()
    for latencies in ((), whole.latencies[:1], whole.latencies[:3]):
        little = replace(whole, latencies=latencies, footprints=())
        monkeypatch.setattr(cached, "reference_sweep", lambda little=little: little)
        app = opened()
        assert not app.exception and not app.error


def test_growth_is_put_into_words():
    def fit(exponent, low, high):
        return growth_in_words(Growth("lstm", 1.0, exponent, (low, high), (8, 16)))

    assert fit(1.0, 0.9, 1.1) == fit(0.94, 0.91, 0.96) == "about linear"
    assert fit(1.3, 1.2, 1.4) == "faster than linear"
    assert fit(1.2, 0.9, 1.4) == "faster than linear, perhaps"
    assert fit(0.7, 0.6, 0.8) == "slower than linear"
    assert fit(1.0, 0.3, 1.8) == "too uncertain to tell"


def test_the_front_holds_what_nothing_beats_in_both():
    points = {"a": (1, 0.8), "b": (2, 0.7), "c": (3, 0.9), "d": (3, 0.85), "e": (9, 0.9)}
    assert front(points) == ["a", "c"]
    assert front({}) == []


def test_what_distillation_kept_is_computed():
    cards = {name: cached.card(name) for name in ("bert", "distilbert")}
    cards["bert"] = replace(cards["bert"], accuracy=0.9, ci95=(0.88, 0.92), parameters=100)
    student = {"accuracy": 0.81, "ci95": (0.79, 0.83), "parameters": 60}
    cards["distilbert"] = replace(cards["distilbert"], **student)
    times = {
        name: Latency(name, 32, 1, 1, 1, (ms,)) for name, ms in (("bert", 30), ("distilbert", 10))
    }
    sentence = distilled(cards, times)
    assert "keeps 90.0% of BERT’s accuracy (81.0% against 90.0%)" in sentence
    assert "3.0× as fast at 32 tokens and has 60% of its parameters" in sentence
    assert "overlap" not in sentence
    cards["distilbert"] = replace(cards["distilbert"], ci95=(0.79, 0.885))
    assert "overlap" in distilled(cards, {})
    assert distilled({"bert": cards["bert"]}, times) == ""


def test_steps_that_wait_for_one_another():
    counts = {name: steps_of(cached.card(name), 23) for name in MODELS}
    assert counts == {"lstm": 23, "bilstm": 23, "bert": 12, "distilbert": 6}
    assert all(isfinite(count) for count in counts.values())


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two sets, and two models to stand beside them."""
    top = tmp_path_factory.mktemp("models")
    for name in ("six", "other"):
        foreign.write_set(top / "sets" / name, name, foreign.SIX)
    foreign.write("albert", top / "own" / "my-*albert*", foreign.SIX)
    foreign.write("roberta", top / "own" / "opinions", ("negative", "positive"))
    return top


@pytest.fixture
def set_of_six(folders, monkeypatch):
    """Opens the page on the set of six; what is given are parameters of the address."""
    monkeypatch.setenv("QUARTET_SETS", str(folders / "sets"))
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(folders / "own"))

    def open_page(**address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
        for key, value in ({"set": "six"} | address).items():
            app.query_params[key] = value
        app.switch_page("pages/speed.py")
        return app.run()

    return open_page


def notices(app):
    return [box.value.replace("\\", "") for box in app.info]


def alts(app):
    return [element.proto.alt for element in app.get("plotly_chart")]


def test_of_another_set_no_figure_is_shown_before_it_was_measured(set_of_six):
    app = set_of_six()
    assert not app.exception and not app.error
    assert (
        "Not measured yet: LSTM, BiLSTM, BERT and DistilBERT. Press “Measure on" in notices(app)[0]
    )
    assert "Reference" not in page_text(app) and "SST-2" not in page_text(app)
    assert len(alts(app)) == 1 and "BERT: 2 layers" in alts(app)[0]  # steps: from the files
    assert any("No model of this set has an accuracy" in notice for notice in notices(app))
    assert "Download as CSV" not in labels(app)


def test_models_beside_a_set_are_measured_with_it(set_of_six):
    own = ("local/my-*albert*~six", "local/opinions~six")
    app = set_of_six(models=",".join(("lstm", "bert", *own)))
    assert any("Press “Measure" in notice and "my-*albert*" in notice for notice in notices(app))
    app = press(app, "Measure on this machine")
    assert not app.exception and not app.error
    latencies = app.session_state["own sweeps"]["six"].sweep.latencies
    assert {latency.model for latency in latencies} == {"six/lstm", "six/bert", *own}
    assert not any("Not measured yet" in notice for notice in notices(app))
    for alt in alts(app)[1:3]:
        assert all(name in alt for name in ("LSTM", "my-*albert*", "opinions"))
    assert "cuts text into other tokens reads the same texts" in page_text(app)
    assert "my\\-\\*albert\\*" in page_text(app)
    assert "Reference" not in page_text(app)
    app = press(app, "Forget what was measured")
    assert "Measured on this machine" not in page_text(app)


def test_what_was_measured_of_one_set_is_not_shown_of_another(set_of_six):
    app = press(set_of_six(models="lstm"), "Measure on this machine")
    assert "Measured on this machine" in page_text(app)
    assert not any("Not measured yet" in notice for notice in notices(app))
    app.selectbox(key="set of models on Speed and size").set_value("other").run()
    assert "Measured on this machine" not in page_text(app)
    assert any("Not measured yet" in notice for notice in notices(app))
    app.selectbox(key="set of models on Speed and size").set_value("sentiment").run()
    assert_sound(app)
    assert "Reference figures that come with the app" in page_text(app)
    app.selectbox(key="set of models on Speed and size").set_value("six").run()
    assert "Measured on this machine" in page_text(app)


def test_beside_the_bundled_set_the_reference_stands_and_who_lacks_figures_is_named(set_of_six):
    app = set_of_six(set="sentiment", models="lstm,local/opinions")
    assert_sound(app)
    assert notices(app) == ["Not measured yet: opinions. Press “Measure on this machine”."]
    assert "Reference figures" in page_text(app) and "SST-2" in page_text(app)
    assert "opinions: 2 layers" in alts(app)[2]
    assert not any("opinions" in alt for alt in alts(app)[3:5])  # its accuracy is not known


def test_accuracies_of_a_set_are_compared_by_its_own_records(set_of_six, folders, monkeypatch):
    for name, share in (("lstm", 0.5), ("bert", 0.75)):
        metrics = {
            "validation": {"rows": 40, "accuracy": share, "ci95": [share - 0.1, share + 0.1]}
        }
        file = folders / "sets" / "other" / name / "metrics.json"
        file.write_text(json.dumps(metrics), encoding="utf-8")
    monkeypatch.setattr(cached, "_results", Results(cached._results._limits))
    app = set_of_six(set="other")
    size = next(alt for alt in alts(app) if alt.startswith("Accuracy against weights"))
    assert "LSTM: 50.0% (40.0% to 60.0%)" in size and "BiLSTM" not in size
    assert "share of the 40 validation rows of the set" in page_text(app)
    assert any("No time was measured yet" in notice for notice in notices(app))
