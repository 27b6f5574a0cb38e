"""Rows on what the models cost: processing, memory, speed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model_zoo.comparison.evidence import FOUR, RECURRENT, Evidence, setting_ms, single_ms
from model_zoo.comparison.verdict import Finding, Missing, Verdict, graded, judged, untested
from model_zoo.measure.footprint import Footprint


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`steps` that wait for one another in a text of `tokens` tokens; what one more token costs.

    That is `token_ms` milliseconds; `of_lstm` is how many times the LSTM's, None for the LSTM.
    """

    steps: int
    tokens: int
    token_ms: float
    of_lstm: float | None


@dataclass(frozen=True, slots=True)
class Parallel:
    """`steps` that wait for one another in a text of any length, and what long texts cost.

    `work_of_lstm` is how many times the LSTM's multiply-adds the model gets done in a second;
    `growth` how many times as long a text of `longest` tokens takes as one of `shortest`.
    """

    steps: int
    work_of_lstm: float
    growth: float
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What one more token costs the BiLSTM, in times the LSTM's; what BERT does on `threads`."""

    bilstm_of_lstm: float
    bert: Parallel
    threads: int


def processing(evidence: Evidence) -> Verdict[Pace, Recurrence | Parallel]:
    """Steps that wait for one another, and what times of single texts say of them."""
    curves = {name: single_ms(evidence.sweep, name) for name in FOUR}
    if evidence.sweep is None or any(len(curve) < 2 for curve in curves.values()):
        return untested(FOUR, Missing.LENGTHS)
    shared = set.intersection(*map(set, curves.values()))
    if len(shared) < 2:
        return untested(FOUR, Missing.SHARED_LENGTHS)
    shortest, longest = min(shared), max(shared)
    slope = {
        name: (curve[longest] - curve[shortest]) / (longest - shortest)
        for name, curve in curves.items()
    }
    work = {  # multiply-adds a second: every core weight is used once a token
        name: evidence.cards[name].core_parameters * longest / curve[longest] * 1e3
        for name, curve in curves.items()
    }

    def recurrent(name: str) -> Finding[Recurrence | Parallel]:
        ways = 2 if evidence.configs[name].get("bidirectional") else 1
        passes = slope[name] / slope["lstm"]
        right = ways == (1 if name == "lstm" else 2)
        timely = slope[name] > 0 and (name == "lstm" or 1.5 <= passes <= 2.6)
        steps = ways * evidence.cards[name].layers * longest
        of_lstm = None if name == "lstm" else passes
        facts = Recurrence(steps, longest, slope[name], of_lstm)
        return Finding(graded(right and timely, right), facts)

    def parallel(name: str) -> Parallel:
        growth = curves[name][longest] / curves[name][shortest]
        faster = work[name] / work["lstm"]
        return Parallel(evidence.cards[name].layers, faster, growth, shortest, longest)

    encoders = {name: parallel(name) for name in FOUR if name not in RECURRENT}
    findings: dict[str, Finding[Recurrence | Parallel]] = {
        name: Finding(graded(encoders[name].work_of_lstm > 1.1, True), encoders[name])
        if name in encoders
        else recurrent(name)
        for name in FOUR
    }
    threads = max(latency.threads for latency in evidence.sweep.latencies)
    return judged(Pace(slope["bilstm"] / slope["lstm"], encoders["bert"], threads), findings)


@dataclass(frozen=True, slots=True)
class MemoryOrder:
    """The models from least memory to most, and DistilBERT's in times the BiLSTM's and BERT's."""

    order: tuple[str, ...]
    distilbert_of_bilstm: float
    distilbert_of_bert: float


def memory(evidence: Evidence) -> Verdict[MemoryOrder, Footprint]:
    """Whether the models' memory, added to a fresh process, has the order that is claimed."""
    footprints = {
        footprint.model: footprint
        for footprint in (evidence.memory.footprints if evidence.memory else ())
    }
    if not set(FOUR) <= set(footprints):
        return untested(FOUR, Missing.FOOTPRINTS)
    added = {name: footprints[name].added_bytes for name in FOUR}
    lstm, bilstm, bert, distilbert = added.values()
    outcomes = {
        "lstm": graded(lstm < min(bilstm, bert, distilbert), lstm < bert),
        "bilstm": graded(lstm < bilstm < bert, bilstm < bert),
        "bert": graded(bert > max(lstm, bilstm, distilbert), bert > min(lstm, bilstm, distilbert)),
        "distilbert": graded(max(lstm, bilstm) < distilbert < bert, distilbert < bert),
    }
    order = tuple(sorted(FOUR, key=added.__getitem__))
    return judged(
        MemoryOrder(order, distilbert / bilstm, distilbert / bert),
        {name: Finding(outcomes[name], footprints[name]) for name in FOUR},
    )


@dataclass(frozen=True, slots=True)
class Rank:
    """A model's median `milliseconds` for one text of `tokens` tokens, and its place in the order.

    In `wins` of `settings` settings of length and batch it stands where it is claimed to.
    """

    tokens: int
    milliseconds: float
    wins: int
    settings: int


@dataclass(frozen=True, slots=True)
class Race:
    """How many times as long BERT takes for a text of `tokens` tokens as two others do.

    `ranks` are the places of the four models.
    """

    tokens: int
    bert_of_lstm: float
    bert_of_distilbert: float
    ranks: Mapping[str, Rank]


def speed(evidence: Evidence) -> Verdict[Race, Rank]:
    """Whether the models' times have the order that is claimed, in every setting measured."""
    full = {at: ms for at, ms in setting_ms(evidence.sweep).items() if set(FOUR) <= set(ms)}
    if not full:
        return untested(FOUR, Missing.TIMES)

    def count(placed: Callable[[Mapping[str, float]], bool]) -> int:
        return sum(placed(ms) for ms in full.values())

    wins = {
        "lstm": count(lambda ms: ms["lstm"] == min(ms.values())),
        "bilstm": count(lambda ms: ms["lstm"] < ms["bilstm"] < ms["bert"]),
        "bert": count(lambda ms: ms["bert"] == max(ms.values())),
        "distilbert": count(lambda ms: ms["distilbert"] < ms["bert"]),
    }
    typical = min(full, key=lambda at: (at[1], abs(at[0] - 32)))  # a single text of middling length
    tokens, ms = typical[0], full[typical]
    ranks = {name: Rank(tokens, ms[name], wins[name], len(full)) for name in FOUR}
    return judged(
        Race(tokens, ms["bert"] / ms["lstm"], ms["bert"] / ms["distilbert"], ranks),
        {
            name: Finding(graded(rank.wins == rank.settings, rank.wins > 0), rank)
            for name, rank in ranks.items()
        },
    )
