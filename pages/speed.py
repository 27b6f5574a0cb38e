"""Speed and size: what the four cost over lengths and batches, and what that buys."""

import streamlit as st

from ui.frame import measuring, state
from ui.frame.page import page
from ui.serve import cached
from ui.speed.batches import batches_section
from ui.speed.lengths import lengths_section
from ui.speed.memory import memory_section
from ui.speed.method import method_section
from ui.speed.steps import steps_section
from ui.speed.trade_offs import trade_offs_section

with page("Speed and size"):
    place = measuring.panel()
    sweep, shipped = measuring.sweep()
    st.markdown(measuring.provenance(sweep, shipped))
    tokens = len(cached.encoded(state.view().text).ids)  # of the sentence on the other pages
    lengths_section(sweep, tokens)
    batches_section(sweep)
    steps_section(tokens)
    trade_offs_section(sweep)
    memory_section()
    method_section(sweep, shipped)
    measuring.measure_if_requested(place)
