"""What claims are checked against: the models' own files, and what was measured of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_zoo.inside.sight import Sights
from model_zoo.measure.sweep import Sweep
from model_zoo.measure.twins import Twin, Twins
from model_zoo.models.anatomy import Block, anatomy
from model_zoo.models.files import ModelCard, card, read_config, read_metrics
from model_zoo.models.network import ModelId
from model_zoo.models.sets import ModelSet

FOUR = ("lstm", "bilstm", "bert", "distilbert")  # those the comparison table speaks of
RECURRENT = FOUR[:2]  # as it says of them


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that claims are checked against. What has not been measured is None.

    By model name: `cards`; `metrics` (metrics.json); `configs` (config.json); `blocks` (anatomy).
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


def gather(of: ModelSet) -> Evidence:
    """What the files of a set's models have to say; raises WeightsError where they are missing."""
    ids = {name: ModelId.of(name, of.name) for name in FOUR}
    return Evidence(
        cards={name: card(model) for name, model in ids.items()},
        metrics={name: read_metrics(model) for name, model in ids.items()},
        configs={name: read_config(model) for name, model in ids.items()},
        blocks={name: anatomy(model) for name, model in ids.items()},
    )


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
