"""Live gauges below the cards: latency on this very sentence, and sizes, all on one scale."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.host import host, resident_bytes
from model_zoo.measure.latency import LEAST_RUNS, Latency
from model_zoo.measure.latency import latency as measure_latency
from model_zoo.models.engines import ENGINES
from model_zoo.models.files import ModelCard
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from ui.compare import figures
from ui.serve import cached, footprints
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.serve.turns import work
from ui.show.meter import meter
from ui.show.theme import PLAIN
from ui.show.wording import MEMORY_AWAITED, counted, listing, plain, ratio

BATCHES = (1, 8, 32)
RUNS = 20
SECONDS = 3.0  # after which a measurement of a long text or a large batch ends early
YARDSTICK = "bert"  # or the first model, where none of this name is asked

_AGAIN = "measure again"

# What the session keeps: (text, names of models, batch, their weights) -> latencies by name, when
Key = tuple[str, tuple[str, ...], int, tuple[str, ...]]
Measured = Mapping[Key, tuple[Mapping[str, Latency], datetime]]


@st.fragment
def gauges(
    text: str,
    names: Sequence[str],
    slots: Mapping[str, DeltaGenerator],
    facts: Mapping[str, DeltaGenerator],
) -> None:
    """Measure the models `names` on `text`; draw each one's gauges into its slot, and its `facts`.

    A measurement is kept until the text, the models or the batch changes, or another is asked for.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="measuring"):
        batch = st.segmented_control(
            "Copies of the sentence in one call",
            BATCHES,
            default=1,
            required=True,
            key="batch",
            help="Texts in one call, a batch, are computed together: the Transformers gain by it, "
            "word-by-word models even more.",
        )
        # A button's own value is lost where this run gives way to another: when memory is measured.
        st.button("Measure again", icon=":material/speed:", on_click=_ask_again)
        st.html(meter(resident_bytes(), host()), width="content")
    method = st.container(key="measured").empty()
    kept = st.session_state.setdefault("latency", {})
    beside = st.session_state.setdefault("others at work while it was measured", {})
    wanted: Key = (text, tuple(names), batch, tuple(map(cached.weights, names)))
    if wanted not in kept or st.session_state.get(_AGAIN):
        for key in [key for key in kept if key[:2] != wanted[:2]]:
            del kept[key], beside[key]
        try:
            latencies, beside[wanted] = measure(text, names, batch or 1, method)
        except ZooError as error:
            st.session_state.pop(_AGAIN, None)
            for slot in (*slots.values(), *facts.values()):
                slot.empty()  # it was kept for figures
            method.error(plain(str(error)), icon=":material/error:")
            return
        kept[wanted] = (latencies, datetime.now().astimezone())
        st.session_state.pop(_AGAIN, None)
    latencies, when = kept[wanted]
    _draw(names, latencies, footprints.added(names), slots, facts)
    method.caption(_method(latencies, beside[wanted], when))
    if len(footprints.added(names)) < len(names):
        st.fragment(_await_memory, run_every=1.0)(names)


def _ask_again() -> None:
    st.session_state[_AGAIN] = True


def measure(
    text: str, names: Sequence[str], batch: int, place: DeltaGenerator
) -> tuple[dict[str, Latency], int]:
    """Latency of each model, with progress in `place`, and how many others were at work meanwhile.

    It takes one place, not all: others' work has cores of its own, and they need not wait. But no
    other measurement is made at the same time.
    """
    with my_turn(place, lone=True):
        models = [pool.model(name) for name in names]
        latencies: dict[str, Latency] = {}
        beside = 0
        place.progress(0.0, "Measuring: warming up…")
        for latencies in measure_latency(models, text, batch=batch, runs=RUNS, seconds=SECONDS):
            done = len(next(iter(latencies.values())).samples_ms) if latencies else 0
            place.progress(done / RUNS, f"Measuring: {done} of up to {RUNS} runs")
            beside = max(beside, work.running() - 1)
        return latencies, beside


