"""Your data: a file of texts through all four models, and checks of what they can and cannot do."""

import streamlit as st

from ui import checks
from ui.agreement import agreement_section
from ui.dataset import choose
from ui.page import page
from ui.quality import quality_section
from ui.rows import rows_section
from ui.scoring import score_rows

PARTS = ("Your texts", "Behaviour checks")

with page("Your data"):
    part = st.segmented_control(
        "What to look at", PARTS, default=PARTS[0], required=True, key="part",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    if part == PARTS[1]:
        checks.section()
    elif (data := choose()) and (scored := score_rows(data)):
        labels = data.labels
        texts = data.texts[: len(scored)]
        if labels is None:
            agreement_section(texts, scored)
        else:
            quality_section(texts, labels[: len(scored)], scored)
        rows_section(data, labels, scored)
