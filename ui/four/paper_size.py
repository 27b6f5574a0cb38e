"""The models at their papers' own size: what is claimed of that, checked on untrained twins."""

import streamlit as st

from model_zoo.comparison.table import PUBLISHED
from model_zoo.measure import twins
from model_zoo.measure.twins import Twins
from model_zoo.models.sets import model_set
from ui.four import words
from ui.four.evidence import all_timed, evidence, own_twins, shipped_twins, timed
from ui.four.measure import measure_twins_if_requested, request_twins
from ui.four.provenance import method_of, provenance, taken
from ui.four.table import draw_table
from ui.frame.captions import caption
from ui.show.wording import megabytes


def paper_size_section() -> None:
    """The papers' own figures, the twins they are checked on, and the button that times these."""
    st.markdown(
        "BERT-base (110M) and DistilBERT (66M), built from their published configs with random "
        "weights. **Architecture only, no predictions**: such a twin weighs and takes as long as "
        "the real one, and knows nothing."
    )
    current, own = evidence(model_set())  # the papers’ figures are of no set, or the bundled one
    verdicts = [(claim, claim.check(current)) for claim in PUBLISHED]
    draw_table(
        words.tally([verdict for _, verdict in verdicts]),
        [(claim, verdict, provenance(claim, current, own)) for claim, verdict in verdicts],
    )
    needed = max(twin.weights_bytes for twin in timed(shipped_twins())) + twins.ROOM_BYTES
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(words.MEASURE_TWINS, icon=":material/speed:", on_click=request_twins)
        st.caption(
            f"Takes a minute or so and, for that time, up to {megabytes(needed)} of the "
            "server’s memory, one twin at a time."
        )
    place = st.empty()
    measured = own_twins()
    if measured and not all_timed(measured):
        place.warning(
            "The twins’ measurement ended before both were timed, so the shipped figures are "
            "shown. Measure again to replace them.",
            icon=":material/timer_off:",
        )
    if current.twins:
        _twin_times(current.twins)
    measure_twins_if_requested(place)


def _twin_times(measured: Twins) -> None:
    """What the twins weigh and take, as a table."""
    lengths = sorted({latency.tokens for twin in measured.twins for latency in twin.latencies})
    times = [
        {latency.tokens: latency.median_ms for latency in twin.latencies} for twin in measured.twins
    ]
    st.dataframe(
        {
            "architecture": [twins.ARCHITECTURES[twin.name].title for twin in measured.twins],
            "parameters": [f"{twin.parameters / 1e6:.1f} M" for twin in measured.twins],
            "weights, float32": [megabytes(twin.weights_bytes) for twin in measured.twins],
            "memory added": [
                "not built" if twin.added_bytes is None else megabytes(twin.added_bytes)
                for twin in measured.twins
            ],
        }
        | {
            f"{length} tokens": [f"{ms[length]:.0f} ms" if length in ms else "–" for ms in times]
            for length in lengths
        },
        hide_index=True,
    )
    caption(
        f"Medians of single forward passes, {taken(measured)}{method_of(measured)}. BERT-large is "
        "only counted. **When not to trust it:** random weights take as long as trained ones, but "
        "a real model also cuts text into tokens; and as one twin is in memory at a time, a busy "
        "machine may slow one more than the other."
    )