def _draw(
    names: Sequence[str],
    latencies: Mapping[str, Latency],
    memory: Mapping[str, int | str],
    slots: Mapping[str, DeltaGenerator],
    facts: Mapping[str, DeltaGenerator],
) -> None:
    """Each model's gauges and facts; `memory` is in bytes, or says why it was not measured."""
    cards = {name: cached.card(name) for name in names}
    added_bytes = {name: size for name, size in memory.items() if isinstance(size, int)}
    for name in names:
        slots[name].plotly_chart(
            figures.gauges(
                latencies[name],
                cards[name],
                added_bytes.get(name),
                slowest_ms=1.05 * max(latency.p95_ms for latency in latencies.values()),
                most_parameters=max(card.parameters for card in cards.values()),
                largest_bytes=max(card.size_bytes for card in cards.values()),
                most_bytes=max(added_bytes.values(), default=None),
            ),
            key=f"gauges-{name}",
            config=PLAIN,
            alt=f"Gauges of {title(name)}: {_facts(name, latencies, cards, added_bytes)}",
        )
        lines = escape(_facts(name, latencies, cards, added_bytes)).replace("; ", "<br>")
        reason = memory.get(name)
        if isinstance(reason, str):
            lines += f"<br>memory not measured: {escape(reason)}"
        elif reason is None:
            lines += f"<br>{MEMORY_AWAITED}"
        facts[name].html(f'<div class="q-facts"><h3>{escape(title(name))}</h3>{lines}</div>')


def _facts(
    name: str,
    latencies: Mapping[str, Latency],
    cards: Mapping[str, ModelCard],
    added_bytes: Mapping[str, int],
) -> str:
    """One model's gauges in words, with ratios to BERT; parts end in semicolons."""
    latency, card = latencies[name], cards[name]
    tail = "p95" if len(latency.samples_ms) >= 20 else f"slowest of {len(latency.samples_ms)}"
    facts = [f"median {latency.median_ms:.1f} ms, {tail} {latency.p95_ms:.1f} ms"]
    if latency.batch > 1:
        facts.append(f"{latency.median_ms / latency.batch:.2f} ms a sentence")
    yardstick = _yardstick(list(latencies))
    if name == yardstick:
        alone = len(latencies) == 1
        return "; ".join(facts if alone else [*facts, "the yardstick for the others"])
    compared = []
    speed = (latency.median_ms, latencies[yardstick].median_ms)
    compared.append(ratio(*speed, "faster than", "as fast as", "slower than"))
    disk = (card.size_bytes, cards[yardstick].size_bytes)
    compared.append(
        ratio(*disk, "smaller on disk than", "as large on disk as", "larger on disk than")
    )
    if name in added_bytes and yardstick in added_bytes:
        memory = (added_bytes[name], added_bytes[yardstick])
        compared.append(ratio(*memory, "less memory than", "as much memory as", "more memory than"))
    return "; ".join(facts + [f"{how} {title(yardstick)}" for how in compared])


def _yardstick(names: Sequence[str]) -> str:
    """The model that the others are compared with: the set's BERT, or else the first."""
    inside = [name for name in names if not ModelId(name).is_own]
    return next((name for name in inside if ModelId(name).name == YARDSTICK), names[0])


def _method(latencies: Mapping[str, Latency], beside: int, when: datetime) -> str:
    """How the figures were come by."""
    machine, latency = host(), next(iter(latencies.values()))
    runs = len(latency.samples_ms)
    copies = f"{latency.batch} copies of " * (latency.batch > 1)
    ended = f" (of {RUNS} meant: {SECONDS:.0f} s were over)" if LEAST_RUNS <= runs < RUNS else ""
    company = (
        f" Meanwhile {beside} other visitor{'s' * (beside != 1)} had work done on other cores, "
        "which may have slowed these calls."
    ) * bool(beside)
    return (
        "Latency: median and 95th percentile (p95, the line on the dial: 95 of 100 calls take no "
        f"longer) of {runs} calls{ended} after {latency.warm_up} to warm up, models taking turns; "
        f"{copies}{latency.tokens} tokens with [CLS] and [SEP], "
        f"{counted(latency.threads, 'thread')}, "
        f"{machine.processor}, {counted(machine.cores, 'core')}, "
        f"computed by {_computed_by(latencies)}; at {when:%H:%M:%S}, server’s time.{company} Disk: "
        "the weights file, or the export for another engine. Memory: what loading and one call "
        "add to a fresh process, measured once on this host; of the word vectors, only those "
        "looked up. All gauges share their scales."
    )


def _computed_by(names: Iterable[str]) -> str:
    """The engines that answered, in words."""
    entries = filter(None, map(pool.loaded, names))
    used = dict.fromkeys(entry.model.network.engine for entry in entries)
    return listing([ENGINES[name].description for name in used])


def _await_memory(names: Sequence[str]) -> None:
    """Run the page again once the memory of each of the models has been measured.

    Draws nothing: a model's facts say that it is waited for, and a line that goes would be a jump.
    """
    if set(names) <= set(footprints.added(names)):
        st.rerun()
