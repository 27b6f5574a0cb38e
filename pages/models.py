"""The four models: what is said of them and whether it holds here, and what they are made of."""

import streamlit as st

from ui.four.files import anatomy_section, cards_section, facts_section, training_section
from ui.four.paper_size import paper_size_section
from ui.four.places import TAB, TABS
from ui.four.table import table_section
from ui.frame import asked, state
from ui.frame.page import page

with page("The four models"):
    of = state.current_set()
    table, papers, parts, training, cards = st.tabs(
        TABS,
        key=TAB,
        on_change=asked.forget,  # what was asked for on a tab is not done on another
        bind="query-params",
    )
    with table:  # only what is open is computed
        if table.open:
            table_section(of)
    with papers:
        if papers.open:
            paper_size_section()
    with parts:
        if parts.open:
            facts_section(of, state.own_models())
            anatomy_section(of)
    with training:
        if training.open:
            training_section(of)
    with cards:
        if cards.open:
            cards_section(of)
