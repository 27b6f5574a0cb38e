"""The comparison table in words: outcomes, facts, reasons, and how each row was checked. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model_zoo.comparison.verdict import Claim, Missing, Outcome, Verdict
from model_zoo.models.sets import ModelSet
from ui.four import sentences, tasks, trained
from ui.show.wording import listing

MEASURE_HERE = "Measure on this machine"  # labels of buttons that sentences name
MEASURE_TWINS = "Measure the twins"

OUTCOMES = {
    Outcome.HOLDS: "holds",
    Outcome.IN_PART: "holds in part",
    Outcome.FAILS: "does not hold here",
    Outcome.UNTESTED: "not tested here",
}
_OF_ROWS = {  # an outcome -> what is said of one row, of several
    Outcome.HOLDS: ("holds", "hold"),
    Outcome.IN_PART: ("holds in part", "hold in part"),
    Outcome.FAILS: ("does not hold here", "do not hold here"),
    Outcome.UNTESTED: ("is not tested here", "are not tested here"),
}
_NO_TIMES = f"Speed and memory have not been measured: press “{MEASURE_HERE}”."
MISSING = {  # for a whole row
    Missing.SIGHTS: f"What the models see has not been measured: press “{MEASURE_HERE}”.",
    Missing.TIMES: _NO_TIMES,
    Missing.FOOTPRINTS: _NO_TIMES,
    Missing.LENGTHS: "This needs the time at two lengths of text: measure on this machine.",
    Missing.SHARED_LENGTHS: "The models were not timed at the same lengths of text.",
    Missing.ACCURACY: "A model has no accuracy on record: train it with this project.",
    Missing.SHARED_ACCURACY: "A model has no accuracy on record.",
    Missing.RECORD: "The models have no record of how they were trained: train them with this "
    "project.",
    Missing.TWINS: f"The paper-size twins have not been measured: press “{MEASURE_TWINS}”.",
}


@dataclass(frozen=True, slots=True)
class RowWords:
    """How to put the facts of a row, those on a model and those on all, and how it was checked."""

    finding: Callable[[str, Any], str]
    reason: Callable[[Any], str]
    how: str


def finding(key: str, model: str, facts: Any) -> str:
    """The facts that the check of `key` has on `model`, as a phrase without a full stop."""
    if isinstance(facts, Missing):
        return trained.NO_RECORD if facts is Missing.RECORD else "not measured"
    return _ROWS[key].finding(model, facts)


def reason(key: str, verdict: Verdict[Any, Any]) -> str:
    """Why the row `key` has its verdict, in whole sentences; or what is missing to judge it."""
    if isinstance(verdict.facts, Missing):
        return MISSING[verdict.facts]
    return _ROWS[key].reason(verdict.facts)


def tally(verdicts: Sequence[Verdict[Any, Any]]) -> str:
    """How many rows hold, in a sentence."""
    counts = {
        outcome: sum(verdict.outcome == outcome for verdict in verdicts) for outcome in Outcome
    }
    parts = [
        f"{count} {_OF_ROWS[outcome][count != 1]}" for outcome, count in counts.items() if count
    ]
    return f"Of {len(verdicts)} rows, {listing(parts)}."


def how(key: str, *, bundled: bool = True) -> str:
    """How the claim `key` was checked, of the bundled models or others, in whole sentences."""
    return _ROWS[key].how if bundled else _OF_OTHERS.get(key, _ROWS[key].how)


def whose(of: ModelSet) -> str:
    """Which set the table's figures are from, as a sentence.

    >>> from model_zoo.models.sets import model_set
    >>> whose(model_set())[:70]
    'The figures are of the set “Sentiment of film reviews”: Trained for Qu'
    """
    about = ", ".join(part for part in (of.origin.rstrip("."), of.date) if part)
    return f"The figures are of the set “{of.title}”" + (f": {about}." if about else ".")


def lacking(verdict: Verdict[Any, Any]) -> Missing | None:
    """What kept a row from being judged of every one of its models; None where facts are there."""
    if isinstance(verdict.facts, Missing):
        return verdict.facts
    facts = [finding.facts for finding in verdict.findings.values()]
    missing = [fact for fact in facts if isinstance(fact, Missing)]
    return missing[0] if facts and len(missing) == len(facts) else None


def left_out(missing: Sequence[tuple[Claim, Missing]]) -> str:
    """Which rows are not shown, for want of what, and what to do; empty where all are."""
    reasons: dict[str, list[str]] = {}
    for claim, what in missing:
        reasons.setdefault(MISSING[what], []).append(claim.title)
    parts = [f"{listing(titles)}: {reason}" for reason, titles in reasons.items()]
    return f"Left out of the table. {' '.join(parts)}" if parts else ""


_ROWS: Mapping[str, RowWords] = {
    "directionality": RowWords(
        sentences.direction,
        sentences.directions,
        "Each token of a fixed sentence is replaced by [MASK] in turn, and we look which "
        "positions move: in the LSTM, in each half of the BiLSTM, and after the first "
        "layer of the Transformers. What a position cannot see moves it by exactly 0.",
    ),
    "architecture": RowWords(
        sentences.architecture,
        sentences.architectures,
        "Read from the names and shapes of the weights: an LSTM cell has four rows a "
        "unit, one for each gate and one for the new content; a Transformer layer has "
        "attention and feed-forward matrices.",
    ),
    "context": RowWords(
        sentences.context,
        sentences.contexts,
        "As for directionality, but of the whole model: of all pairs of a position and another "
        "token of the sentence, in how many the position moves at all.",
    ),
    "processing": RowWords(
        sentences.processing,
        sentences.processings,
        "Steps that must wait for each other, from the config. Median time of single "
        "texts at several lengths: what one more token costs, and how many multiply-adds "
        "a second each model gets done (core weights × tokens; attention’s own products "
        "are left out).",
    ),
    "size": RowWords(
        sentences.size,
        sentences.sizes,
        "Weights counted in the files; the papers’ sizes on twins built from the "
        "published configs. “Few million” is taken as 1 to 10, equal as within 2 %.",
    ),
    "training": RowWords(
        trained.training,
        trained.trainings,
        "From each model’s metrics.json, written when it was trained; nothing is trained "
        "again here.",
    ),
    "memory": RowWords(
        sentences.memory,
        sentences.memories,
        "Resident memory that loading a model and one call add to a fresh process. Low, "
        "moderate and high are taken as an order: LSTM below both moderate ones, these "
        "below BERT, and DistilBERT above the BiLSTM.",
    ),
    "speed": RowWords(
        sentences.speed,
        sentences.speeds,
        "Median time of a whole call, from text to probabilities, at every length and "
        "batch size that was measured; the order is asked for in each.",
    ),
    "quality": RowWords(
        trained.quality,
        trained.qualities,
        "Accuracy of the bundled weights on SST-2’s validation sentences and on everyday "
        "reviews that were not trained on, with 95 % intervals (Wilson). Better means "
        "higher on both and, on one at least, by more than the intervals; in part means "
        "higher somewhere.",
    ),
    "layers": RowWords(
        sentences.depth,
        sentences.depths,
        "From each model’s config.",
    ),
    "example": RowWords(
        tasks.example,
        tasks.examples,
        "With models trained beside these to guess words and to answer questions, where there are "
        "any (“Guess the word”): LSTM against the commonest word, BiLSTM against the LSTM, BERT "
        "against the recurrent ones. DistilBERT is held against BERT, too, in disk space and in "
        "time at every length and batch size measured.",
    ),
    "paper-size": RowWords(
        trained.paper_size,
        trained.paper_sizes,
        "Built from the published configs on torch’s meta device and counted; no memory is taken.",
    ),
    "paper-speed": RowWords(
        trained.paper_speed,
        trained.paper_speeds,
        "Forward passes of both twins with random weights, batch 1, at several lengths; "
        "one is in memory at a time, and they take turns so that a noisy minute hits "
        "both. “Holds” asks for 1.60× at every length, “in part” for more than 1.05× at "
        "one.",
    ),
    "paper-quality": RowWords(
        trained.paper_quality,
        trained.paper_qualities,
        "From the accuracies of the bundled models; the most this can come to is “in part”.",
    ),
}

_OF_OTHERS = {  # how a row was checked where that is not of the bundled models
    "quality": "Accuracies with 95 % intervals from each model’s metrics.json. Better means higher "
    "on all data that both have an accuracy on and, on some, by more than the intervals; in part "
    "means higher somewhere.",
}
