"""Attributions: which words made each model's answer, and how far to trust the picture."""

import streamlit as st

from ui import attributions, cached, state
from ui.page import page
from ui.text import nothing_to_read, reading, text_box

with page("Attributions"):
    encoded, _ = text_box()
    text = reading(encoded)
    if not cached.encoded(text).words:
        nothing_to_read()
        st.stop()
    how = attributions.controls()
    about = cached.methods()[how["method"]]
    found = attributions.compute(text, how)
    state.write_address()
    if found:
        attributions.picture(found, about.signed)
        spreads = attributions.spreads(text, how, found) if about.random else {}
        attributions.trust_panel(found, spreads)
        attributions.agreement_table(found, about.signed)
        attributions.methods_table(text, how)
        attributions.flips(text, found)
