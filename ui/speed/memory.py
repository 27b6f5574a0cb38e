"""What the models take of memory."""

import streamlit as st

from model_zoo.measure.footprint import SAMPLE_SECONDS
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from model_zoo.models.sets import ModelSet
from ui.frame import measuring
from ui.frame.captions import how_to_read
from ui.show.theme import PLAIN
from ui.show.wording import megabytes
from ui.speed import figures


def memory_section(of: ModelSet) -> None:
    """Weights, added memory and peaks, each from fresh processes."""
    st.header("Memory")
    measured, shipped = measuring.footprints(of)
    if measured is None or not measured.footprints:
        st.info(
            "No memory was measured yet. Choose “thorough” above, and measure on this machine.",
            icon=":material/info:",
        )
        return
    if shipped and not measuring.sweep(of)[1]:
        st.caption(
            f"Your measurement has no memory in it. {measuring.provenance(measured, shipped)}"
        )
    bars = [
        f"{title(footprint.model)}: weights {megabytes(footprint.weights_bytes)}, added "
        f"{megabytes(footprint.added_bytes)}, peak of a prediction "
        f"{megabytes(footprint.prediction_peak_bytes)}, of an attribution "
        f"{megabytes(footprint.attribution_peak_bytes)}."
        for footprint in measured.footprints
    ]
    st.plotly_chart(
        figures.memory(measured.footprints),
        key="memory",
        config=PLAIN,
        alt=f"Bars of memory in MB. {' '.join(bars)}",
    )
    tokens = measured.footprints[0].tokens
    others = any(ModelId(each.model).engine != ModelId.ENGINE for each in measured.footprints)
    files = ", or the files of the export for another engine" * others
    occlusion = ", or occlusion on an engine without gradients" * others
    sampled = any(footprint.sampled for footprint in measured.footprints)
    how_to_read(
        "Weights: the parameters in memory, in float32 (4 bytes each), but the word vectors in "
        f"float16 (2 bytes), as on disk{files}. "
        "Added: what loading and one call leave in the memory of a fresh process, over one that "
        "has used another model. Peaks: what one prediction and one attribution (integrated "
        f"gradients{occlusion}) of {tokens} tokens need on top while they run.",
        "peaks grow with length, and the allocator’s habits differ between systems. "
        + (
            "They were sampled every "
            f"{1e3 * SAMPLE_SECONDS:.0f} ms here, so shorter ones were missed."
            if sampled
            else "They are the kernel’s own high-water mark, so none was missed."
        ),
    )
