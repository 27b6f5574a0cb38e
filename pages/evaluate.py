"""Your data: a file of texts through the models, and checks of what they can and cannot do."""

import streamlit as st

from ui.checks.section import checks_section
from ui.data.agreement import agreement_section
from ui.data.choice import choose
from ui.data.quality import quality_section
from ui.data.rows import rows_section
from ui.data.scoring import score_rows
from ui.frame.page import page

PARTS = ("Your texts", "Behaviour checks")

with page("Your data"):
    part = st.segmented_control(
        "What to look at", PARTS, default=PARTS[0], required=True, key="part",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    if part == PARTS[1]:
        checks_section()
    elif (data := choose()) and (scored := score_rows(data)):
        truth = data.labels
        if truth is None:
            agreement_section(data.texts[: len(scored)], scored, data.meant)
        else:
            quality_section(data, truth[: len(scored)], scored)
        rows_section(data, truth, scored)
