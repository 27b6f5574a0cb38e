"""The row on what the models could be used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_zoo.comparison.evidence import FOUR, RECURRENT, Evidence, pair_ms
from model_zoo.comparison.verdict import Finding, Outcome, Verdict, graded, judged
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
class Guessing:
    """How often the model's first guess is the missing word, with its 95 % interval.

    `than` is what that is held against: for the LSTM the commonest word's share, for the BiLSTM the
    LSTM's; `p` is of the paired test against it, None where there is none.
    """

    share: float
    ci95: tuple[float, float]
    than: float
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """F1 of the model's answers to questions, with its 95 % interval.

    `kept` is that as a share of BERT's, for DistilBERT, and `cheaper` what it costs beside BERT.
    """

    f1: float
    ci95: tuple[float, float]
    kept: float | None = None
    cheaper: Cheaper | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The answers the models have and the words of their vocabulary, which are no answers.

    `cheaper` is None where DistilBERT and BERT were not timed. `guesses` (first guesses right, by
    model), `positions`, `f1` (by model) and `questions` are of the models trained for these tasks,
    empty and 0 where there are none.
    """

    labels: tuple[str, ...]
    vocabulary: int
    cheaper: Cheaper | None
    guesses: Mapping[str, float]
    positions: int
    f1: Mapping[str, float]
    questions: int


Task = Answers | Cheaper | Guessing | Answering
_AS_GOOD = 0.95  # of BERT's F1: DistilBERT does as BERT does


def example(evidence: Evidence) -> Verdict[Head, Task]:
    """What the models can be asked once they are trained for it, as far as some are.

    Guessing words is held against language models, question answering against readers. Translation
    is none of these models' task, so that BERT's part holds in part at most.
    """
    labels = {name: _labels(evidence.configs[name]) for name in FOUR}
    findings: dict[str, Finding[Task]] = {
        name: Finding(Outcome.UNTESTED, Answers(labels[name])) for name in FOUR
    }
    cheaper = _cheaper(evidence)
    as_cheap = cheaper is not None and cheaper.disk < 1 and cheaper.faster == cheaper.settings
    if cheaper:
        same = labels["bert"] == labels["distilbert"]
        partly = cheaper.disk < 1 or cheaper.faster > 0
        findings["distilbert"] = Finding(graded(same and as_cheap, partly), cheaper)
    findings |= _guessing(evidence.missing)
    findings |= _answering(evidence.readers, cheaper, as_cheap)
    models = evidence.missing["models"] if evidence.missing else {}
    tests = {name: record["test"] for name, record in evidence.readers.items()}
    head = Head(
        labels["lstm"],
        evidence.configs["lstm"].get("vocab_size", 0),
        cheaper,
        {name: models[name]["all"]["top1"] for name in FOUR if name in models},
        evidence.missing["positions"] if evidence.missing else 0,
        {name: tests[name]["f1"] for name in FOUR if name in tests},
        max((test["questions"] for test in tests.values()), default=0),
    )
    return judged(head, findings)


def _guessing(record: Mapping[str, Any] | None) -> dict[str, Finding[Task]]:
    """Of the LSTM and the BiLSTM, from the record of missing words."""
    if not record or not {"lstm", "bilstm"} <= set(record["models"]):
        return {}
    lstm, bilstm = (record["models"][name]["all"] for name in ("lstm", "bilstm"))
    test = next(test for test in record["paired"] if test["models"] == ["lstm", "bilstm"])
    p = test.get("adjusted", test["p"])  # for looking at all pairs
    left = Guessing(lstm["top1"], tuple(lstm["top1_ci95"]), record["commonest"])
    both = Guessing(bilstm["top1"], tuple(bilstm["top1_ci95"]), left.share, p)
    higher = both.share > left.share
    return {
        "lstm": Finding(graded(left.ci95[0] > left.than, left.share > left.than), left),
        "bilstm": Finding(graded(higher and p < 0.05, higher), both),
    }


def _answering(
    readers: Mapping[str, Mapping[str, Any]], cheaper: Cheaper | None, as_cheap: bool
) -> dict[str, Finding[Task]]:
    """Of BERT and DistilBERT, from how well they answer questions."""
    tests = {name: record["test"] for name, record in readers.items()}
    if "bert" not in tests:
        return {}
    bert = Answering(tests["bert"]["f1"], tuple(tests["bert"]["f1_ci95"]))
    recurrent = [tests[name]["f1"] for name in RECURRENT if name in tests]
    answers = bert.ci95[0] > max(recurrent, default=0.0)
    findings: dict[str, Finding[Task]] = {"bert": Finding(graded(False, answers), bert)}
    if "distilbert" in tests:
        own = tests["distilbert"]
        kept = own["f1"] / bert.f1
        student = Answering(own["f1"], tuple(own["f1_ci95"]), kept, cheaper)
        good = kept >= _AS_GOOD
        findings["distilbert"] = Finding(graded(good and as_cheap, good or as_cheap), student)
    return findings


def _labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    return class_names(config)


def _cheaper(evidence: Evidence) -> Cheaper | None:
    pairs = pair_ms(evidence.sweep, "bert", "distilbert").values()
    if not pairs:
        return None
    share = evidence.cards["distilbert"].size_bytes / evidence.cards["bert"].size_bytes
    return Cheaper(share, sum(distilbert < bert for bert, distilbert in pairs), len(pairs))
