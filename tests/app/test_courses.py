"""On Compare: how answers form, and what explains them, for any labels."""

import pytest

from model_zoo.explain.attribute import attribute
from model_zoo.internals.stepwise import stepwise
from tests import foreign
from tests.app import zoo
from ui.serve.pool import pool
from ui.show.wording import plain

pytestmark = pytest.mark.slow  # runs of whole pages


def opened(zoo_folder, monkeypatch, of, *own):
    zoo.enter(monkeypatch, zoo_folder)
    models = ["lstm", "bert", *(zoo.own(kind, of) for kind in own)]
    if of == "sentiment":
        models[2:] = [f"local/{kind}" for kind in own]
    return zoo.opened("app.py", set=of, models=",".join(models))


def menu(app):
    return next((box for box in app.selectbox if box.label == "Probability of"), None)


def alts(app):
    return [e.proto.alt for e in app.get("plotly_chart") if "Line chart" in e.proto.alt]


def test_two_labels_need_no_menu(zoo_folder, monkeypatch):
    app = opened(zoo_folder, monkeypatch, "sentiment")
    assert not app.exception and menu(app) is None
    assert all("the probability of positive after each" in alt for alt in alts(app))


@pytest.mark.parametrize("of, labels", [("six", foreign.SIX), ("many", foreign.MANY)])
def test_of_many_labels_one_is_chosen(zoo_folder, monkeypatch, of, labels):
    app = opened(zoo_folder, monkeypatch, of)
    assert not app.exception and menu(app).options == list(labels)
    said = [course.likeliest[-1] for name in ("lstm", "bert") for course in stepwise(
        pool.model(f"{of}/{name}"), zoo.TEXT
    )]  # fmt: skip
    assert menu(app).value == max(said, key=said.count)
    menu(app).set_value(labels[4]).run()
    assert not app.exception
    assert all(f"the probability of {labels[4]} after each" in alt for alt in alts(app))
    app.text_input(key="typed").set_value("Another text altogether.")
    next(button for button in app.button if button.label == "Compare").click().run()
    assert menu(app).value == labels[4]  # what was chosen stays


def test_models_with_labels_of_their_own_have_theirs_in_the_menu(zoo_folder, monkeypatch):
    app = opened(zoo_folder, monkeypatch, "sentiment", "electra")
    assert not app.exception and menu(app).value == "positive"
    assert menu(app).options == ["negative", "positive", "yes", "no", "<b>perhaps</b>"]
    assert "electra knows no “positive”" in zoo.written(app)
    menu(app).set_value("<b>perhaps</b>").run()
    assert not app.exception and "electra, layer by layer" in " ".join(alts(app))
    assert "LSTM and BERT know no" in zoo.written(app)


@pytest.mark.explained
def test_words_and_maps_of_models_of_any_kind(zoo_folder, monkeypatch):
    app = opened(zoo_folder, monkeypatch, "six", "roberta", "albert", "deberta-v2", "electra")
    assert not app.exception and not app.error
    assert sum('class="q-words"' in e.proto.body for e in app.get("html")) == 6
    maps = [e.proto.alt for e in app.get("plotly_chart") if "tokens. Rows" in e.proto.alt]
    assert len(maps) == 6
    own = attribute(pool.model(zoo.own("electra", "six")), zoo.TEXT).target
    said = zoo.written(app)
    assert "Which words made the answer: teal words push towards" in said
    assert plain(f"{own} for ") in said and "purple ones against it" in said
