"""The page on the four models, without a browser: verdicts, and measuring anew."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.comparison.table import CLAIMS, PUBLISHED
from model_zoo.comparison.verdict import Outcome
from model_zoo.errors import MeasureError
from model_zoo.internals import sight
from model_zoo.measure import twins
from model_zoo.measure.latency import Latency
from model_zoo.models.sets import model_set
from tests import foreign
from tests.root import ROOT
from ui.four import words
from ui.frame import measuring
from ui.serve import cached, turns
from ui.serve.pool import pool

MODELS = tuple(model_set().models)
pytestmark = pytest.mark.slow  # many runs of a whole page


def opened(**address):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, value in address.items():
        app.query_params[key] = value
    return app.switch_page("pages/models.py").run()


@pytest.fixture(scope="module")
def app():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "warm_up", lambda: None)
        return opened()


PAPERS, PARTS, TRAINED, CARDS = (
    {"tab": tab}
    for tab in (
        "At the papers’ size",
        "What they are made of",
        "How they were trained",
        "Model cards",
    )
)


# as the table has them: of a row, and of what is said of a model
OUTCOMES_SAID = [f": {word}</span>" for word in words.OUTCOMES.values()] + [
    f" <span>{word}</span>" for word in words.OUTCOMES.values()
]


def html(app):
    return [element.proto.body for element in app.get("html")]


def rows(app):
    """Key of each row drawn -> its HTML."""
    bodies = "".join(html(app))
    return {
        key: row
        for row, key in re.findall(r'(<tbody[^>]* data-claim="([\w-]+)".*?</tbody>)', bodies)
    }


def outcome(row):
    return re.search(r'<span class="q-outcome">.*?</span> <span>(.*?)</span>', row)[1]


def press(app, label):
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_every_row_has_a_verdict_and_a_link(app):
    assert not app.exception and not app.error
    drawn = rows(app)
    assert list(drawn) == [claim.key for claim in CLAIMS]
    papers = rows(opened(**PAPERS))
    assert list(papers) == [claim.key for claim in PUBLISHED]
    counted = sum(outcome(row) == words.OUTCOMES[Outcome.HOLDS] for row in drawn.values())
    assert re.search(rf"<caption>Of 11 rows, {counted} hold(,| and) \d", "".join(html(app)))
    drawn |= papers
    assert {outcome(row) for row in drawn.values()} <= set(words.OUTCOMES.values())
    for key, row in drawn.items():
        assert f'data-see="{key}">' in row and "<details>" in row and words.how(key)[:20] in row
    for key in ("directionality", "speed", "memory", "paper-speed"):
        assert "Shipped reference: " in drawn[key] and "torch" in drawn[key]
    for row in drawn.values():  # no sign without its word
        assert row.count("q-tick") == sum(row.count(word) for word in OUTCOMES_SAID)


def test_a_link_in_the_table_carries_the_view_to_a_new_tab():
    app = opened(text="A good & bad film.")
    assert 'href="inside?text=A+good+%26+bad+film."' in rows(app)["layers"].replace("&amp;", "&")
    assert 'href="words?text=A+good+%26+bad+film."' in rows(app)["example"].replace("&amp;", "&")
    assert "tab=How+they+were+trained" in rows(app)["training"]


def test_without_language_models_the_example_is_seen_on_compare(monkeypatch, tmp_path):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path))
    assert 'href=".?text=' in rows(opened(text="A good film."))["example"]


def test_only_the_open_tab_is_computed_and_the_view_outlives_it():
    app = opened(text="A good film.")
    assert not app.get("plotly_chart") and not app.dataframe and not app.table
    app.query_params["tab"] = TRAINED["tab"]
    app.run()
    assert not rows(app) and len(app.get("plotly_chart")) == 2
    assert app.session_state["view"].text == "A good film."
    assert not opened(tab="nonsense").exception


def test_diagrams_curves_provenance_and_cards():
    app = opened(**PARTS)
    drawn = [body for body in html(app) if 'class="q-anatomy"' in body]
    assert len(drawn) == len(MODELS) == len(app.table[0].value)
    for body, name in zip(drawn, MODELS, strict=True):
        assert f"{cached.card(name).parameters:,} parameters" in body
    app = opened(**TRAINED)
    charts = [element.proto for element in app.get("plotly_chart")]
    assert len(charts) == 2 and all(chart.alt.count("weights were kept") == 4 for chart in charts)
    assert list(app.table[0].value.columns) == [
        *("data", "base encoder", "recipe", "seed", "trained on", "licence")
    ]
    assert set(app.table[0].value["licence"]) == {"apache-2.0"}
    app = opened(**CARDS)
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
    app = opened(**PAPERS)
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
    app = press(opened(**PAPERS), words.MEASURE_TWINS)
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


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A set of 6 labels and one of 150, one that lacks an architecture, and a model beside them."""
    top = tmp_path_factory.mktemp("models")
    foreign.write_set(top / "sets" / "six", "six", foreign.SIX)
    foreign.write_set(top / "sets" / "many", "many", foreign.MANY)
    shutil.copytree(top / "sets" / "six", top / "sets" / "odd")
    shutil.rmtree(top / "sets" / "odd" / "bilstm")
    described = json.loads((top / "sets" / "odd" / "set.json").read_text(encoding="utf-8"))
    described["models"] = [row for row in described["models"] if row["name"] != "bilstm"]
    (top / "sets" / "odd" / "set.json").write_text(json.dumps(described), encoding="utf-8")
    foreign.write("albert", top / "own" / "my-albert", foreign.SIX)
    metrics = json.loads((ROOT / "assets/models/bert/metrics.json").read_text(encoding="utf-8"))
    metrics["data"]["name"] = "headlines"
    (top / "sets" / "many" / "bert" / "metrics.json").write_text(json.dumps(metrics))
    (top / "sets" / "many" / "bert" / "README.md").write_text("# BERT of headlines")
    return top


