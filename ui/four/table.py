"""The comparison table with its verdicts, at a glance; and measuring it on this machine."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from model_zoo.comparison.evidence import FOUR, the_four
from model_zoo.comparison.table import CLAIMS
from model_zoo.comparison.verdict import Claim, Verdict
from model_zoo.models.sets import BUNDLED, ModelSet
from ui.four import words
from ui.four.evidence import evidence
from ui.four.measure import measure_sights_if_requested
from ui.four.places import follow_links, place_of
from ui.four.provenance import provenance
from ui.four.row import STYLE, Row, legend, table_html
from ui.frame import measuring
from ui.show.wording import listing, plain

_OPEN = "Open a row for what was measured, and how."
_BUNDLED = (
    "The bundled models are smaller than the papers’. Verdicts are computed from the figures "
    "beside them each time this page is drawn. Measuring here replaces the shipped figures of "
    "what the models see, of speed, and, if thorough, of memory."
)
_OTHERS = (
    "Verdicts are computed from the figures beside them each time this page is drawn. Measuring "
    "here adds what the models see, speed, and, if thorough, memory."
)


def table_section(of: ModelSet) -> None:
    """The comparison table, and below it the button that measures its rows on this machine.

    Of a set other than the bundled one, rows that nothing is known of are named, not drawn.
    """
    four = the_four(of)
    if four is None:
        st.info(
            "The table compares an LSTM, a BiLSTM, a BERT and a DistilBERT. This set does not have "
            f"all of them, as models named {listing(FOUR)}, so there is nothing to compare here. "
            "Choose another set in the menu on top.",
            icon=":material/info:",
        )
        return
    current, own = evidence(of)
    rows = [(claim, claim.check(current)) for claim in CLAIMS]
    missing = [
        (claim, what)
        for claim, verdict in rows
        if of.name != BUNDLED and (what := words.lacking(verdict))
    ]
    drawn = [row for row in rows if row[0] not in [claim for claim, _ in missing]]
    draw_table(
        words.tally([verdict for _, verdict in drawn]),
        [(claim, verdict, provenance(claim, current, own)) for claim, verdict in drawn],
        bundled=of.name == BUNDLED,
    )
    if missing:
        st.info(plain(words.left_out(missing)), icon=":material/info:")
    st.caption(f"{plain(words.whose(of))} {_BUNDLED if of.name == BUNDLED else _OTHERS}")
    place = measuring.panel(of)
    measure_sights_if_requested(of, list(four.values()), place)


def draw_table(
    caption: str, rows: Sequence[tuple[Claim, Verdict[Any, Any], str]], *, bundled: bool = True
) -> None:
    """Claims with their verdicts and where their figures are from; links are followed in place."""
    table = [
        Row(claim, verdict, taken, place_of(claim.key).label, place_of(claim.key).address)
        for claim, verdict, taken in rows
    ]
    st.html(STYLE + table_html(f"{caption} {_OPEN}", table, bundled=bundled) + legend())
    follow_links()
