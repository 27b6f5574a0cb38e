"""Time against the length of a text, and how it grows."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from model_zoo.measure import sweep
from model_zoo.measure.growth import Growth, crossings, growth
from model_zoo.measure.sweep import Sweep
from model_zoo.models.registry import title
from ui.frame.captions import how_to_read
from ui.show.theme import PLAIN
from ui.show.wording import plain
from ui.speed import figures
from ui.speed.sentences import doubling, growth_in_words, overtaking


def lengths_section(measured: Sweep | None, tokens: int) -> None:
    """Latency against length, how it grows, and where one model overtakes another.

    `tokens` is the length of the visitor's sentence.
    """
    st.header("Time against length")
    lines = sweep.by_length(measured) if measured else {}
    if not lines:
        st.info(
            "Nothing was measured over lengths yet. Press “Measure on this machine”.",
            icon=":material/info:",
        )
        return
    crossed = crossings(
        {
            name: [(latency.tokens, latency.median_ms) for latency in line]
            for name, line in lines.items()
        }
    )
    overtakings = overtaking(crossed, "is slower than", "tokens", "length")
    st.plotly_chart(
        figures.latency(lines, crossed, mark=tokens),
        key="latency",
        config=PLAIN,
        alt=f"Time a call against text length, log axes. {doubling(lines)} {overtakings}",
    )
    how_to_read(
        "Lower is faster. Lines are medians; the bands reach up to the 95th percentile (95 of 100 "
        "calls take no longer). One text a call. Both axes are logarithmic: equal distances are "
        f"equal factors, so a straight line is a power of the length. {plain(overtakings)} "
        f"{plain(doubling(lines))} The dotted line is your sentence of {tokens} tokens.",
        "wide bands mean a busy machine; then only large differences count. These models are "
        "smaller than the papers’, which moves every line.",
    )
    fits = [fit for line in lines.values() if (fit := growth(line))]
    if fits:
        _growth(fits)
    else:
        st.caption("Four lengths are needed to fit how time grows with length.")


def _growth(fits: Sequence[Growth]) -> None:
    """The curves fitted to the models' times, as a table."""
    st.subheader("How time grows")
    st.table(
        pd.DataFrame(
            {
                "model": [plain(title(fit.model)) for fit in fits],
                "fixed cost of a call": [f"{fit.fixed_ms:.1f} ms" for fit in fits],
                "exponent (95 %)": [
                    f"{fit.exponent:.2f} ({fit.ci95[0]:.2f} to {fit.ci95[1]:.2f})" for fit in fits
                ],
                "that is": [growth_in_words(fit) for fit in fits],
            }
        ).set_index("model")
    )
    lengths = fits[0].lengths
    how_to_read(
        "Fitted to the medians: time = fixed cost + factor × tokens to the power of the exponent. "
        "1 is linear, as reading word by word ought to be; self-attention compares every token "
        "with every other, which alone would be 2, but most of a layer’s work is linear.",
        f"the intervals tell how well {len(lengths)} lengths from {lengths[0]} to {lengths[-1]} "
        "tokens determine the exponent, not what another machine would give. Caches that overflow "
        "and calls that a busy machine held up bend the curve too.",
    )
