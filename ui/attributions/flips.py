"""The smallest edits that turn each model's answer."""

from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.explain.flip import Flip
from model_zoo.models.registry import title
from ui.attributions.compute import Explanation
from ui.frame.captions import caption
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.show.difference import edited
from ui.show.wording import percent, plain

NO_REMOVAL = "No words were found whose removal turns the answer."
NO_EXCHANGE = "No exchange of a single word was found that turns the answer."


def flips(text: str, explanations: Mapping[str, Explanation]) -> None:
    """On demand: the smallest edits of `text`, each verified by asking the model."""
    st.header("Flip it")
    caption(
        "The fewest words to take out (struck through), and a single word to exchange for another "
        "(underlined), so that the model’s answer turns. Each edit shown was checked by asking the "
        "model. Exchanges are looked for among the six nearest words by the model’s own word "
        "vectors."
    )
    if not st.toggle("Find the smallest edits", key="flip"):
        return
    place = st.empty()
    for done, (name, explanation) in enumerate(explanations.items()):
        waiting = f"Looking for edits that turn {plain(title(name))}…"
        place.progress(done / len(explanations), waiting)
        begin = partial(my_turn, place, waiting)
        before, scores = explanation.attribution.text, explanation.attribution.word_scores
        try:
            removal, exchange = cached.flips(name, text, scores, begin)
        except ZooError as error:
            st.caption(plain(f"{title(name)}: {error}"))
            continue
        st.html(
            f"<p><b>{escape(title(name))}</b></p>"
            f"<p>{_edit(removal, before, NO_REMOVAL)}</p>"
            f"<p>{_edit(exchange, before, NO_EXCHANGE)}</p>"
        )
    place.empty()


def _edit(flip: Flip | None, before: str, nothing: str) -> str:
    """The edit of the text `before` and what it makes of the answer, as HTML; or else `nothing`."""
    if flip is None:
        return nothing
    sure = "" if flip.smallest else " (there may be a smaller one)"
    label, share = escape(flip.label), percent(flip.probability)
    return f"{edited(before, flip.text)} → <b>{label}</b>, {share}{sure}"
