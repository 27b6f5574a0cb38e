"""Where and when the figures of a row were measured, and how, in words. Pure."""

from collections.abc import Collection
from datetime import datetime

from model_zoo.comparison.evidence import Evidence
from model_zoo.comparison.verdict import Claim
from model_zoo.internals.sight import Sights
from model_zoo.measure.sweep import Sweep
from model_zoo.measure.twins import Twins
from ui.show.wording import counted


def provenance(claim: Claim, evidence: Evidence, own: Collection[str]) -> str:
    """Of each measurement that the claim rests on, a sentence; empty where it rests on none.

    `own` are the fields of `evidence` that this visitor has measured here.
    """
    sentences = []
    for field in claim.measured:
        if (measured := getattr(evidence, field)) is None:
            continue
        method = ", in fresh processes" if field == "memory" else method_of(measured)
        whose = "Measured here" if field in own else "Shipped reference"
        sentences.append(f"{whose}: {taken(measured)}{method}.")
    return " ".join(sentences)


def taken(measured: Sights | Sweep | Twins) -> str:
    """When and on which machine, as a phrase."""
    when = f"{datetime.fromisoformat(measured.taken):%d %B %Y, %H:%M}".lstrip("0")
    host = measured.host
    return f"{when}, {host.processor}, {counted(host.cores, 'core')}, torch {host.torch}"


def method_of(measured: Sights | Sweep | Twins) -> str:
    """Threads and calls of what was timed, after a comma; nothing where nothing was."""
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
