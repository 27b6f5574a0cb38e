"""The behaviour checks' section, without a browser; stand-ins for the models where it can be."""

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.errors import WeightsError
from model_zoo.evaluation import checks
from model_zoo.evaluation.checks import CHECKS, Checked
from model_zoo.evaluation.metrics import wilson
from model_zoo.models.sets import model_set
from ui.serve import cached
from ui.serve.pool import pool

pytestmark = pytest.mark.slow  # dozens of runs
FAILED = {"lstm": range(30), "bilstm": range(20, 40), "bert": [0], "distilbert": []}

SPECS = model_set().models


def page():
    from ui.checks.section import checks_section

    checks_section()


@pytest.fixture
def calls(monkeypatch):
    """Results made up: in "negated criticism" the models fail FAILED, elsewhere nothing."""
    calls = []

    def checked(name, check, begin):
        calls.append((name, check))
        failed = tuple(FAILED[name]) if check == "negated criticism" else ()
        shares = [0.3 if at in failed else 0.7 for at in range(checks.CASES)]
        texts = len(CHECKS[check].cases[0].texts)
        return Checked(
            check,
            name,
            tuple((share,) * texts for share in shares),
            failed,
            wilson(len(failed), checks.CASES),
        )

    monkeypatch.setattr(cached, "checked", checked)
    return calls


def opened():
    return AppTest.from_function(page, default_timeout=300).run()


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def finished():
    return press(opened(), "Run the checks")


def cases(app):
    return app.dataframe[-1].value


def page_text(app):
    return " ".join(element.value.replace("\\", "") for element in [*app.markdown, *app.caption])


def test_nothing_is_computed_unasked(calls):
    app = opened()
    assert not app.exception and not calls and not app.dataframe
    assert [button.label for button in app.button] == ["Run the checks"]


def test_a_run_shows_rates_and_says_who_fails_what(calls):
    app = finished()
    assert not app.exception and len(calls) == len(set(calls)) == len(CHECKS) * len(SPECS)
    assert not app.button  # nothing left to run
    text = page_text(app)
    assert "recurrent models fail more cases than the others, beyond chance, in 1 of" in text
    assert "“negated criticism” (52\u202f% against 1\u202f%)" in text
    assert "The Transformers fail more cases than the others in no check" in text
    (chart,) = [element.proto for element in app.get("plotly_chart")]
    assert "negated criticism" in chart.alt and f"{len(CHECKS)} checks by 4 models" in chart.alt
    table = app.dataframe[0].value.set_index("check")
    assert table.loc["negated criticism", "LSTM"].startswith("62.5% (")
    assert list(table.loc["negated criticism", ["recurrent more", "Transformers more"]]) == [39, 0]
    assert "When not to trust it" in page_text(app)


def test_the_check_with_the_widest_gap_is_opened_and_its_cases_can_be_narrowed(calls):
    app = finished()
    assert app.selectbox(key="check").value == "negated criticism"
    table = cases(app)
    texts = [case.texts[0] for case in CHECKS["negated criticism"].cases]
    assert list(table["sentence"]) == texts[:40]
    assert list(table["BERT"][:2]) == ["✗ 30\u202f%", "✓ 70\u202f%"]
    app.selectbox(key="check-cases").set_value("first").run()
    assert list(cases(app)["sentence"]) == texts[1:40]  # in case 0, one fails in each family
    app.selectbox(key="check-cases").set_value("others").run()
    assert "no such cases" in app.info[0].value
    app.selectbox(key="check-cases").set_value("all").run()
    assert len(cases(app)) == checks.CASES


def test_every_check_shows_its_cases(calls):
    app = finished()
    app.selectbox(key="check-cases").set_value("all")
    for check, about in CHECKS.items():
        app.selectbox(key="check").set_value(check).run()
        assert not app.exception and len(cases(app)) == checks.CASES
        first = about.cases[0]
        assert tuple(cases(app).iloc[0])[: len(first.texts)] == first.texts
        assert about.asks in page_text(app)


def test_stopping_keeps_the_checks_that_are_done(calls, monkeypatch):
    whole = cached.checked

    def stops(name, check, begin):
        if len(calls) == 9:  # two checks and one model of the third
            import streamlit as st

            from ui.checks.running import switch

            switch(False)
            st.stop()
        return whole(name, check, begin)

    monkeypatch.setattr(cached, "checked", stops)
    app = finished().run()
    assert f"Stopped after 2 of {len(CHECKS)}" in page_text(app)
    assert list(app.dataframe[0].value["check"]) == list(CHECKS)[:2]
    monkeypatch.setattr(cached, "checked", whole)
    app = press(app, "Go on")
    assert len(calls) == len(set(calls)) == len(CHECKS) * len(SPECS)
    assert list(app.dataframe[0].value["check"]) == list(CHECKS)


def test_a_model_that_cannot_be_loaded_says_so_and_can_be_tried_again(calls, monkeypatch):
    whole = cached.checked

    def broken(name, check, begin):
        if name == "bert":
            raise WeightsError("weights *gone*. Restore them.")
        return whole(name, check, begin)

    monkeypatch.setattr(cached, "checked", broken)
    app = finished()
    assert not app.exception and "weights \\*gone\\*" in app.error[0].value
    assert "BERT" not in app.dataframe[0].value and "LSTM" in app.dataframe[0].value
    monkeypatch.setattr(cached, "checked", whole)
    app = press(app, "Try again")
    assert not app.error and "BERT" in app.dataframe[0].value


def test_no_model_at_all(monkeypatch):
    def broken(name, check, begin):
        raise WeightsError("gone")

    monkeypatch.setattr(cached, "checked", broken)
    app = finished()
    assert not app.exception and len(app.error) == len(SPECS) and not app.dataframe
    assert [button.label for button in app.button] == ["Try again"]


def pair():
    from ui.frame.open_in import open_in

    open_in("*second* one", "first one")


def test_opening_puts_the_text_and_what_it_is_compared_with_into_the_view():
    app = AppTest.from_function(pair, default_timeout=300).run()
    labels = [button.label for button in app.button]
    assert labels == ["Open in Compare", "Open in Attributions", "Open in Inside"]
    app.button[0].click().run()  # the page itself is not there, in a test of a function
    view = app.session_state["view"]
    assert (view.text, view.pinned, view.without) == ("*second* one", "first one", ())


@pytest.mark.long
def test_the_bundled_models():
    app = finished()
    assert not app.exception and not app.error
    table = app.dataframe[0].value.set_index("check")
    assert list(table.index) == list(CHECKS)
    result = checks.ask(pool.model("lstm"), CHECKS["word order"])
    assert table.loc["word order", "LSTM"].startswith(f"{result.share:.1%} (")


def test_a_failure_is_that_of_a_models_weights_and_of_no_other_sets(calls):
    app = opened()
    app.session_state["checks not possible"] = {
        ("topics/lstm", "sum"): "Of another set.",
        ("lstm", "another sum"): "Of other weights.",
    }
    app.run()
    assert not app.error and not app.exception


def test_what_nobody_foresaw_stops_one_model_and_is_said(calls, monkeypatch, caplog):
    whole = cached.checked

    def lost(name, check, begin):
        if name == "bert":
            raise KeyError(check)
        return whole(name, check, begin)

    monkeypatch.setattr(cached, "checked", lost)
    app = press(opened(), "Run the checks")
    assert "did not foresee" in app.error[0].value and not app.exception
    assert [button.label for button in app.button if button.label in ("Try again", "Stop")] == [
        "Try again"
    ]
    caplog.clear()
