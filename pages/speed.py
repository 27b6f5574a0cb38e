"""Speed and size: what the four cost over lengths and batches, and what that buys."""

import streamlit as st

from ui.frame import measuring
from ui.frame.page import page
from ui.speed import sections

with page("Speed and size"):
    place = measuring.panel()
    found, shipped = measuring.sweep()
    st.markdown(measuring.provenance(found, shipped))
    tokens = sections.sentence_tokens()
    sections.lengths(found, tokens)
    sections.batches(found)
    sections.steps(tokens)
    sections.trade_offs(found)
    sections.memory()
    sections.method(found, shipped)
    measuring.measure_if_asked(place)
