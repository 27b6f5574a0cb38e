"""The four models: what is said of them and whether it holds here, and what they are made of."""

import streamlit as st

from ui.four import diagrams, row
from ui.four.files import anatomy_section, cards_section, facts_section, training_section
from ui.four.measure import measure_if_requested
from ui.four.paper_size import paper_size_section
from ui.four.table import table_section
from ui.frame import state
from ui.frame.page import page

with page("The four models"):
    of = state.current_set()
    st.html(row.STYLE + diagrams.STYLE)
    facts_section(of, state.own_models())
    progress = table_section(of)
    twins_progress = paper_size_section()
    anatomy_section(of)
    training_section(of)
    cards_section(of)
    measure_if_requested(of, progress, twins_progress)
