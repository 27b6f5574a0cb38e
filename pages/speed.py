"""Speed and size: what the four cost over lengths and batches, and what that buys."""

import streamlit as st

from ui import costs, speed
from ui.page import page

with page("Speed and size"):
    place = speed.panel()
    found, shipped = speed.sweep()
    st.markdown(speed.provenance(found, shipped))
    tokens = costs.sentence_tokens()
    costs.lengths(found, tokens)
    costs.batches(found)
    costs.steps(tokens)
    costs.trade_offs(found)
    costs.memory()
    costs.method(found, shipped)
    speed.measure_if_asked(place)
