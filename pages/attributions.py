"""Attributions: which words made each model's answer, and how far to trust the picture."""

import streamlit as st

from ui.attributions import parts
from ui.frame import state
from ui.frame.page import page
from ui.frame.text import nothing_to_read, reading, text_box
from ui.serve import cached

with page("Attributions"):
    encoded, _ = text_box()
    text = reading(encoded)
    if not cached.encoded(text).words:
        nothing_to_read()
        st.stop()
    how = parts.controls()
    about = cached.methods()[how["method"]]
    found = parts.compute(text, how)
    state.write_address()
    if found:
        parts.picture(found, about.signed)
        spreads = parts.spreads(text, how, found) if about.random else {}
        parts.trust_panel(found, spreads)
        parts.agreement_table(found, about.signed)
        parts.methods_table(text, how)
        parts.flips(text, found)
