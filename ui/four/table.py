"""The comparison table with its verdicts, and the buttons that measure anew what can be."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.claims.evidence import Evidence
from model_zoo.claims.table import CLAIMS, PUBLISHED
from model_zoo.claims.verdict import Claim, Finding, Outcome, Verdict
from model_zoo.errors import ZooError
from model_zoo.host import Host
from model_zoo.inside import sight
from model_zoo.inside.sight import Sights
from model_zoo.measure import twins
from model_zoo.measure.sweep import Sweep
from model_zoo.measure.twins import Twin, Twins
from model_zoo.models.registry import SPECS
from ui.four import words
from ui.frame import measuring
from ui.serve import cached
from ui.serve.turns import my_turn, sweeps
from ui.show.theme import MODEL_COLOURS, OTHER_MODEL, TITLES, VERDICT_COLOURS, VERDICT_SIGNS
from ui.show.wording import counted, megabytes, plain

STYLE = """<style>
.q-claim{border-top:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:.7rem 0 0;
 display:grid;grid-template-columns:11rem 1fr;gap:.3rem 1rem}
.q-claim h3{font-size:1.1rem;font-weight:650;margin:0;padding:0}
.q-claim p{margin:.5rem 0 .2rem;max-width:70rem;font-size:.92rem;line-height:1.5}
.q-outcome{font-weight:650;display:flex;align-items:center;gap:.4rem;margin:.2rem 0}
.q-tick{display:inline-block;min-width:1.35em;height:1.35em;line-height:1.35em;text-align:center;
 border-radius:50%;background:var(--tone);color:#fff;font-weight:700;font-size:.85em}
.q-cells{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.5rem .8rem}
.q-cells>div{border-left:.3rem solid var(--model);padding-left:.55rem;font-size:.85rem;
 line-height:1.35;overflow-wrap:anywhere}
.q-cells b{display:block;font-weight:650}
.q-cells .q-says{display:block;font-size:.95rem;margin:.05rem 0 .15rem}
.q-claim p.q-how{margin-top:.2rem;font-size:.8rem;opacity:.85;line-height:1.45}
.q-unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (max-width:900px){.q-claim{grid-template-columns:1fr}.q-cells{grid-template-columns:1fr 1fr}}
</style>"""

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
_SIGHTS, _TWINS, _TWINS_ASKED = "sights measured", "twins measured", "twins asked for"


def table() -> DeltaGenerator:
    """The rows of the comparison table, and the button that measures them on this machine.

    Returns the place for the measurement's progress.
    """
    st.header("The comparison table, row by row")
    evidence, own = _evidence()
    verdicts = {claim.key: claim.check(evidence) for claim in CLAIMS}
    st.markdown(f"**{plain(words.tally(list(verdicts.values())))}**")
    st.caption(
        "The bundled models are smaller than the papers’. Verdicts are computed from the figures "
        "beside them each time this page is drawn. Measuring here replaces the shipped figures of "
        "what the models see, of speed, and, if thorough, of memory."
    )
    place = measuring.panel()
    for claim in CLAIMS:
        _row(claim, verdicts[claim.key], evidence, own)
    return place


def paper_size() -> DeltaGenerator:
    """The papers' own figures, the twins they are checked on, and the button that times these.

    Returns the place for the measurement's progress.
    """
    st.header("At the papers’ own size")
    st.markdown(
        "BERT-base (110M) and DistilBERT (66M), built from their published configs with random "
        "weights. **Architecture only, no predictions**: such a twin weighs and takes as long as "
        "the real one, and knows nothing."
    )
    needed = max(twin.weights_bytes for twin in _timed(_twins_shipped())) + twins.ROOM_BYTES
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(words.MEASURE_TWINS, icon=":material/speed:", on_click=_ask_twins)
        st.caption(
            f"Takes a minute or so and, for that time, up to {megabytes(needed)} of the "
            "server’s memory, one twin at a time."
        )
    place = st.empty()
    measured: Twins | None = st.session_state.get(_TWINS)
    if measured and not _complete_twins(measured):
        place.warning(
            "The twins’ measurement ended before both were timed, so the shipped figures are "
            "shown. Measure again to replace them.",
            icon=":material/timer_off:",
        )
    evidence, own = _evidence()
    for claim in PUBLISHED:
        _row(claim, claim.check(evidence), evidence, own)
    if evidence.twins:
        _twin_times(evidence.twins)
    return place


def _ask_twins() -> None:
    st.session_state[_TWINS_ASKED] = True
    st.session_state.pop(_TWINS, None)


def measure_if_asked(place: DeltaGenerator, twins_place: DeltaGenerator) -> None:
    """Measure what a button asked for, with progress in its place; then run the page again.

    Called when all else is drawn. Any widget used meanwhile ends it: what was measured by then is
    in the session already.
    """
    if st.session_state.pop(_TWINS_ASKED, False):
        _measure_twins(twins_place)
    if measuring.requested():
        _measure_sights(place)
        measuring.measure_if_requested(place)


def _measure_sights(place: DeltaGenerator) -> None:
    label = "Masking each word of a sentence in turn…"
    bar = place.progress(0.0, label)
    with my_turn(bar) as go_on:
        for done, sights in enumerate(sight.measure(cached.model), start=1):
            st.session_state[_SIGHTS] = sights
            go_on()
            bar.progress(done / len(SPECS), label)


def _measure_twins(place: DeltaGenerator) -> None:
    with place.container():
        bar = st.progress(0.0, "Loading…")
        st.button("Stop", key="stop-twins", icon=":material/stop:")
    try:
        with my_turn(bar, line=sweeps):
            cached.model(next(iter(SPECS)))  # brings torch, and the app's number of threads
            _time_twins(bar)
    except ZooError as error:
        place.error(plain(str(error)), icon=":material/error:")
    else:
        st.rerun()


def _time_twins(bar: DeltaGenerator) -> None:
    with closing(twins.speed()) as rounds:
        while True:
            # Only for a round, so that others need not wait for the end of it all.
            with my_turn(bar, lone=True):
                step = next(rounds, None)
            if step is None:
                return
            share, st.session_state[_TWINS] = step
            bar.progress(share, f"Timing twins with random weights: {share:.0%}")


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
    st.caption(
        f"Medians of single forward passes, {_when(measured.taken)}, {_machine(measured.host)}"
        f"{_method(measured)}. BERT-large is only counted. **When not to trust it:** random "
        "weights take as long as trained ones, but a real model also cuts text into tokens; and as "
        "one twin is in memory at a time, a busy machine may slow one more than the other."
    )


def row_html(claim: Claim, verdict: Verdict, taken: str) -> str:
    """One row: what is claimed, the facts, the verdict, and how it was come by.

    `taken` says where and when figures were measured. All text is escaped.
    """
    cells = "".join(
        _cell(claim, name, verdict.findings[name])
        for name in claim.says
        if name in verdict.findings
    )
    source = f" Claimed by: {claim.source}." if claim.source else ""
    return (
        f'<section class="q-claim" aria-label="{escape(claim.title)}" data-claim="{claim.key}">'
        f'<div><h3>{escape(claim.title)}</h3><div class="q-outcome">{_tick(verdict.outcome)}'
        f"<span>{escape(words.OUTCOMES[verdict.outcome])}</span></div></div>"
        f'<div><div class="q-cells">{cells}</div>'
        f"<p>{escape(words.reason(claim.key, verdict))}</p>"
        f'<p class="q-how">How it was checked: {escape(words.how(claim.key))}{escape(source)} '
        f"{escape(taken)}</p></div></section>"
    )


def _cell(claim: Claim, name: str, finding: Finding) -> str:
    outcome = words.OUTCOMES[finding.outcome]
    return (
        f'<div style="--model:{MODEL_COLOURS.get(name, OTHER_MODEL)}"><b>{escape(TITLES[name])}</b>'
        f'<span class="q-says">{_tick(finding.outcome)} {escape(claim.says[name])}'
        f'<span class="q-unseen">: {escape(outcome)}</span></span>'
        f"{escape(words.finding(claim.key, name, finding.facts))}</div>"
    )


def _tick(outcome: Outcome) -> str:
    colour, sign = VERDICT_COLOURS[outcome], VERDICT_SIGNS[outcome]
    return f'<span class="q-tick" aria-hidden="true" style="--tone:{colour}">{sign}</span>'


def _row(claim: Claim, verdict: Verdict, evidence: Evidence, own: set[str]) -> None:
    st.html(row_html(claim, verdict, _taken(claim, evidence, own)))
    page, label = SEE[claim.key]
    if page.startswith("#"):
        st.markdown(f":material/arrow_downward: [{label}]({page})")
    else:
        st.page_link(page, label=label, icon=":material/arrow_forward:")


def _taken(claim: Claim, evidence: Evidence, own: set[str]) -> str:
    """Where and when the figures of a row come from."""
    sentences = []
    for field in claim.measured:
        if (measured := getattr(evidence, field)) is None:
            continue
        method = ", in fresh processes" if field == "memory" else _method(measured)
        whose = "Measured here" if field in own else "Shipped reference"
        at = f"{_when(measured.taken)}, {_machine(measured.host)}"
        sentences.append(f"{whose}: {at}{method}.")
    return " ".join(sentences)


def _when(taken: str) -> str:
    return f"{datetime.fromisoformat(taken):%d %B %Y, %H:%M}".lstrip("0")


def _machine(host: Host) -> str:
    return f"{host.processor}, {host.cores} cores, torch {host.torch}"


def _method(measured: Sights | Sweep | Twins) -> str:
    """Threads and calls of what was timed; nothing where nothing was."""
    if isinstance(measured, Sights):
        return f", sentence “{measured.text}”"
    timed = (
        [latency for twin in measured.twins for latency in twin.latencies]
        if isinstance(measured, Twins)
        else measured.latencies
    )
    if not timed:
        return ""
    runs = sorted({len(latency.samples_ms) for latency in timed})
    calls = f"{runs[0]}" if len(runs) == 1 else f"{runs[0]} to {runs[-1]}"
    threads = max(latency.threads for latency in timed)
    return f", {counted(threads, 'thread')}, medians of {calls} calls"


@st.cache_data(show_spinner=False)
def _twins_shipped() -> Twins:
    return twins.read()


def _files() -> Evidence:
    """What the shipped files have to say: models, and reference measurements."""
    return replace(cached.evidence(), sights=_sights_shipped(), twins=_twins_shipped())


@st.cache_data(show_spinner=False)
def _sights_shipped() -> Sights:
    return sight.read()


def _evidence() -> tuple[Evidence, set[str]]:
    """What verdicts rest on, and which of it this visitor has measured here."""
    (sweep, shipped), (memory, memory_shipped) = measuring.sweep(), measuring.footprints()
    evidence = replace(_files(), sweep=sweep, memory=memory)
    shipped_too = {"sweep": shipped, "memory": memory_shipped}
    own = {field for field, reference in shipped_too.items() if not reference}
    if (sights := st.session_state.get(_SIGHTS)) and _complete(sights):
        evidence, own = replace(evidence, sights=sights), own | {"sights"}
    if (measured := st.session_state.get(_TWINS)) and _complete_twins(measured):
        evidence, own = replace(evidence, twins=measured), own | {"twins"}
    return evidence, own


def _complete(sights: Sights) -> bool:
    return {seen.model for seen in sights.seen} == set(SPECS)


def _complete_twins(measured: Twins) -> bool:
    return all(twin.latencies for twin in _timed(measured))


def _timed(measured: Twins) -> list[Twin]:
    return [twin for twin in measured.twins if twins.ARCHITECTURES[twin.name].timed]
