"""How the figures were come by, and the figures to take along."""

import streamlit as st

from model_zoo.measure import sweep
from model_zoo.measure.latency import LEAST_RUNS
from model_zoo.measure.sweep import Sweep
from model_zoo.models.engines import ENGINES
from model_zoo.models.network import ModelId
from ui.frame import measuring
from ui.show.wording import counted, listing, megabytes, plain

_OTHER_WORDS = (
    " A model that cuts text into other tokens reads the same texts, and its figures stand at the "
    "number of tokens that it makes of them."
)


def method_section(measured: Sweep | None, shipped: bool) -> None:
    """The method in full, and downloads; `shipped` says whether the figures are the reference."""
    st.header("Method")
    if measured is None:
        st.info(
            "Nothing was measured yet. Press “Measure on this machine”.", icon=":material/info:"
        )
        return
    machine = measured.host
    lines = [measuring.provenance(measured, shipped)]
    if measured.latencies:
        counts = sorted({len(latency.samples_ms) for latency in measured.latencies})
        runs = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        warm = sorted({latency.warm_up for latency in measured.latencies})
        lines += [
            f"Calls: {runs} at each point after {listing([str(count) for count in warm])} to warm "
            "up. In each round every model is called once at every length and batch size, one "
            "after the other, so that a noisy moment hits all alike. A point ends early when its "
            f"calls have taken their share of time, but not before {LEAST_RUNS}. With fewer than "
            "20 calls the 95th percentile is the slowest one.",
            "A call goes from text to probabilities, tokenising included. Texts are English words "
            "of one token each, of exactly the stated length with [CLS] and [SEP]."
            + _OTHER_WORDS
            * _cut_otherwise(measured),
            "Lengths are measured with one text a call, batches with texts of "
            f"{sweep.BATCH_TOKENS} tokens: all lengths in all batch sizes would take too long.",
            f"Threads: {measured.latencies[0].threads}. Computed by {_engines(measured)}.",
        ]
    room = megabytes(machine.memory_bytes) + " of memory" + ", limited" * machine.memory_limited
    lines += [
        f"Processor: {plain(machine.processor)}, {counted(machine.cores, 'core')}, {room}. "
        f"Python {machine.python}, torch {machine.torch}, transformers {machine.transformers}.",
    ]
    if measured.footprints:
        lines.append(
            "Memory: three fresh processes a model, one thread each. On Linux the kernel’s peak "
            "(VmHWM) is started anew before the call; elsewhere the memory is sampled."
        )
    lines.append("The same from a terminal: `python -m model_zoo measure`.")
    st.markdown("\n".join(f"- {line}" for line in lines))
    with st.container(horizontal=True, key="speed-downloads"):
        name = f"quartet-speed-{measured.taken[:10]}"
        for kind, content, media in (
            ("CSV", sweep.as_csv(measured), "text/csv"),
            ("JSON", sweep.as_json(measured), "application/json"),
        ):
            st.download_button(
                f"Download as {kind}", content, f"{name}.{kind.lower()}", media, on_click="ignore"
            )


def _engines(measured: Sweep) -> str:
    """What computed the models that were timed."""
    used = {ModelId(latency.model).engine for latency in measured.latencies}
    return "; ".join(row.description for name, row in ENGINES.items() if name in used)


def _cut_otherwise(measured: Sweep) -> bool:
    """Whether a model reads the texts as other numbers of tokens than another does."""
    lengths: dict[str, set[int]] = {}
    for latency in measured.latencies:
        lengths.setdefault(latency.model, set()).add(latency.tokens)
    return len({frozenset(tokens) for tokens in lengths.values()}) > 1
