"""The row on what the models could be used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_zoo.claims.evidence import FOUR, Evidence, pair_ms
from model_zoo.claims.verdict import Finding, Outcome, Verdict, graded, judged
from model_zoo.models.classes import class_names


@dataclass(frozen=True, slots=True)
class Answers:
    """All the answers a model knows."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cheaper:
    """DistilBERT's disk space as a share of BERT's; it is faster in `faster` of `settings`."""

    disk: float
    faster: int
    settings: int


@dataclass(frozen=True, slots=True)
class Head:
    """The answers the models have and the words of their vocabulary, which are no answers.

    `cheaper` is None where DistilBERT and BERT were not timed.
    """

    labels: tuple[str, ...]
    vocabulary: int
    cheaper: Cheaper | None


def example(evidence: Evidence) -> Verdict[Head, Answers | Cheaper]:
    """What the models could be asked; but for DistilBERT's cost none of it can be tried here."""
    labels = {name: _labels(evidence.configs[name]) for name in FOUR}
    findings: dict[str, Finding[Answers | Cheaper]] = {
        name: Finding(Outcome.UNTESTED, Answers(labels[name])) for name in FOUR
    }
    cheaper = _cheaper(evidence)
    if cheaper:
        same = labels["bert"] == labels["distilbert"]
        less, faster = cheaper.disk < 1, cheaper.faster
        findings["distilbert"] = Finding(
            graded(same and less and faster == cheaper.settings, less or faster > 0), cheaper
        )
    words = evidence.configs["lstm"].get("vocab_size", 0)
    return judged(Head(labels["lstm"], words, cheaper), findings)


def _labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    return class_names(config)


def _cheaper(evidence: Evidence) -> Cheaper | None:
    pairs = pair_ms(evidence.sweep, "bert", "distilbert").values()
    if not pairs:
        return None
    share = evidence.cards["distilbert"].size_bytes / evidence.cards["bert"].size_bytes
    return Cheaper(share, sum(distilbert < bert for bert, distilbert in pairs), len(pairs))
