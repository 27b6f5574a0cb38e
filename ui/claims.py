"""The comparison table with its verdicts, and the buttons that measure anew what can be."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo import claims, sight, twins
from model_zoo.claims import Claim, Evidence, Finding, Verdict
from model_zoo.errors import ZooError
from model_zoo.registry import SPECS
from model_zoo.results import Host, Sights, Twin, Twins
from ui import cached, speed
from ui.theme import MODEL_COLOURS, OTHER_MODEL, TITLES, VERDICT_COLOURS, VERDICT_SIGNS
from ui.turns import my_turn, sweeps
from ui.wording import listing, megabytes, plain

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
    verdicts = {claim.key: claim.check(evidence) for claim in claims.CLAIMS}
    st.markdown(f"**{plain(tally(list(verdicts.values())))}**")
    st.caption(
        "The bundled models are smaller than the papers’. Verdicts are computed from the figures "
        "beside them each time this page is drawn. Measuring here replaces the shipped figures of "
        "what the models see, of speed, and, if thorough, of memory."
    )
    place = speed.panel()
    for claim in claims.CLAIMS:
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
        st.button("Measure the twins", icon=":material/speed:", on_click=_ask_twins)
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
    for claim in claims.PUBLISHED:
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
    if speed.asked():
        _measure_sights(place)
        speed.measure_if_asked(place)


def _measure_sights(place: DeltaGenerator) -> None:
    said = "Masking each word of a sentence in turn…"
    bar = place.progress(0.0, said)
    with my_turn(bar) as go_on:
        for done, found in enumerate(sight.measure(cached.model), start=1):
            st.session_state[_SIGHTS] = found
            go_on()
            bar.progress(done / len(SPECS), said)


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


def _twin_times(found: Twins) -> None:
    """What the twins weigh and take, as a table."""
    lengths = sorted({one.tokens for twin in found.twins for one in twin.latencies})
    times = [{one.tokens: one.median_ms for one in twin.latencies} for twin in found.twins]
    st.dataframe(
        {
            "architecture": [twins.ARCHITECTURES[twin.name].title for twin in found.twins],
            "parameters": [f"{twin.parameters / 1e6:.1f} M" for twin in found.twins],
            "weights, float32": [megabytes(twin.weights_bytes) for twin in found.twins],
            "memory added": [
                "not built" if twin.added_bytes is None else megabytes(twin.added_bytes)
                for twin in found.twins
            ],
        }
        | {
            f"{length} tokens": [f"{one[length]:.0f} ms" if length in one else "–" for one in times]
            for length in lengths
        },
        hide_index=True,
    )
    st.caption(
        f"Medians of single forward passes, {_when(found.taken)}, {_machine(found.host)}"
        f"{_method(found)}. BERT-large is only counted. **When not to trust it:** random weights "
        "take as long as trained ones, but a real model also cuts text into tokens; and as one "
        "twin is in memory at a time, a busy machine may slow one more than the other."
    )


def tally(verdicts: Sequence[Verdict]) -> str:
    """How many rows hold, in words."""
    counts = {
        outcome: sum(verdict.outcome == outcome for verdict in verdicts)
        for outcome in claims.OUTCOMES
    }
    verbs = {
        claims.HOLDS: ("holds", "hold"),
        claims.IN_PART: ("holds in part", "hold in part"),
        claims.FAILS: ("does not hold here", "do not hold here"),
        claims.UNTESTED: ("is not tested here", "are not tested here"),
    }
    said = [f"{count} {verbs[outcome][count != 1]}" for outcome, count in counts.items() if count]
    return f"Of {len(verdicts)} rows, {listing(said)}."


def row_html(claim: Claim, verdict: Verdict, taken: str) -> str:
    """One row: what is claimed, what was found, the verdict, and how it was come by."""
    cells = "".join(
        _cell(name, claim.says[name], verdict.findings[name])
        for name in claim.says
        if name in verdict.findings
    )
    source = f" Claimed by: {claim.source}." if claim.source else ""
    return (
        f'<section class="q-claim" aria-label="{escape(claim.title)}" data-claim="{claim.key}">'
        f'<div><h3>{escape(claim.title)}</h3><div class="q-outcome">{_tick(verdict.outcome)}'
        f'<span>{escape(verdict.outcome)}</span></div></div><div><div class="q-cells">{cells}</div>'
        f"<p>{escape(verdict.reason)}</p>"
        f'<p class="q-how">How it was checked: {escape(claim.how)}{escape(source)} '
        f"{escape(taken)}</p></div></section>"
    )


def _cell(name: str, says: str, found: Finding) -> str:
    return (
        f'<div style="--model:{MODEL_COLOURS.get(name, OTHER_MODEL)}"><b>{escape(TITLES[name])}</b>'
        f'<span class="q-says">{_tick(found.outcome)} {escape(says)}'
        f'<span class="q-unseen">: {escape(found.outcome)}</span></span>{escape(found.said)}</div>'
    )


def _tick(outcome: str) -> str:
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
    said = []
    for field in claim.measured:
        if (found := getattr(evidence, field)) is None:
            continue
        method = ", in fresh processes" if field == "memory" else _method(found)
        whose = "Measured here" if field in own else "Shipped reference"
        said.append(f"{whose}: {_when(found.taken)}, {_machine(found.host)}{method}.")
    return " ".join(said)


def _when(taken: str) -> str:
    return f"{datetime.fromisoformat(taken):%d %B %Y, %H:%M}".lstrip("0")


def _machine(host: Host) -> str:
    return f"{host.processor}, {host.cores} cores, torch {host.torch}"


def _method(found) -> str:
    """Threads and calls of what was timed; nothing where nothing was."""
    if isinstance(found, Sights):
        return f", sentence “{found.text}”"
    timed = (
        [one for twin in found.twins for one in twin.latencies]
        if isinstance(found, Twins)
        else found.latencies
    )
    if not timed:
        return ""
    runs = sorted({len(one.samples_ms) for one in timed})
    calls = f"{runs[0]}" if len(runs) == 1 else f"{runs[0]} to {runs[-1]}"
    threads = max(one.threads for one in timed)
    return f", {threads} thread{'s' * (threads != 1)}, medians of {calls} calls"


@st.cache_data(show_spinner=False)
def _twins_shipped() -> Twins:
    return twins.read()


@st.cache_data(show_spinner=False)
def _files() -> Evidence:
    """What the shipped files have to say: models, and reference measurements."""
    return replace(claims.gather(), sights=sight.read(), twins=_twins_shipped())


def _evidence() -> tuple[Evidence, set[str]]:
    """What verdicts rest on, and which of it this visitor has measured here."""
    (sweep, shipped), (memory, memory_shipped) = speed.sweep(), speed.footprints()
    found = replace(_files(), sweep=sweep, memory=memory)
    shipped_too = {"sweep": shipped, "memory": memory_shipped}
    own = {field for field, reference in shipped_too.items() if not reference}
    if (sights := st.session_state.get(_SIGHTS)) and _complete(sights):
        found, own = replace(found, sights=sights), own | {"sights"}
    if (measured := st.session_state.get(_TWINS)) and all(
        twin.latencies for twin in _timed(measured)
    ):
        found, own = replace(found, twins=measured), own | {"twins"}
    return found, own


def _complete(sights: Sights) -> bool:
    return {one.model for one in sights.seen} == set(SPECS)


def _complete_twins(found: Twins) -> bool:
    return all(twin.latencies for twin in _timed(found))


def _timed(found: Twins) -> list[Twin]:
    return [twin for twin in found.twins if twins.ARCHITECTURES[twin.name].timed]
