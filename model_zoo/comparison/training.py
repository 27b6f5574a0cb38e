"""Rows on how the models were trained, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_zoo.comparison.evidence import FOUR, RECURRENT, Evidence
from model_zoo.comparison.verdict import (
    Finding,
    Missing,
    Outcome,
    Verdict,
    graded,
    judged,
    overall,
    untested,
)

DATA = ("validation", "unseen_half")  # entries of metrics.json: what accuracy was measured on


@dataclass(frozen=True, slots=True)
class Supervision:
    """Trained on `rows` labelled rows; `vectors` is the encoder of its word vectors, if any."""

    rows: int
    vectors: str | None


@dataclass(frozen=True, slots=True)
class FineTuning:
    """Trained on `rows` labelled rows, from `pretrained_layers` of `layers` layers of `base`."""

    rows: int
    base: str | None
    pretrained_layers: int
    layers: int


@dataclass(frozen=True, slots=True)
class Distillation:
    """Trained on `rows` rows with the answers of the model `teacher`; None without a teacher."""

    rows: int
    teacher: str | None


@dataclass(frozen=True, slots=True)
class Start:
    """The encoder that the models start from, None if there is none, and what BERT has of it."""

    base: str | None
    bert: FineTuning | Missing


def training(evidence: Evidence) -> Verdict[Start, Supervision | FineTuning | Distillation]:
    """How each model was trained, as its metrics.json has it; untested where that says nothing."""
    findings: dict[str, Finding[Supervision | FineTuning | Distillation]] = {}
    bert: FineTuning | Missing = Missing.RECORD
    for name in FOUR:
        metrics = evidence.metrics[name]
        rows, base, made = (
            metrics.get("data", {}).get("train_rows"),
            metrics.get("base"),
            metrics.get("made"),
        )
        if not rows or not made:
            findings[name] = Finding(Outcome.UNTESTED, Missing.RECORD)
        elif name in RECURRENT:
            findings[name] = Finding(graded(not base, True), Supervision(rows, base))
        elif name == "bert":
            kept, layers = made.get("pretrained_layers", 0), evidence.cards[name].layers
            bert = FineTuning(rows, base, kept, layers)
            findings[name] = Finding(graded(bool(base) and kept >= layers, bool(base)), bert)
        else:
            teacher = made.get("teacher") if made.get("by") == "distillation" else None
            findings[name] = Finding(graded(teacher == "bert"), Distillation(rows, teacher))
    return judged(Start(evidence.metrics["bert"].get("base"), bert), findings)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A model's accuracy on `data`, one of DATA, with its 95 % interval; fractions.

    `called` is what the model's record calls that data; empty where it says nothing.
    """

    data: str
    called: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """A model's accuracies; `kept` are DistilBERT's as shares of BERT's, empty for the others."""

    accuracies: tuple[Accuracy, ...]
    kept: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """On how many of `sets` sets of data a model is `higher`, and `beyond` both intervals."""

    higher: int
    beyond: int
    sets: int

    @property
    def outcome(self) -> Outcome:
        """Whether it is better: on all data and once beyond chance, in part, or not at all."""
        return graded(self.higher == self.sets and self.beyond > 0, self.higher > 0)


@dataclass(frozen=True, slots=True)
class Contest:
    """The BiLSTM against the LSTM, BERT `against` each other model, and what DistilBERT keeps.

    `least_kept` is the least share of BERT's accuracy that DistilBERT has on any data.
    """

    bilstm: Comparison
    bert_against: Mapping[str, Comparison]
    least_kept: float


def quality(evidence: Evidence) -> Verdict[Contest, Scores]:
    """How accurate the models are, by their metrics.json, and whether one is better than another.

    The LSTM is what others are measured by, so what is claimed of it holds.
    """
    scores = {name: accuracies(evidence.metrics[name]) for name in FOUR}
    if not all(scores.values()):
        return untested(FOUR, Missing.ACCURACY)
    kept = kept_of(scores["distilbert"], scores["bert"])
    if not kept:
        return untested(FOUR, Missing.SHARED_ACCURACY)
    against = {
        name: _compare(scores["bert"], scores[name]) for name in ("lstm", "bilstm", "distilbert")
    }
    better = _compare(scores["bilstm"], scores["lstm"])
    outcomes = {
        "lstm": Outcome.HOLDS,
        "bilstm": better.outcome,
        "bert": overall(comparison.outcome for comparison in against.values()),
        "distilbert": graded(min(kept) >= 0.97, max(kept) >= 0.97),
    }
    findings = {
        name: Finding(outcomes[name], Scores(scores[name], kept if name == "distilbert" else ()))
        for name in FOUR
    }
    return judged(Contest(better, against, min(kept)), findings)


def accuracies(metrics: Mapping[str, Any]) -> tuple[Accuracy, ...]:
    """The accuracies that a metrics.json has, in the order of DATA."""
    record = metrics.get("data", {})
    called = {"validation": record.get("name") or "", "unseen_half": record.get("extra") or ""}
    return tuple(
        Accuracy(data, called[data], metrics[data]["accuracy"], *metrics[data]["ci95"])
        for data in DATA
        if {"accuracy", "ci95"} <= set(metrics.get(data, ()))
    )


def kept_of(student: tuple[Accuracy, ...], teacher: tuple[Accuracy, ...]) -> tuple[float, ...]:
    """The student's accuracies as shares of its teacher's, where the data is the same."""
    return tuple(
        accuracy.share / of_teacher.share for accuracy, of_teacher in _shared(student, teacher)
    )


def _shared(
    first: tuple[Accuracy, ...], second: tuple[Accuracy, ...]
) -> list[tuple[Accuracy, Accuracy]]:
    """Pairs of accuracies on the same data."""
    by_data = {accuracy.data: accuracy for accuracy in second}
    return [(accuracy, by_data[accuracy.data]) for accuracy in first if accuracy.data in by_data]


def _compare(first: tuple[Accuracy, ...], second: tuple[Accuracy, ...]) -> Comparison:
    pairs = _shared(first, second)
    return Comparison(
        sum(accuracy.share > against.share for accuracy, against in pairs),
        sum(accuracy.low > against.high for accuracy, against in pairs),
        len(pairs),
    )
