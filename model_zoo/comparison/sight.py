"""Rows on what the models see: directionality, and the context a position has."""

from dataclasses import dataclass

from model_zoo.comparison.evidence import FOUR, Evidence
from model_zoo.comparison.verdict import (
    Finding,
    Missing,
    Outcome,
    Verdict,
    graded,
    judged,
    untested,
)
from model_zoo.internals.sight import Sight

_NEEDED = {  # parts of a model that its direction is told from
    "lstm": ("whole",),
    "bilstm": ("forward", "backward", "whole"),
    "bert": ("layer 1",),
    "distilbert": ("layer 1",),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What parts of a model see, or parts of several."""

    sights: tuple[Sight, ...]


def directionality(evidence: Evidence) -> Verdict[Seen, Seen]:
    """Which side of a position reaches it: the LSTM's, each half of the BiLSTM's, a layer's.

    The row's facts are the parts that have a direction of their own, so not the whole of a BiLSTM
    or a Transformer.
    """
    if evidence.sights is None:
        return untested(FOUR, Missing.SIGHTS)
    seen = {(sight.model, sight.part): sight for sight in evidence.sights.seen}
    findings: dict[str, Finding[Seen]] = {}
    for name, needed in _NEEDED.items():
        sights = tuple(seen[name, part] for part in needed if (name, part) in seen)
        findings[name] = (
            Finding(_direction(name, sights), Seen(sights[:2]))
            if len(sights) == len(needed)
            else Finding(Outcome.UNTESTED, Missing.SIGHTS)
        )
    parts = (sight for sight in seen.values() if sight.part != "whole" or sight.model == "lstm")
    return judged(Seen(tuple(parts)), findings)


def _direction(name: str, sights: tuple[Sight, ...]) -> Outcome:
    if name == "bilstm":
        forward, backward, whole = sights
        return graded(_past_only(forward) and _future_only(backward), _both(whole))
    (sight,) = sights
    if name == "lstm":
        return graded(_past_only(sight))
    return graded(_everything(sight), _both(sight))


def context(evidence: Evidence) -> Verdict[Seen, Seen]:
    """How much of a sentence reaches a position of the whole model; the row's facts are all four's.

    A model's facts are the one sight of its whole.
    """
    if evidence.sights is None:
        return untested(FOUR, Missing.SIGHTS)
    seen = {sight.model: sight for sight in evidence.sights.seen if sight.part == "whole"}
    findings: dict[str, Finding[Seen]] = {}
    for name in FOUR:
        if (sight := seen.get(name)) is None:
            findings[name] = Finding(Outcome.UNTESTED, Missing.SIGHTS)
        elif name == "lstm":
            findings[name] = Finding(graded(_past_only(sight)), Seen((sight,)))
        else:
            findings[name] = Finding(graded(_everything(sight), _both(sight)), Seen((sight,)))
    return judged(Seen(tuple(seen.values())), findings)


def _past_only(sight: Sight) -> bool:
    return sight.later_seen == 0 and sight.earlier_seen == sight.pairs


def _future_only(sight: Sight) -> bool:
    return sight.earlier_seen == 0 and sight.later_seen == sight.pairs


def _everything(sight: Sight) -> bool:
    return sight.earlier_seen == sight.later_seen == sight.pairs


def _both(sight: Sight) -> bool:
    return sight.earlier_seen > 0 and sight.later_seen > 0
