"""The four models: what is said of them and whether it holds here, and what they are made of."""

import streamlit as st

from ui.four import diagrams, row
from ui.four.files import anatomy_section, cards_section, facts_section, training_section
from ui.four.measure import measure_if_requested
from ui.four.paper_size import paper_size_section
from ui.four.table import table_section
from ui.frame.page import page

with page("The four models"):
    st.html(row.STYLE + diagrams.STYLE)
    facts_section()
    progress = table_section()
    twins_progress = paper_size_section()
    anatomy_section()
    training_section()
    cards_section()
    measure_if_requested(progress, twins_progress)
