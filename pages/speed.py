"""Speed and size: what the models cost over lengths and batches, and what that buys."""

import streamlit as st

from ui.frame import measuring, state
from ui.frame.engine_pills import engine_pills
from ui.frame.instead import ready
from ui.frame.page import page
from ui.serve import cached
from ui.speed.adviser import adviser_section
from ui.speed.batches import batches_section
from ui.speed.lengths import lengths_section
from ui.speed.memory import memory_section
from ui.speed.method import method_section
from ui.speed.steps import steps_section
from ui.speed.surveys import measure_options_if_requested
from ui.speed.trade_offs import trade_offs_section

with page("Speed and size"):
    of, chosen = state.current_set(), state.view().models
    engine_pills("timed-on")
    able = ready(chosen)
    place = measuring.panel(of)
    sweep, is_reference = measuring.sweep(of)
    if sweep:
        st.markdown(measuring.provenance(sweep, is_reference))
    if missing := measuring.not_measured(sweep, able):
        st.info(missing, icon=":material/info:")
    tokens = len(cached.encoded(state.view().text, of.name).ids)  # of the other pages' sentence
    lengths_section(sweep, tokens)
    batches_section(sweep)
    steps_section(list(dict.fromkeys([*of.models, *chosen])), tokens)
    trade_offs_section(of, sweep, able)
    memory_section(of)
    advised = adviser_section(of)
    method_section(sweep, is_reference)
    measuring.measure_if_requested(of, able, place)
    measure_options_if_requested(of, [*chosen, *of.models], advised)
