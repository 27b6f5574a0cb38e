"""Guess the word: four language models put words into blanks, go on, and are surprised."""

import streamlit as st

from model_zoo.language_models.models import available
from model_zoo.question_answering import folders as readers
from ui.frame import state
from ui.frame.captions import PRIVACY
from ui.frame.page import page
from ui.frame.text import nothing_to_read, text_box
from ui.show.wording import plain
from ui.words.game import game
from ui.words.measured import is_measured, measured
from ui.words.missing import missing
from ui.words.next_word import next_word
from ui.words.question import leave_address, question
from ui.words.surprising import surprising

OF_A_SENTENCE = {"Missing word": missing, "Next word": next_word, "Surprise": surprising}

with page("Guess the word"):
    for notice in state.address_notices():
        st.warning(plain(notice), icon=":material/link_off:")
    if not available():
        st.info(
            "No language models are installed. `docs/training.md` says how to train them; "
            "`QUARTET_LANGUAGE` names the folder they are in.",
            icon=":material/info:",
        )
        st.stop()
    others = {"Question": question} if readers.available() else {}
    others["Game"] = game
    if is_measured():
        others["How well"] = measured
    part = st.segmented_control(
        "What to look at",
        [*OF_A_SENTENCE, *others],
        default="Missing word",
        required=True,
        key="part",
        bind="query-params",
        label_visibility="collapsed",
    )
    if part != "Question":
        leave_address()
    if part in others:
        others[part]()
    else:
        encoded, *_ = text_box("Read it", judged=False)
        if encoded.words:
            OF_A_SENTENCE[part](encoded)
        else:
            nothing_to_read()
    state.write_address()
    st.caption(
        "These models were trained to guess words or to answer questions, not to judge texts: they "
        f"are not those of the other pages. {PRIVACY}"
    )
