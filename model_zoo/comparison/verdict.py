"""What a check comes to: outcomes and facts. Their words are the app's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from model_zoo.comparison.evidence import Evidence

Facts = TypeVar("Facts")  # of one model
RowFacts = TypeVar("RowFacts")  # of a whole row


class Outcome(StrEnum):
    """Whether what is claimed holds of the models here."""

    HOLDS = "holds"
    IN_PART = "in part"
    FAILS = "fails"
    UNTESTED = "untested"


class Missing(StrEnum):
    """What a check would have needed and did not have."""

    SIGHTS = "what the models see"
    TIMES = "the time of a call"
    FOOTPRINTS = "memory"
    LENGTHS = "times at two lengths of text"
    SHARED_LENGTHS = "times of all models at the same lengths"
    ACCURACY = "accuracy of every model"
    SHARED_ACCURACY = "accuracy of two models on the same data"
    RECORD = "a record of how the model was trained"
    TWINS = "the paper-size twins"


@dataclass(frozen=True, slots=True)
class Finding(Generic[Facts]):
    """Of one model: whether what is claimed of it holds, and the facts that say so.

    Where it was not tested, `facts` may be what was missing.
    """

    outcome: Outcome
    facts: Facts | Missing


@dataclass(frozen=True, slots=True)
class Verdict(Generic[RowFacts, Facts]):
    """Of a row: whether it holds, the facts that matter most, and the finding on each model.

    `facts` is what was missing where nothing could be tested.
    """

    outcome: Outcome
    facts: RowFacts | Missing
    findings: Mapping[str, Finding[Facts]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A row: what it `says` of each model, by name, and the check of that.

    `measured` names the fields of Evidence that come from a measurement. `source` says who claims
    it, where that is a publication.
    """

    key: str
    title: str
    says: Mapping[str, str]
    check: Callable[[Evidence], Verdict[Any, Any]]
    measured: tuple[str, ...] = ()
    source: str = ""


def overall(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome for a row from those for its models: what all say, or that it holds in part.

    Where most could not be tested, the row was not tested.

    >>> overall([Outcome.HOLDS, Outcome.FAILS]).value
    'in part'
    """
    given = list(outcomes)
    if 2 * given.count(Outcome.UNTESTED) > len(given):
        return Outcome.UNTESTED
    if len(set(given)) == 1:
        return given[0]
    return Outcome.IN_PART if {Outcome.HOLDS, Outcome.IN_PART} & set(given) else Outcome.FAILS


def judged(facts: RowFacts, findings: Mapping[str, Finding[Facts]]) -> Verdict[RowFacts, Facts]:
    """The verdict on a row whose models were looked at."""
    return Verdict(overall(finding.outcome for finding in findings.values()), facts, findings)


def untested(models: Iterable[str], missing: Missing) -> Verdict[Any, Any]:
    """The verdict on a row that could not be tested on any of its `models`."""
    findings: dict[str, Finding[Any]] = {
        name: Finding(Outcome.UNTESTED, missing) for name in models
    }
    return Verdict(Outcome.UNTESTED, missing, findings)


def graded(right: bool, partly: bool = False) -> Outcome:
    """The outcome for what is `right`, or `partly` so, or neither.

    >>> graded(False, partly=True).value
    'in part'
    """
    return Outcome.HOLDS if right else Outcome.IN_PART if partly else Outcome.FAILS


def near(value: float, target: float) -> bool:
    """Whether `value` is within 2 % of `target`: what rounding to two digits does.

    >>> near(109e6, 110e6), near(100e6, 110e6)
    (True, False)
    """
    return abs(value / target - 1) <= 0.02
