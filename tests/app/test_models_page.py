"""The page on the four models, without a browser: verdicts, and measuring anew."""

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.claims.table import CLAIMS, PUBLISHED
from model_zoo.claims.verdict import Outcome
from model_zoo.errors import MeasureError
from model_zoo.inside import sight
from model_zoo.measure import twins
from model_zoo.measure.latency import Latency
from model_zoo.models.sets import model_set
from tests.root import ROOT
from ui.four import words
from ui.frame import measuring
from ui.serve import cached, turns
from ui.serve.pool import pool

MODELS = tuple(model_set().models)
pytestmark = pytest.mark.slow  # many runs of a whole page


def opened():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    return app.switch_page("pages/models.py").run()


@pytest.fixture(scope="module")
def app():
    return opened()


def html(app):
    return [element.proto.body for element in app.get("html")]


def rows(app):
    """Key of each row drawn -> its HTML."""
    keys = (re.search(r'data-claim="([\w-]+)"', body) for body in html(app))
    return {match[1]: match.string for match in keys if match}


def outcome(row):
    return re.search(r'<div class="q-outcome">.*?</span><span>(.*?)</span>', row)[1]


def press(app, label):
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_every_row_has_a_verdict_and_a_link(app):
    assert not app.exception and not app.error
    drawn = rows(app)
    assert list(drawn) == [claim.key for claim in CLAIMS + PUBLISHED]
    assert {outcome(row) for row in drawn.values()} <= set(words.OUTCOMES.values())
    counted = sum(outcome(drawn[claim.key]) == words.OUTCOMES[Outcome.HOLDS] for claim in CLAIMS)
    assert any(text.value.startswith(f"**Of 11 rows, {counted} hold, ") for text in app.markdown)
    links = len(app.get("page_link")) + sum("](#" in m.value for m in app.markdown)
    assert links >= len(drawn)
    for key in ("directionality", "speed", "memory", "paper-speed"):
        assert "Shipped reference: " in drawn[key] and "torch" in drawn[key]


def test_diagrams_curves_provenance_and_cards(app):
    drawn = [body for body in html(app) if 'class="q-anatomy"' in body]
    assert len(drawn) == len(MODELS)
    for body, name in zip(drawn, MODELS, strict=True):
        assert f"{cached.card(name).parameters:,} parameters" in body
    charts = [element.proto for element in app.get("plotly_chart")]
    assert len(charts) == 2 and all(chart.alt.count("weights were kept") == 4 for chart in charts)
    assert list(app.table[1].value.columns) == [
        *("data", "base encoder", "recipe", "seed", "trained on", "licence")
    ]
    assert set(app.table[1].value["licence"]) == {"apache-2.0"}
    assert len(app.expander) == len(MODELS)
    headings = [m.value for m in app.markdown if "How good it is" in m.value]
    assert len(headings) == len(MODELS)
    assert not any(re.search(r"^#{1,2} ", text, re.MULTILINE) for text in headings)


def test_opening_the_page_loads_no_model(app, monkeypatch):
    def fail(name):
        raise AssertionError(f"{name} was loaded")

    monkeypatch.setattr(pool, "model", fail)
    assert not opened().exception


def test_twins_are_labelled_and_measured_anew(monkeypatch):
    shipped = twins.read()

    def quick():
        for share, ms in ((0.0, ()), (1.0, (7.0,))):
            yield (
                share,
                replace(
                    shipped,
                    twins=tuple(
                        replace(twin, latencies=(Latency(twin.name, 5, 1, 1, 0, ms),))
                        if ms and twin.latencies
                        else replace(twin, latencies=())
                        for twin in shipped.twins
                    ),
                ),
            )

    monkeypatch.setattr(twins, "speed", quick)
    app = opened()
    assert any("Architecture only, no predictions" in m.value for m in app.markdown)
    assert "5 tokens" not in app.dataframe[0].value.columns
    press(app, words.MEASURE_TWINS)
    assert not app.exception and not app.error
    assert "Measured here: " in rows(app)["paper-speed"]
    assert outcome(rows(app)["paper-speed"]) == "does not hold here"  # as fast as one another
    assert list(app.dataframe[0].value["5 tokens"]) == ["7 ms", "7 ms", "–"]
    app.run()
    assert "Measured here: " in rows(app)["paper-speed"]  # kept


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after the first round"])
def test_twins_that_do_not_fit_are_refused_in_words(monkeypatch, late):
    shipped = twins.read()
    counted = tuple(replace(twin, latencies=()) for twin in shipped.twins)

    def refuse():
        if late:
            yield 0.0, replace(shipped, twins=counted)
        raise MeasureError("BERT-base needs more memory than there is. Try elsewhere.")

    monkeypatch.setattr(twins, "speed", lambda: (step for step in refuse()))
    app = press(opened(), words.MEASURE_TWINS)
    assert not app.exception and "needs more memory" in app.error[0].value.replace("\\", "")
    assert "Shipped reference: " in rows(app)["paper-speed"]
    assert not turns.work.running() and not turns.sweeps.running()
    app.run()
    assert bool([w for w in app.warning if "before both were timed" in w.value]) == late


@pytest.mark.slow
def test_measuring_here_replaces_what_was_shipped(monkeypatch):
    plan = measuring.Plan(3, 0.1, False, lengths=(8, 16), batches=(1,))
    monkeypatch.setitem(measuring.PLANS, "quick", plan)
    app = press(opened(), words.MEASURE_HERE)
    assert not app.exception and not app.error
    drawn = rows(app)
    for key in ("directionality", "context", "processing", "speed"):
        assert "Measured here: " in drawn[key]
    assert outcome(drawn["directionality"]) == words.OUTCOMES[Outcome.HOLDS]
    assert "Shipped reference: " in drawn["memory"]  # a quick measurement has none
    assert sight.TEXT in drawn["context"]
    press(app, "Back to the reference")
    assert "Shipped reference: " in rows(app)["speed"]
