"""What claims are checked against: the models' own files, and what was measured of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from model_zoo.internals.sight import Sight, Sights
from model_zoo.measure.footprint import Footprint
from model_zoo.measure.latency import Latency
from model_zoo.measure.sweep import Sweep
from model_zoo.measure.twins import Twin, Twins
from model_zoo.models.anatomy import Block, anatomy
from model_zoo.models.files import ModelCard, card, read_config, read_metrics
from model_zoo.models.network import ModelId
from model_zoo.models.sets import ModelSet

_TYPES = {  # the models that the comparison table speaks of, by name -> what each is
    "lstm": "quartet_recurrent",
    "bilstm": "quartet_recurrent",
    "bert": "bert",
    "distilbert": "distilbert",
}
FOUR = tuple(_TYPES)
RECURRENT = FOUR[:2]  # as it says of them


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that claims are checked against, of one set. What has not been measured is None.

    By a model's name in its set: `cards`; `metrics` (metrics.json); `configs` (config.json);
    `blocks` (anatomy).
    `missing` is the record of how often language models guess missing words, `readers` are the
    metrics.json of models that answer questions: trained beside the bundled set.
    Times are taken from `sweep`, footprints from `memory`, which may be another sweep: a quick one
    has none.
    """

    cards: Mapping[str, ModelCard]
    metrics: Mapping[str, dict[str, Any]]
    configs: Mapping[str, dict[str, Any]]
    blocks: Mapping[str, tuple[Block, ...]]
    sights: Sights | None = None
    sweep: Sweep | None = None
    memory: Sweep | None = None
    twins: Twins | None = None
    missing: Mapping[str, Any] | None = None
    readers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def the_four(of: ModelSet) -> dict[str, ModelId] | None:
    """Name -> identity of those the table speaks of, in its order; None for a set without all.

    >>> from model_zoo.models.sets import model_set
    >>> the_four(model_set())["bilstm"]
    'bilstm'
    """
    by_name = {row.name: row for row in of.models.values()}
    whole = all(
        name in by_name and by_name[name].model_type == kind for name, kind in _TYPES.items()
    )
    return {name: by_name[name].id for name in FOUR} if whole else None


def gather(of: ModelSet) -> Evidence:
    """What the files of the set's models have to say, of a set that has `the_four`.

    Raises WeightsError where they are missing.
    """
    rows = {row.name: row for row in of.models.values() if row.name in FOUR}
    return Evidence(
        cards={name: card(rows[name]) for name in FOUR},
        metrics={name: read_metrics(rows[name]) for name in FOUR},
        configs={name: read_config(rows[name]) for name in FOUR},
        blocks={name: anatomy(rows[name]) for name in FOUR},
    )


def sights_of(of: ModelSet, measured: Sights | None) -> Sights | None:
    """What was measured of all four of the set, by name; None where it was not of every one."""
    if measured is None or not (seen := _of(of, measured.seen)):
        return None
    return replace(measured, seen=seen)


def sweep_of(of: ModelSet, measured: Sweep | None) -> Sweep | None:
    """The four's times by name, with their footprints; None unless every one of them was timed."""
    if measured is None or not (latencies := _of(of, measured.latencies)):
        return None
    return replace(measured, latencies=latencies, footprints=_of(of, measured.footprints))


def memory_of(of: ModelSet, measured: Sweep | None) -> Sweep | None:
    """The sweep with the four's footprints by name; None unless it has every one of them."""
    if measured is None or not (footprints := _of(of, measured.footprints)):
        return None
    return replace(measured, latencies=(), footprints=footprints)


_Record = TypeVar("_Record", Sight, Latency, Footprint)


def _of(of: ModelSet, records: Iterable[_Record]) -> tuple[_Record, ...]:
    """Those of the set's four, by name; none at all where there are none of one of them."""
    names = {identity: name for name, identity in (the_four(of) or {}).items()}
    kept = tuple(
        replace(record, model=names[ModelId(record.model)])
        for record in records
        if record.model in names
    )
    return kept if {record.model for record in kept} == set(names.values()) else ()


def setting_ms(sweep: Sweep | None) -> dict[tuple[int, int], dict[str, float]]:
    """(tokens, batch) -> model -> median milliseconds of a call; empty without a sweep."""
    settings: dict[tuple[int, int], dict[str, float]] = {}
    for latency in sweep.latencies if sweep else ():
        at = settings.setdefault((latency.tokens, latency.batch), {})
        at[latency.model] = latency.median_ms
    return settings


def pair_ms(
    sweep: Sweep | None, first: str, second: str
) -> dict[tuple[int, int], tuple[float, float]]:
    """(tokens, batch) -> median milliseconds of two models, where both were timed."""
    return {
        at: (ms[first], ms[second])
        for at, ms in setting_ms(sweep).items()
        if first in ms and second in ms
    }


def single_ms(sweep: Sweep | None, model: str) -> dict[int, float]:
    """Tokens -> median milliseconds of `model` for a single text; empty without a sweep."""
    return {
        latency.tokens: latency.median_ms
        for latency in (sweep.latencies if sweep else ())
        if latency.model == model and latency.batch == 1
    }


def twins_by_name(evidence: Evidence) -> dict[str, Twin]:
    """Name -> paper-size twin; empty where none was measured."""
    return {twin.name: twin for twin in (evidence.twins.twins if evidence.twins else ())}
