"""The comparison table with its verdicts, and where each row can be seen."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.claims.table import CLAIMS
from model_zoo.claims.verdict import Claim, Verdict
from ui.four import words
from ui.four.evidence import evidence
from ui.four.provenance import provenance
from ui.four.row import row_html
from ui.frame import measuring
from ui.show.wording import plain

SEE = {  # key of a claim -> where it can be seen: a page, and what to look at there
    "directionality": ("pages/inside.py", "See it: Inside, What can each position see?"),
    "architecture": ("pages/inside.py", "See it: Inside, Recurrence and Attention"),
    "context": ("pages/inside.py", "See it: Inside, What can each position see?"),
    "processing": ("pages/speed.py", "See it: Speed and size, Steps that wait for one another"),
    "size": ("app.py", "See it: Compare, the gauges below the answers"),
    "training": ("#how-they-were-trained", "See it: How they were trained, below"),
    "memory": ("pages/speed.py", "Measure it: Speed and size"),
    "speed": ("pages/speed.py", "Measure it: Speed and size"),
    "quality": ("pages/evaluate.py", "Test it on data of your own: Your data"),
    "layers": ("pages/inside.py", "See it: Inside, Representation path, layer by layer"),
    "example": ("app.py", "See it: Compare, How the answer forms"),
    "paper-size": ("app.py", "The bundled ones: Compare, the gauges"),
    "paper-speed": ("pages/speed.py", "The bundled ones: Speed and size"),
    "paper-quality": ("app.py", "The bundled ones: Compare"),
}


def table_section() -> DeltaGenerator:
    """The rows of the comparison table, and the button that measures them on this machine.

    Returns the place for the measurement's progress.
    """
    st.header("The comparison table, row by row")
    current, own = evidence()
    verdicts = {claim.key: claim.check(current) for claim in CLAIMS}
    st.markdown(f"**{plain(words.tally(list(verdicts.values())))}**")
    st.caption(
        "The bundled models are smaller than the papers’. Verdicts are computed from the figures "
        "beside them each time this page is drawn. Measuring here replaces the shipped figures of "
        "what the models see, of speed, and, if thorough, of memory."
    )
    place = measuring.panel()
    for claim in CLAIMS:
        draw_row(claim, verdicts[claim.key], provenance(claim, current, own))
    return place


def draw_row(claim: Claim, verdict: Verdict[Any, Any], taken: str) -> None:
    """A row, and the link to where it can be seen; `taken` as in `row_html`."""
    st.html(row_html(claim, verdict, taken))
    page, label = SEE[claim.key]
    if page.startswith("#"):
        st.markdown(f":material/arrow_downward: [{label}]({page})")
    else:
        st.page_link(page, label=label, icon=":material/arrow_forward:")
