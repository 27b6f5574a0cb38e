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

NO_REMOVAL = "No set of words was found that turns it by removal."
NO_EXCHANGE = "No single exchange was found that turns it."


def flips(text: str, explanations: Mapping[str, Explanation]) -> None:
    """On demand: the smallest edits of `text`, each verified by asking the model."""
    st.header("Flip it")
    caption(
        "The fewest words to take out, and a single word to exchange for one that is used alike, "
        "so that the model's answer turns. Every edit shown was read by the model. An exchange is "
        "looked for among the six words nearest in the model's own embeddings."
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
