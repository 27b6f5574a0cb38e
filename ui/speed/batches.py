"""Throughput against the number of texts a call."""

import streamlit as st

from model_zoo.measure import sweep
from model_zoo.measure.growth import crossings
from model_zoo.measure.sweep import Sweep, texts_a_second
from model_zoo.models.registry import title
from ui.frame.captions import how_to_read
from ui.show.theme import PLAIN
from ui.show.wording import listing, plain
from ui.speed import figures
from ui.speed.sentences import overtaking


def batches_section(measured: Sweep | None) -> None:
    """Texts a second against batch size, and where one model overtakes another."""
    st.header("Throughput against batch size")
    lines = sweep.by_batch(measured) if measured else {}
    if not lines:
        st.info(
            "Nothing was measured over batch sizes yet. Press “Measure on this machine”.",
            icon=":material/info:",
        )
        return
    crossed = crossings(
        {
            name: [(latency.batch, texts_a_second(latency)) for latency in line]
            for name, line in lines.items()
        }
    )
    gains = [
        f"{title(name)} {texts_a_second(line[-1]) / texts_a_second(line[0]):.1f}×"
        for name, line in lines.items()
    ]
    line = next(iter(lines.values()))
    summary = (
        f"From {line[0].batch} to {line[-1].batch} texts a call, throughput is {listing(gains)}. "
        + overtaking(crossed, "handles more than", "texts a call", "batch size")
    )
    st.plotly_chart(
        figures.throughput(lines, crossed),
        key="throughput",
        config=PLAIN,
        alt=f"Texts a second against texts a call, log axes. {summary}",
    )
    how_to_read(
        "Higher is faster. Lines are medians; the bands reach down to the 95th percentile’s time "
        f"(95 of 100 calls take no longer). All texts have {sweep.BATCH_TOKENS} tokens. "
        f"{plain(summary)} A batch lets word-by-word models do many words at each step.",
        "texts of different lengths are padded to the longest, which costs more than is seen here, "
        "and one thread gains less from a batch than many cores or a GPU would.",
    )
