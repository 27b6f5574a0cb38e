"""The four models: what is said of them and whether it holds here, and what they are made of."""

import streamlit as st

from ui.four import diagrams, files, table
from ui.frame.page import page

with page("The four models"):
    st.html(table.STYLE + diagrams.STYLE)
    files.facts()
    progress = table.table()
    twins_progress = table.paper_size()
    files.anatomies()
    files.training()
    files.model_cards()
    table.measure_if_asked(progress, twins_progress)
