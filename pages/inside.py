"""Inside: what the models do with the sentence between its words and their answer."""

import streamlit as st

from ui.frame import state
from ui.frame.open_in import section_for
from ui.frame.page import page
from ui.frame.text import nothing_to_read, text_box
from ui.inside import attention, context, recurrence
from ui.show.wording import plain

SECTIONS = {
    "Attention": attention.section,
    "Recurrence": recurrence.section,
    "What can each position see?": context.squares,
    "Representation path": context.paths,
}

with page("Inside"):
    for notice in state.address_notices():
        st.warning(plain(notice), icon=":material/link_off:")
    encoded, *_ = text_box()
    state.write_address()
    if encoded.words:
        # the tour, or a link, may have chosen another
        st.session_state.setdefault("section", section_for(state.view().models))
        chosen = st.segmented_control(
            "What to look at", list(SECTIONS), required=True, key="section"
        )
        SECTIONS[chosen](encoded)
    else:
        nothing_to_read()
