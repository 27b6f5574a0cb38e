"""Step: four models read one sentence, and each answers with a label."""

import streamlit as st

from model_zoo.models.registry import title
from ui.frame.columns import in_rows
from ui.frame.examples import EXAMPLES
from ui.serve import cached
from ui.show.cards import hidden_card, prediction_card
from ui.show.wording import agreement, listing, plain
from ui.tour.guess import guess
from ui.tour.live import answer
from ui.tour.questions import Question, others_agree
from ui.tour.step import Scene, Step

_NUMBERS = ("no", "one", "two", "three")


def _teaches(scene: Scene) -> str:
    labels = scene.of.labels
    which = listing(labels) if len(labels) <= 4 else f"{len(labels)} of them"
    return (
        "A **classifier** reads a text, answers with one of the labels it was taught (here "
        f"{plain(which)}) and says how sure it is; each of those below is built in its own way."
    )


def _draw(scene: Scene) -> bool:
    place = st.container()
    with place:
        asked = {name: answer(name, scene.text) for name in scene.models.values()}
    given = {name: prediction for name, prediction in asked.items() if prediction}
    if not given:
        return True
    first, *others = given
    compared = others_agree(given[first].label, [given[name].label for name in others])
    question = compared and Question(
        f"{title(first)} says “{given[first].label}”. Will the other {_NUMBERS[len(others)]} say "
        "the same?",
        *compared,
        agreement(list(given.values()), {name: title(name) for name in given}),
    )
    shown = guess(scene, question or None)
    with place:
        for name, column in in_rows(given):
            card = hidden_card(name, title(name))
            if shown or name == first:
                card = prediction_card(given[name], cached.card(name), brief=True)
            column.html(card)
    return shown


STEP = Step(
    heading="Four readers, one sentence",
    teaches=_teaches,
    example=EXAMPLES["negation"].text,
    draw=_draw,
    page="app.py",
    place="Compare",
)
