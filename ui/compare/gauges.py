"""Live gauges below the cards: latency on this very sentence, and sizes, all on one scale."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.host import host, resident_bytes
from model_zoo.measure.latency import LEAST_RUNS, Latency, latency
from model_zoo.models.registry import SPECS
from ui.compare import figures
from ui.serve import cached
from ui.serve.turns import my_turn, work
from ui.show.meter import meter
from ui.show.theme import PLAIN
from ui.show.wording import listing, plain, ratio

BATCHES = (1, 8, 32)
RUNS = 20
SECONDS = 3.0  # after which a measurement of a long text or a large batch ends early
YARDSTICK = "bert"


@st.fragment
def gauges(text: str, names: Sequence[str], slots: Mapping) -> None:
    """Measure the models `names` on `text`, and draw each one's gauges into its slot.

    A measurement is kept until the text, the models or the batch changes, or another is asked for.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="measuring"):
        batch = st.segmented_control(
            "Copies of the sentence in one call",
            BATCHES,
            default=1,
            required=True,
            key="batch",
            help="A batch is computed together: the Transformers gain by it, word-by-word models "
            "even more.",
        )
        again = st.button("Measure again", icon=":material/speed:")
        st.html(meter(resident_bytes(), host()), width="content")
    method = st.empty()
    kept = st.session_state.setdefault("latency", {})
    beside = st.session_state.setdefault("others at work while it was measured", {})
    wanted = (text, tuple(names), batch, tuple(map(cached.weights, names)))
    if again or wanted not in kept:
        for key in [key for key in kept if key[:2] != wanted[:2]]:
            del kept[key], beside[key]
        try:
            timed, beside[wanted] = _measure(text, names, batch or 1, method)
        except ZooError as error:
            method.error(plain(str(error)), icon=":material/error:")
            return
        kept[wanted] = (timed, datetime.now().astimezone())
    timed, when = kept[wanted]
    _draw(names, timed, cached.memory(), slots)
    method.caption(_method(timed, beside[wanted], when))
    if len(cached.memory()) < len(SPECS):
        st.fragment(_await_memory, run_every=1.0)()


def _measure(text: str, names: Sequence[str], batch: int, place) -> tuple[dict[str, Latency], int]:
    """Latency of each model, with progress in `place`, and how many others were at work meanwhile.

    It takes one place, not all: others' work has cores of its own, and they need not wait. But no
    other measurement is made at the same time.
    """
    with my_turn(place, lone=True):
        models = [cached.model(name) for name in names]
        timed: dict[str, Latency] = {}
        beside = 0
        place.progress(0.0, "Measuring: warming up…")
        for timed in latency(models, text, batch=batch, runs=RUNS, seconds=SECONDS):
            done = len(next(iter(timed.values())).samples_ms) if timed else 0
            place.progress(done / RUNS, f"Measuring: {done} of up to {RUNS} runs")
            beside = max(beside, work.running() - 1)
        return timed, beside


def _draw(names: Sequence[str], timed: Mapping[str, Latency], memory: Mapping, slots) -> None:
    cards = {name: cached.card(name) for name in SPECS}
    known = {name: size for name, size in memory.items() if isinstance(size, int)}
    for name in names:
        with slots[name].container():
            st.plotly_chart(
                figures.gauges(
                    timed[name],
                    cards[name],
                    known.get(name),
                    slowest_ms=1.05 * max(one.p95_ms for one in timed.values()),
                    most_parameters=max(card.parameters for card in cards.values()),
                    largest_bytes=max(card.size_bytes for card in cards.values()),
                    most_bytes=max(known.values(), default=None),
                ),
                key=f"gauges-{name}",
                config=PLAIN,
                alt=f"Gauges of {SPECS[name].title}: {_facts(name, timed, cards, known)}",
            )
            lines = escape(_facts(name, timed, cards, known)).replace("; ", "<br>")
            reason = memory.get(name)
            if isinstance(reason, str):
                lines += f"<br>memory not measured: {escape(reason)}"
            elif reason is None:
                lines += "<br>memory: being measured in a fresh process…"
            st.html(f'<div class="q-facts">{lines}</div>')


def _facts(name: str, timed: Mapping[str, Latency], cards: Mapping, known: Mapping) -> str:
    """One model's gauges in words, with ratios to BERT; parts end in semicolons."""
    one, about = timed[name], cards[name]
    tail = "p95" if len(one.samples_ms) >= 20 else f"slowest of {len(one.samples_ms)}"
    facts = [f"median {one.median_ms:.1f} ms, {tail} {one.p95_ms:.1f} ms"]
    if one.batch > 1:
        facts.append(f"{one.median_ms / one.batch:.2f} ms a sentence")
    if name == YARDSTICK:
        return "; ".join([*facts, "the yardstick for the others"])
    compared = []
    if YARDSTICK in timed:
        speed = (one.median_ms, timed[YARDSTICK].median_ms)
        compared.append(ratio(*speed, "faster than", "as fast as", "slower than"))
    disk = (about.size_bytes, cards[YARDSTICK].size_bytes)
    compared.append(ratio(*disk, "smaller on disk than", "as large on disk as", "larger than"))
    if name in known and YARDSTICK in known:
        memory = (known[name], known[YARDSTICK])
        compared.append(ratio(*memory, "less memory than", "as much memory as", "more memory than"))
    return "; ".join(facts + [f"{how} {SPECS[YARDSTICK].title}" for how in compared])


def _method(timed: Mapping[str, Latency], beside: int, when: datetime) -> str:
    """How the figures were come by."""
    machine, one = host(), next(iter(timed.values()))
    runs = len(one.samples_ms)
    copies = f"{one.batch} copies of " * (one.batch > 1)
    ended = f" (of {RUNS} meant: {SECONDS:.0f} s were over)" if LEAST_RUNS <= runs < RUNS else ""
    threads = f"{one.threads} thread{'s' * (one.threads != 1)}"
    company = (
        f" Meanwhile {beside} other visitor{'s' * (beside != 1)} had work done on other cores, "
        "which may have slowed these calls."
    ) * bool(beside)
    return (
        f"Latency: median and 95th percentile (the line on the dial) of {runs} calls{ended} after "
        f"{one.warm_up} warm-up, models taking turns; {copies}{one.tokens} tokens with [CLS] and "
        f"[SEP], {threads}, {machine.processor}, {machine.cores} cores, torch {machine.torch}; at "
        f"{when:%H:%M:%S}, server's time.{company} Disk: "
        "weights in float16. Memory: what loading and one call add to a fresh process, measured "
        "once on this host. All four models' gauges share their scales."
    )


def _await_memory() -> None:
    """Run the page again once every model's memory has been measured."""
    missing = [row.title for name, row in SPECS.items() if name not in cached.memory()]
    if not missing:
        st.rerun()
    st.caption(f"Measuring, in fresh processes, the memory of {listing(missing)}…")
