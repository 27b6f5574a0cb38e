"""Compare: what LSTM, BiLSTM, BERT and DistilBERT make of one sentence. The app's entry point."""

import streamlit as st

from ui.compare.answers import answer
from ui.compare.explained import explained
from ui.compare.formation import formation
from ui.compare.gauges import gauges
from ui.compare.places import reserve
from ui.compare.share import share
from ui.compare.toolbar import actions, toolbar
from ui.frame import state
from ui.frame.captions import PRIVACY, caption
from ui.frame.page import page
from ui.frame.text import reading, text_box, word_chips
from ui.show.wording import made_of, plain

with page("Compare", heading=False):
    for notice in state.address_notices():
        st.warning(plain(notice), icon=":material/link_off:")
    encoded, row, below = text_box(answered=True)
    text = reading(encoded)
    with row:
        toolbar()
    with below:
        numbers_only = actions(text)
    chips = st.container(key="words", gap=None)
    chips.html("<span></span>")  # a container that holds nothing is not drawn, nor its place kept
    answers, columns = answer(text, numbers_only=numbers_only)
    with chips:  # drawn after the answers, which the browser would otherwise show later
        word_chips(encoded)
    if answers and numbers_only:
        with below:
            share(answers, [])
    elif answers:
        places = reserve(columns)
        courses = formation(answers)
        with below:
            share(answers, courses)
        with places.measuring.container():  # last: it takes a second, and nothing waits for it
            gauges(answers.text, list(answers.now), places.dials, places.facts)
        explained(answers.text, places.strips, places.legend, places.below)
    caption(
        plain(made_of(state.current_set()))
        + (
            " Times on the cards are of this very call on this server: one thread, one model after "
            f"the other. {PRIVACY}"
        )
    )
