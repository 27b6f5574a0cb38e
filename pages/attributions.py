"""Attributions: which words made each model's answer, and how far to trust the picture."""

import streamlit as st

from ui.attributions import compute, trust
from ui.attributions.flips import flips
from ui.attributions.picture import picture
from ui.frame import state
from ui.frame.page import page
from ui.frame.text import nothing_to_read, reading, text_box
from ui.serve import cached

with page("Attributions"):
    encoded, *_ = text_box()
    text = reading(encoded)
    reference = cached.encoded(text, state.view().set)
    if not reference.words:
        nothing_to_read()
        st.stop()
    arguments = compute.controls()
    method = cached.methods()[arguments["method"]]
    explanations = compute.explain(text, arguments)
    state.write_address()
    if explanations:
        picture(explanations, method.signed, reference)
        spreads = compute.spreads(text, arguments, explanations) if method.random else {}
        trust.panel(explanations, spreads)
        trust.models_agree(explanations, method.signed, reference)
        trust.methods_agree(text, arguments)
        flips(text, explanations)
