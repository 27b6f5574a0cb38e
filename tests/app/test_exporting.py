"""Pages while a model is exported for another engine: nobody waits, and it comes by itself."""

import re
from functools import partial
from threading import Event

import pytest

from model_zoo.backends import exports
from model_zoo.errors import EngineError
from tests.app import zoo
from ui.data import scoring
from ui.serve import exporting as module
from ui.serve.exporting import Exporting, exporting
from ui.serve.pool import pool

pytestmark = [pytest.mark.slow, pytest.mark.explained]
MODELS = "lstm,lstm@onnx"
AWAITED = re.compile(r"Being exported for ONNX: (about \d+ s|longer than [a-z ]+), the others")


class Held:
    """What exports, held until `going` is set; `error` is then raised, if there is one."""

    def __init__(self):
        self.going, self.over, self.error, self.begun = Event(), Event(), None, 0

    def __call__(self, row, checksum):
        self.begun += 1
        try:
            assert self.going.wait(120)
            if self.error:
                raise self.error
            return exports.make(row, checksum)
        finally:
            self.over.set()

    def end(self):
        """Let it go on, and wait for its end."""
        (export,) = exporting._line
        self.going.set()
        assert export.ended.wait(120)


@pytest.fixture
def held(monkeypatch, tmp_path):
    """No export there yet, and none made before the test says so."""
    monkeypatch.setattr(exporting, "require", partial(Exporting.require, exporting))
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path))
    held = Held()
    monkeypatch.setattr(module, "make", held)
    pool.unload("lstm@onnx")
    yield held
    if exporting._line:
        held.end()
    pool.unload("lstm@onnx")


def cards(app):
    bodies = [element.proto.body for element in app.get("html")]
    return {
        match[1]: body for body in bodies if (match := re.search(r'data-model="([^"]+)"', body))
    }


def said(app):
    """Whether the page says in an element of its own that a model is being exported."""
    return any(AWAITED.search(info.value.replace("\\", "")) for info in app.info)


def test_a_card_waits_and_the_others_answer_at_once(held):
    app = zoo.opened("app.py", models=MODELS)
    assert not app.exception and not app.error
    assert 'class="q-label"' in cards(app)["lstm"]
    assert AWAITED.search(cards(app)["lstm@onnx"])
    assert "How the answer forms" in [header.value for header in app.header]
    app.run()
    assert held.begun == 1 and AWAITED.search(cards(app)["lstm@onnx"])
    held.end()
    app.run()  # as the card does by itself
    assert not app.exception and not app.error
    assert all('class="q-label"' in body for body in cards(app).values())
    assert "Occlusion (each token left out in turn" in zoo.written(app)


@pytest.mark.parametrize("alone", [False, True])
def test_every_page_says_so_and_shows_the_rest(held, alone):
    unread = "A text of which nothing is kept."  # what is would be shown without the model
    app = zoo.opened("app.py", text=unread, models="lstm@onnx" if alone else MODELS)
    for page in ("attributions", "inside", "speed", "evaluate", "models"):
        app.switch_page(f"pages/{page}.py").run()
        if page == "attributions":
            app.selectbox(key="method").set_value("occlusion").run()
        if page == "inside":
            app.segmented_control(key="section").set_value("Representation path").run()
        if page == "evaluate":
            app.button(key="sample-opinions").click().run()
        assert not app.exception and not app.error and not app.warning, page
        assert said(app) == (page != "models"), page
    app.switch_page("pages/evaluate.py").run()
    app.segmented_control(key="part").set_value("Behaviour checks").run()
    assert not app.exception and not app.error
    assert held.begun == 1


def test_a_failed_export_says_why_and_can_be_tried_again(held):
    held.error = EngineError("Exporting LSTM · ONNX needs 900 MB. Use the torch engine.")
    app = zoo.opened("app.py", models=MODELS)
    held.end()
    app.run().run()
    assert held.begun == 1, "not tried again by itself"
    assert "needs 900 MB" in cards(app)["lstm@onnx"]
    assert 'class="q-label"' in cards(app)["lstm"]
    app.switch_page("pages/speed.py").run()
    (error,) = app.error
    assert "needs 900 MB" in error.value
    held.error = None
    (again,) = [button for button in app.button if button.label == "Try again"]
    held.going.clear()
    again.click().run()
    assert not app.error and held.begun == 2
    assert said(app)


def test_rows_are_scored_by_the_models_that_are_ready_and_then_by_the_others(held, monkeypatch):
    app = zoo.opened("pages/evaluate.py", models="lstm")
    app.button(key="sample-opinions").click().run()
    (engines,) = [pills for pills in app.pills if pills.label == "Engines"]
    engines.set_value(["auto", "onnx"]).run()
    assert said(app)
    (score,) = [button for button in app.button if button.label.startswith("Score")]
    score.click().run()
    assert not app.exception and not app.error
    assert list(app.table[0].value.index) == ["LSTM"]
    read, real = [], scoring.score

    def spied(models, texts, **how):
        read.extend(model.id for model in models)
        return real(models, texts, **how)

    monkeypatch.setattr(scoring, "score", spied)
    held.end()
    app.run()  # as the page does by itself
    assert not app.exception and not app.error and not said(app)
    assert list(app.table[0].value.index) == ["LSTM", "LSTM · ONNX"]
    assert read == ["lstm@onnx"], "what was scored is not scored again"
    assert "What does another engine cost?" in [header.value for header in app.header]
    assert "gives the same answer as LSTM to all 72 rows" in zoo.written(app).replace("\\", "")


def test_a_model_beside_itself_on_another_engine():
    app = zoo.opened("pages/evaluate.py", models="lstm,lstm@onnx-int8,bilstm")
    app.button(key="sample-opinions").click().run()
    (score,) = [button for button in app.button if button.label.startswith("Score")]
    score.click().run()
    assert not app.exception and not app.error
    (pair,) = [table.value for table in app.table if table.value.index.name == "model and engine"]
    assert list(pair.index) == ["LSTM · int8"] and list(pair["beside"]) == ["LSTM"]
    assert 0.95 <= float(pair["same answer"].iloc[0].split("%")[0]) / 100 <= 1
    (labels,) = [box for box in app.selectbox if box.label == "Labels are in"]
    labels.select_index(0).run()  # without
    assert not app.exception and not app.error
    words = zoo.written(app).replace("\\", "")
    assert "LSTM · int8 gives the same answer as LSTM to " in words
    assert "which of two answers is right" in words.lower()
