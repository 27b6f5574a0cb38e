"""Start here: a guided tour of the four, for somebody who has heard of none of them."""

import streamlit as st

from ui.frame import state
from ui.frame.page import page
from ui.frame.text import nothing_to_read
from ui.show.wording import plain
from ui.tour import (
    answers,
    attention,
    both_ways,
    distilled,
    memory,
    reasons,
    steps,
    word_by_word,
)
from ui.tour.kinds import by_kind, lacking
from ui.tour.sentence import sentence, try_it
from ui.tour.step import Scene

STEPS = (
    answers.STEP,
    word_by_word.STEP,
    memory.STEP,
    both_ways.STEP,
    attention.STEP,
    reasons.STEP,
    distilled.STEP,
)

with page("Start here"):
    for notice in state.address_notices():
        st.warning(plain(notice), icon=":material/link_off:")
    count = len(STEPS)
    number = steps.current(count)
    step = STEPS[number - 1]
    steps.progress(number, count)
    st.header(step.heading)
    of = state.current_set()
    models = by_kind(of)
    missing = [kind for kind in step.needs if kind not in models]
    ready = True
    if missing:
        st.info(plain(lacking(of, missing)), icon=":material/info:")
    else:
        teaches = st.empty()
        scene = Scene(number, sentence(step), of, models)
        teaches.markdown(f"{step.teaches(scene)} {step.reads}")
        if scene.encoded.words:
            ready = step.draw(scene)
        else:
            nothing_to_read()
    with st.container(horizontal=True, vertical_alignment="center", key="tour-steps"):
        steps.buttons(number, count, ready=ready)
        if not missing:
            try_it(step, scene)
    steps.write_address(number, count)
    st.caption("The address of this page leads to this very step, with your sentence: pass it on.")