@pytest.fixture
def sets(folders, monkeypatch):
    monkeypatch.setenv("QUARTET_SETS", str(folders / "sets"))
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(folders / "own"))


def texts(app):
    boxes = (*app.markdown, *app.caption, *app.info)
    return [box.value.replace("\\", "") for box in boxes]


UNMEASURED = {"directionality", "context", "processing", "training", "memory", "speed", "quality"}


def test_the_table_says_which_set_its_figures_are_from(app, sets):
    assert any("of the set “Sentiment of film reviews”: Trained" in text for text in texts(app))
    of_six = opened(set="six")
    assert not of_six.exception and not of_six.error
    assert any("“The set six”: random weights, made by a test" in text for text in texts(of_six))


def test_of_another_set_rows_without_figures_are_named_not_drawn(sets):
    app = opened(set="six")
    drawn = rows(app)
    assert {claim.key for claim in CLAIMS} - set(drawn) == UNMEASURED
    assert len(rows(opened(set="six", **PAPERS))) == len(PUBLISHED)  # of no set
    (left_out,) = [text for text in texts(app) if text.startswith("Left out of the table")]
    for claim in CLAIMS:
        assert (claim.title in left_out) == (claim.key in UNMEASURED)
    for key in ("size", "layers", "architecture", "example"):
        assert "bundled" not in drawn[key] and "0.87" not in drawn[key]
    assert "<caption>Of 4 rows, " in "".join(html(app))
    said = texts(app)
    for tab, sentence in (
        (CARDS, "LSTM has no model card"),
        (TRAINED, "No model has a record of its training"),
        (PARTS, "No accuracy is on record"),
    ):
        said += (here := texts(opened(set="six", **tab)))
        assert any(sentence in text for text in here)
    assert "SST-2" not in " ".join(said)


def test_records_of_some_models_are_shown_and_the_others_named(sets):
    accuracies = dict(opened(set="many", **PARTS).table[0].value["accuracy"])
    assert accuracies["BERT"].startswith("89.2%") and accuracies["LSTM"] == "–"
    app = opened(set="many", **TRAINED)
    assert list(app.table[0].value.index) == ["BERT"]
    assert app.table[0].value["data"]["BERT"].startswith("headlines: 57,606 rows")
    assert any("Without a record of its training: LSTM, BiLSTM and" in text for text in texts(app))
    cards = opened(set="many", **CARDS)
    assert [box.label for box in cards.expander] == ["Model card of BERT"]
    app = opened(set="many")
    assert not app.exception and not app.error
    assert "gives one of 150 answers" in rows(app)["example"]
    assert outcome(rows(app)["training"]) == "not tested here"


def test_a_set_without_the_four_says_so_in_place_of_the_table(sets):
    app = opened(set="odd")
    assert not app.exception and not app.error
    assert not rows(app)
    assert any("This set does not have all of them" in text for text in texts(app))
    parts = opened(set="odd", **PARTS)
    assert len([body for body in html(parts) if 'class="q-anatomy"' in body]) == 3


def test_a_model_beside_a_set_has_a_row_of_facts(sets):
    app = opened(set="six", models="lstm,local/my-albert~six", **PARTS)
    facts = app.table[0].value
    assert list(facts.index)[-1].replace("\\", "") == "my-albert" and len(facts) == 5
    assert facts.iloc[-1]["layers"] == "3" and facts.iloc[-1]["accuracy"] == "–"


@pytest.mark.slow
def test_measuring_another_set_fills_its_rows(sets, monkeypatch):
    plan = measuring.Plan(3, 0.1, False, lengths=(8, 16), batches=(1,))
    monkeypatch.setitem(measuring.PLANS, "quick", plan)
    app = press(opened(set="six", models="lstm"), words.MEASURE_HERE)
    assert not app.exception and not app.error
    drawn = rows(app)
    for key in ("directionality", "context", "processing", "speed"):
        assert "Measured here: " in drawn[key] and "Shipped reference" not in drawn[key]
    assert "memory" not in drawn
    measured = app.session_state["own sweeps"]["six"].sweep
    assert {latency.model for latency in measured.latencies} == {
        f"six/{name}" for name in ("lstm", "bilstm", "bert", "distilbert")
    }
    app.selectbox(key="set of models on The four models").set_value("sentiment").run()
    assert "Shipped reference: " in rows(app)["speed"]
    assert "Shipped reference: " in rows(app)["directionality"]
