"""The comparison table with its verdicts, and where each row can be seen."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.claims.evidence import FOUR, the_four
from model_zoo.claims.table import CLAIMS
from model_zoo.claims.verdict import Claim, Verdict
from model_zoo.models.sets import BUNDLED, ModelSet
from ui.four import words
from ui.four.evidence import evidence
from ui.four.provenance import provenance
from ui.four.row import row_html
from ui.frame import measuring
from ui.show.wording import listing, plain

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


_BUNDLED = (
    "The bundled models are smaller than the papers’. Verdicts are computed from the figures "
    "beside them each time this page is drawn. Measuring here replaces the shipped figures of "
    "what the models see, of speed, and, if thorough, of memory."
)
_OTHERS = (
    "Verdicts are computed from the figures beside them each time this page is drawn. Measuring "
    "here adds what the models see, speed, and, if thorough, memory."
)


def table_section(of: ModelSet) -> DeltaGenerator:
    """The rows of the comparison table, and the button that measures them on this machine.

    Of a set other than the bundled one, rows that nothing is known of are named, not drawn.
    Returns the place for the measurement's progress.
    """
    st.header("The comparison table, row by row")
    if the_four(of) is None:
        st.info(
            "The table compares an LSTM, a BiLSTM, a BERT and a DistilBERT. This set does not have "
            f"all of them, as models named {listing(FOUR)}, so there is nothing to compare here.",
            icon=":material/info:",
        )
        return st.empty()
    current, own = evidence(of)
    rows = [(claim, claim.check(current)) for claim in CLAIMS]
    missing = [
        (claim, what)
        for claim, verdict in rows
        if of.name != BUNDLED and (what := words.lacking(verdict))
    ]
    drawn = [row for row in rows if row[0] not in [claim for claim, _ in missing]]
    st.markdown(f"**{plain(words.tally([verdict for _, verdict in drawn]))}**")
    st.caption(f"{plain(words.whose(of))} {_BUNDLED if of.name == BUNDLED else _OTHERS}")
    place = measuring.panel(of)
    if missing:
        st.info(plain(words.left_out(missing)), icon=":material/info:")
    for claim, verdict in drawn:
        draw_row(claim, verdict, provenance(claim, current, own), bundled=of.name == BUNDLED)
    return place


def draw_row(claim: Claim, verdict: Verdict[Any, Any], taken: str, *, bundled: bool = True) -> None:
    """A row, and the link to where it can be seen; `taken` and `bundled` as in `row_html`."""
    st.html(row_html(claim, verdict, taken, bundled=bundled))
    page, label = SEE[claim.key]
    if page.startswith("#"):
        st.markdown(f":material/arrow_downward: [{label}]({page})")
    else:
        st.page_link(page, label=label, icon=":material/arrow_forward:")
