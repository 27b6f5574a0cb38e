"""The four models: what is said of them and whether it holds here, and what they are made of."""

import streamlit as st

from ui import claims, diagrams, models
from ui.page import page

with page("The four models"):
    st.html(claims.STYLE + diagrams.STYLE)
    models.facts()
    progress = claims.table()
    twins_progress = claims.paper_size()
    models.anatomies()
    models.training()
    models.model_cards()
    claims.measure_if_asked(progress, twins_progress)
