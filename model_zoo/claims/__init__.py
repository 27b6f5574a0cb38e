"""What is said of the four models, and whether it holds on this machine.

`CLAIMS` is the comparison table, a row each; `PUBLISHED` are the papers' figures, checked on twins
of the papers' size. A row's `check` looks at the evidence and finds, for every model, what was
measured and whether it bears the claim out; no verdict is written down anywhere.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_zoo.anatomy import anatomy, read_config
from model_zoo.registry import MODELS_DIR, SPECS, card, read_card, read_metrics
from model_zoo.results import (
    Block,
    Footprint,
    Latency,
    ModelCard,
    Sight,
    Sights,
    Sweep,
    Twin,
    Twins,
)

HOLDS = "holds"
IN_PART = "holds in part"
FAILS = "does not hold here"
UNTESTED = "not tested here"
OUTCOMES = (HOLDS, IN_PART, FAILS, UNTESTED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that claims are checked against. What has not been measured is None.

    By model name: `cards`; `metrics` (metrics.json); `configs` (config.json); `blocks` (anatomy);
    `made`, how the model card says it was made. Times are taken from `sweep`, footprints from
    `memory`, which may be another sweep: a quick one has none.
    """

    cards: Mapping[str, ModelCard]
    metrics: Mapping[str, dict]
    configs: Mapping[str, dict]
    blocks: Mapping[str, tuple[Block, ...]]
    made: Mapping[str, str]
    sights: Sights | None = None
    sweep: Sweep | None = None
    memory: Sweep | None = None
    twins: Twins | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one model, and whether it bears out what is claimed of it."""

    outcome: str
    said: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a row of the table holds, why, and what was found of each model."""

    outcome: str
    reason: str
    findings: Mapping[str, Finding]


@dataclass(frozen=True, slots=True)
class Claim:
    """A row: what is claimed of each model, and how that is checked.

    `measured` names the fields of Evidence that come from a measurement. `source` says who claims
    it, where that is a publication.
    """

    key: str
    title: str
    says: Mapping[str, str]
    how: str
    check: Callable[[Evidence], Verdict]
    measured: tuple[str, ...] = ()
    source: str = ""


def gather(root: Path = MODELS_DIR) -> Evidence:
    """What the models' own files have to say; raises WeightsError where they are missing."""
    return Evidence(
        cards={name: card(name, root) for name in SPECS},
        metrics={name: read_metrics(name, root) for name in SPECS},
        configs={name: read_config(name, root) for name in SPECS},
        blocks={name: anatomy(name, root) for name in SPECS},
        made={name: _made(read_card(name, root)) for name in SPECS},
    )


def overall(findings: Mapping[str, Finding]) -> str:
    """The verdict on a row from those on its models: what all say, or that it holds in part.

    Where most could not be tested, the row was not tested.
    """
    found = [one.outcome for one in findings.values()]
    if 2 * found.count(UNTESTED) > len(found):
        return UNTESTED
    if len(set(found)) == 1:
        return found[0]
    return IN_PART if {HOLDS, IN_PART} & set(found) else FAILS


def _verdict(findings: Mapping[str, Finding], reason: str) -> Verdict:
    return Verdict(overall(findings), reason, findings)


def _untested(names: Mapping[str, str], reason: str) -> Verdict:
    return _verdict({name: Finding(UNTESTED, "not measured") for name in names}, reason)


def _graded(right: bool, partly: bool = False) -> str:
    return HOLDS if right else IN_PART if partly else FAILS


# -- what the models see ---------------------------------------------------------------------------

ALL_FOUR = ("lstm", "bilstm", "bert", "distilbert")
NO_SIGHTS = "What the models see has not been measured: press “Measure on this machine”."


def _directionality(evidence: Evidence) -> Verdict:
    if evidence.sights is None:
        return _untested(DIRECTION, NO_SIGHTS)
    seen = {(one.model, one.part): one for one in evidence.sights.seen}
    findings: dict[str, Finding] = {}
    for name, parts in {
        "lstm": ("whole",),
        "bilstm": ("forward", "backward"),
        "bert": ("layer 1",),
        "distilbert": ("layer 1",),
    }.items():
        found = [seen[name, part] for part in parts if (name, part) in seen]
        if len(found) < len(parts):
            findings[name] = Finding(UNTESTED, "not measured")
        elif name == "lstm":
            findings[name] = Finding(_graded(_past_only(found[0])), _sides(found[0]))
        elif name == "bilstm":
            right = _past_only(found[0]) and _future_only(found[1])
            findings[name] = Finding(
                _graded(right, _both(seen[name, "whole"])),
                f"one half: {_sides(found[0])}; other half: {_sides(found[1])}",
            )
        else:
            findings[name] = Finding(
                _graded(_all(found[0]), _both(found[0])), f"in layer 1: {_sides(found[0])}"
            )
    alike: dict[str, list[str]] = {}
    for (name, part), one in seen.items():
        if part != "whole" or name == "lstm":
            said = f"{one.later_seen} of {one.pairs} later and {one.earlier_seen} earlier tokens"
            alike.setdefault(said, []).append(_title(name) + _PART_OF[part])
    reason = " ".join(f"{_and(parts)}: {said} move a position." for said, parts in alike.items())
    return _verdict(findings, reason)


_PART_OF = {
    "whole": "",
    "forward": "’s forward half",
    "backward": "’s backward half",
    "layer 1": "’s first layer",
}


def _context(evidence: Evidence) -> Verdict:
    if evidence.sights is None:
        return _untested(CONTEXT, NO_SIGHTS)
    seen = {one.model: one for one in evidence.sights.seen if one.part == "whole"}
    findings = {}
    for name in ALL_FOUR:
        if (one := seen.get(name)) is None:
            findings[name] = Finding(UNTESTED, "not measured")
            continue
        right = _past_only(one) if name == "lstm" else _all(one)
        findings[name] = Finding(
            _graded(right, _both(one) if name != "lstm" else False),
            f"sees {one.earlier_seen + one.later_seen} of {2 * one.pairs} pairs, "
            f"{one.later_seen} of them in the future",
        )
    reason = "Of the pairs of a position and another token, " + _listed(
        f"{_title(name)} sees {(one.earlier_seen + one.later_seen) / (2 * one.pairs):.0%}"
        for name, one in seen.items()
    )
    return _verdict(findings, f"{reason}.")


def _past_only(one: Sight) -> bool:
    return one.later_seen == 0 and one.earlier_seen == one.pairs


def _future_only(one: Sight) -> bool:
    return one.earlier_seen == 0 and one.later_seen == one.pairs


def _all(one: Sight) -> bool:
    return one.earlier_seen == one.later_seen == one.pairs


def _both(one: Sight) -> bool:
    return one.earlier_seen > 0 and one.later_seen > 0


def _sides(one: Sight) -> str:
    def side(seen: int, mean: float) -> str:
        return f"move it by {mean:.0%}" if seen else "never move it"

    return (
        f"earlier tokens {side(one.earlier_seen, one.earlier_mean)}, "
        f"later ones {side(one.later_seen, one.later_mean)}"
    )


# -- what they are made of -------------------------------------------------------------------------


def _architecture(evidence: Evidence) -> Verdict:
    findings = {}
    for name in ALL_FOUR:
        core = [block for block in evidence.blocks[name] if block.stage == "core"]
        parts = {part.name for block in core for part in block.parts}
        if name in ("lstm", "bilstm"):
            units = evidence.configs[name]["hidden_size"]
            rows = {part.shape for block in core for part in block.parts if "state" in part.name}
            right = all(shape.endswith(f"4 × {units:,}") for shape in rows) and bool(rows)
            said = f"{_counted(len(core), 'LSTM cell')} of {units} units: 3 gates and new content"
        else:
            right = {"self-attention", "feed-forward"} <= parts
            said = f"{_counted(len(core), 'layer')} of self-attention and feed-forward, no cell"
        findings[name] = Finding(_graded(right), said)
    kinds: dict[str, list[str]] = {kind: [] for kind in ("LSTM cells", "self-attention")}
    for name, one in findings.items():
        for kind, titles in kinds.items():
            if kind.rstrip("s") in one.said:
                titles.append(_title(name))
    reason = _listed(f"{_and(titles) or 'no model'} keep {kind}" for kind, titles in kinds.items())
    return _verdict(findings, f"In their weights {reason}.")


def _layers(evidence: Evidence) -> Verdict:
    cards = evidence.cards
    both_ways = bool(evidence.configs["bilstm"].get("bidirectional"))
    lstm, bilstm, bert, distilbert = (cards[name].layers for name in ALL_FOUR)
    findings = {
        "lstm": Finding(_graded(lstm >= 1), _counted(lstm, "layer")),
        "bilstm": Finding(
            _graded(bilstm > 1 and both_ways, both_ways or bilstm > 1),
            f"{_counted(bilstm, 'layer')}, {'both ways' if both_ways else 'one way'}",
        ),
        "bert": Finding(_graded(12 <= bert <= 24), _counted(bert, "layer")),
        "distilbert": Finding(
            _graded(distilbert == 6 and bert == 2 * distilbert, 2 * distilbert == bert),
            f"{_counted(distilbert, 'layer')}, {distilbert / bert:.0%} of BERT’s",
        ),
    }
    several = "several" if bilstm > 1 else "one, not several,"
    return _verdict(
        findings,
        f"The BiLSTM here has {several} in each direction; BERT has {bert}, DistilBERT "
        f"{distilbert}, the LSTM {lstm}.",
    )


def _size(evidence: Evidence) -> Verdict:
    cards = evidence.cards
    lstm, bilstm, bert, distilbert = (cards[name].parameters for name in ALL_FOUR)
    core = cards["bilstm"].core_parameters / cards["lstm"].core_parameters
    whole = bilstm / lstm
    twins = _twins(evidence)
    findings = {
        "lstm": Finding(
            _graded(1e6 <= lstm < 1e7),
            f"{_millions(lstm)}, {_millions(cards['lstm'].core_parameters)} of them recurrent",
        ),
        "bilstm": Finding(
            _graded(_near(whole, 2), _near(core, 2)),
            f"{_millions(bilstm)}: {core:.2f}× the recurrent part, {whole:.2f}× in all",
        ),
        "bert": Finding(
            _graded(0.98 * 110e6 <= bert <= 1.02 * 340e6, _is(twins, "bert-base", 110e6)),
            f"{_millions(bert)} here{_own_size(twins, 'bert-base', 'bert-large')}",
        ),
        "distilbert": Finding(
            _graded(_near(distilbert, 66e6), _is(twins, "distilbert-base", 66e6)),
            f"{_millions(distilbert)} here{_own_size(twins, 'distilbert-base')}",
        ),
    }
    width = {evidence.configs[name].get(key) for name, key in _WIDTHS}
    reason = (
        f"The BiLSTM’s recurrent part is {core:.2f}× the LSTM’s, the whole only {whole:.2f}×, for "
        f"both carry the same word vectors. The bundled Transformers are "
        f"{' and '.join(map(str, width))} wide, not 768, so BERT has {_millions(bert)}"
        + (
            f"; built at the papers’ size it has {_millions(twins['bert-base'].parameters)}, "
            f"DistilBERT {_millions(twins['distilbert-base'].parameters)}."
            if {"bert-base", "distilbert-base"} <= set(twins)
            else "."
        )
    )
    return _verdict(findings, reason)


_WIDTHS = (("bert", "hidden_size"), ("distilbert", "dim"))


def _training(evidence: Evidence) -> Verdict:
    findings = {}
    for name in ALL_FOUR:
        metrics, made = evidence.metrics[name], evidence.made[name]
        rows, base = metrics.get("data", {}).get("train_rows"), metrics.get("base")
        if not rows:
            findings[name] = Finding(UNTESTED, "no record of its training")
        elif name in ("lstm", "bilstm"):
            also = ", word vectors from a pre-trained encoder" if base else ""
            findings[name] = Finding(_graded(not base, True), f"{rows:,} labelled rows{also}")
        elif name == "bert":
            trained = _layers_of(base) or 0
            ours = evidence.cards[name].layers
            findings[name] = Finding(
                _graded(bool(base) and trained >= ours, bool(base)),
                f"{trained} of {ours} layers pre-trained elsewhere, all fine-tuned on {rows:,} rows"
                if base
                else f"{rows:,} labelled rows, nothing pre-trained",
            )
        else:
            right = "distilled" in made
            findings[name] = Finding(
                _graded(right),
                f"{'distilled from the BERT here' if right else 'not distilled'}, {rows:,} rows",
            )
    base = evidence.metrics["bert"].get("base")
    reason = (
        f"On record: all start from {base}, the recurrent models with its word vectors, BERT with "
        f"its layers ({findings['bert'].said.split(',')[0]}); that pre-training was not done here."
        if base
        else "On record: no model started from a pre-trained encoder."
    )
    return _verdict(findings, reason)


def _layers_of(base: str | None) -> int | None:
    found = re.search(r"-L(\d+)-", base or "")
    return int(found[1]) if found else None


def _example(evidence: Evidence) -> Verdict:
    findings = {}
    for name in ALL_FOUR:
        labels = list(evidence.configs[name].get("id2label", {}).values())
        findings[name] = Finding(UNTESTED, f"answers {' or '.join(labels)}, nothing else")
    cheaper = _cheaper(evidence)
    if cheaper:
        outcome, said = cheaper
        findings["distilbert"] = Finding(outcome, said)
    labels = list(evidence.configs["lstm"].get("id2label", {}).values())
    words = evidence.configs["lstm"].get("vocab_size", 0)
    reason = (
        f"All four end in a head with {len(labels)} answers ({' and '.join(labels)}), none with "
        f"one for each of the {words:,} words of the vocabulary, so guessing words, translation "
        "and question answering cannot be tried here. What can be seen is how each answer forms "
        "as the LSTM reads on and as the BiLSTM reads from both sides."
    )
    if cheaper:
        reason += f" DistilBERT does BERT’s task here at less cost: {cheaper[1]}."
    return _verdict(findings, reason)


def _cheaper(evidence: Evidence) -> tuple[str, str] | None:
    """Whether DistilBERT does what BERT does for less; None where nothing was timed."""
    pairs = _pairs(evidence.sweep, "bert", "distilbert")
    if not pairs:
        return None
    same = evidence.configs["bert"].get("id2label") == evidence.configs["distilbert"].get(
        "id2label"
    )
    faster = sum(mine < bert for bert, mine in pairs.values())
    share = evidence.cards["distilbert"].size_bytes / evidence.cards["bert"].size_bytes
    return (
        _graded(same and share < 1 and faster == len(pairs), share < 1 or faster > 0),
        f"{share:.0%} of BERT’s disk space, faster in {faster} of {len(pairs)} settings",
    )


# -- what they cost --------------------------------------------------------------------------------

NO_SWEEP = "Speed and memory have not been measured: press “Measure on this machine”."


def _processing(evidence: Evidence) -> Verdict:
    curves = {name: _by_length(evidence.sweep, name) for name in ALL_FOUR}
    if any(len(points) < 2 for points in curves.values()):
        return _untested(
            PROCESSING, "This needs the time at two lengths of text: measure on this machine."
        )
    shortest = max(min(points) for points in curves.values())
    longest = min(max(points) for points in curves.values())
    if shortest >= longest:
        return _untested(PROCESSING, "The models were not timed at the same lengths of text.")
    slope = {
        name: (points[longest] - points[shortest]) / (longest - shortest)
        for name, points in curves.items()
    }
    work = {  # multiply-adds a second: every core weight is used once a token
        name: evidence.cards[name].core_parameters * longest / points[longest] * 1e3
        for name, points in curves.items()
    }
    findings = {}
    for name in ALL_FOUR:
        layers = evidence.cards[name].layers
        grown = curves[name][longest] / curves[name][shortest]
        if name in ("lstm", "bilstm"):
            ways = 2 if evidence.configs[name].get("bidirectional") else 1
            passes = slope[name] / slope["lstm"]
            right = ways == 1 if name == "lstm" else ways == 2
            timely = slope[name] > 0 and (name == "lstm" or 1.5 <= passes <= 2.6)
            said = (
                f"{ways * layers * longest:,} steps in a row for {longest} tokens; each more costs "
                f"{slope[name]:.3f} ms"
            )
            if name == "bilstm":
                said += f", {passes:.1f}× the LSTM’s"
            findings[name] = Finding(_graded(right and timely, right), said)
        else:
            faster = work[name] / work["lstm"]
            findings[name] = Finding(
                _graded(faster > 1.1, True),
                f"{layers} steps in a row at any length; {faster:.1f}× the LSTM’s arithmetic a "
                f"second; {grown:.1f}× the time from {shortest} to {longest} tokens",
            )
    grown = curves["bert"][longest] / curves["bert"][shortest]
    threads = {one.threads for one in evidence.sweep.latencies} if evidence.sweep else set()
    reason = (
        f"A word costs the BiLSTM {slope['bilstm'] / slope['lstm']:.1f}× what it costs the LSTM. "
        f"BERT handles all words of a layer at once and gets {work['bert'] / work['lstm']:.1f}× as "
        "much arithmetic a second out of the processor; that does not make long texts free: on "
        f"{_counted(max(threads), 'thread')}, {longest} tokens take it {grown:.1f}× as long as "
        f"{shortest}."
    )
    return _verdict(findings, reason)


def _memory(evidence: Evidence) -> Verdict:
    taken: dict[str, Footprint] = {
        one.model: one for one in (evidence.memory.footprints if evidence.memory else ())
    }
    if not set(ALL_FOUR) <= set(taken):
        return _untested(MEMORY, NO_SWEEP)
    lstm, bilstm, bert, distilbert = (taken[name].added_bytes for name in ALL_FOUR)
    outcome = {
        "lstm": _graded(lstm < min(bilstm, bert, distilbert), lstm < bert),
        "bilstm": _graded(lstm < bilstm < bert, bilstm < bert),
        "bert": _graded(bert > max(lstm, bilstm, distilbert), bert > min(lstm, bilstm, distilbert)),
        "distilbert": _graded(max(lstm, bilstm) < distilbert < bert, distilbert < bert),
    }
    findings = {
        name: Finding(
            outcome[name],
            f"adds {taken[name].added_bytes / 1e6:.0f} MB; weights "
            f"{taken[name].weights_bytes / 1e6:.0f} MB",
        )
        for name in ALL_FOUR
    }
    order = sorted(ALL_FOUR, key=lambda name: taken[name].added_bytes)
    reason = (
        f"From least to most: {_and([_title(name) for name in order])}. The two called moderate "
        f"are not alike: DistilBERT takes {distilbert / bilstm:.1f}× what the BiLSTM takes, and "
        f"{distilbert / bert:.0%} of BERT’s."
    )
    return _verdict(findings, reason)


def _speed(evidence: Evidence) -> Verdict:
    settings = _settings(evidence.sweep)
    full = {at: found for at, found in settings.items() if set(ALL_FOUR) <= set(found)}
    if not full:
        return _untested(SPEED, NO_SWEEP)
    count = len(full)

    def share(right: Callable[[Mapping[str, float]], bool]) -> int:
        return sum(right(found) for found in full.values())

    wins = {
        "lstm": share(lambda ms: ms["lstm"] == min(ms.values())),
        "bilstm": share(lambda ms: ms["lstm"] < ms["bilstm"] < ms["bert"]),
        "bert": share(lambda ms: ms["bert"] == max(ms.values())),
        "distilbert": share(lambda ms: ms["distilbert"] < ms["bert"]),
    }
    meant = {
        "lstm": "the fastest",
        "bilstm": "between LSTM and BERT",
        "bert": "the slowest",
        "distilbert": "faster than BERT",
    }
    typical = min(full, key=lambda at: (at[1], abs(at[0] - 32)))
    findings = {
        name: Finding(
            _graded(wins[name] == count, wins[name] > 0),
            f"{full[typical][name]:.1f} ms for {typical[0]} tokens; {meant[name]} in "
            f"{wins[name]} of {count} settings",
        )
        for name in ALL_FOUR
    }
    ms = full[typical]
    reason = (
        f"For a text of {typical[0]} tokens BERT takes {ms['bert'] / ms['lstm']:.1f}× as long as "
        f"the LSTM and {ms['bert'] / ms['distilbert']:.1f}× as long as DistilBERT. "
        + _and([f"{_title(name)} is {meant[name]} in {wins[name]}" for name in ALL_FOUR])
        + f" of {count} settings of length and batch."
    )
    return _verdict(findings, reason)


def _quality(evidence: Evidence) -> Verdict:
    parts = {name: _scores(evidence.metrics[name]) for name in ALL_FOUR}
    if not all(parts.values()):
        return _untested(QUALITY, "A model has no accuracy on record: train it with this project.")
    lstm, bilstm, bert, distilbert = (parts[name] for name in ALL_FOUR)
    against = {name: _compare(bert, parts[name]) for name in ("lstm", "bilstm", "distilbert")}
    better = _compare(bilstm, lstm)
    best = overall({name: Finding(one.outcome, "") for name, one in against.items()})
    kept = [distilbert[part][0] / bert[part][0] for part in bert if part in distilbert]
    findings = {
        "lstm": Finding(HOLDS, f"{_accuracy(lstm)}: what others are measured by"),
        "bilstm": Finding(better.outcome, _accuracy(bilstm)),
        "bert": Finding(best, _accuracy(bert)),
        "distilbert": Finding(
            _graded(min(kept) >= 0.97, max(kept) >= 0.97),
            f"{_accuracy(distilbert)}; keeps {_and([f'{share:.1%}' for share in kept])} of BERT’s",
        ),
    }
    reason = (
        f"BiLSTM against LSTM: {better.said}. BERT "
        + _listed(f"against {_title(name)}: {one.said}" for name, one in against.items())
        + f". DistilBERT keeps at least {min(kept):.1%} of BERT’s accuracy. Where 95 % intervals "
        "overlap, a difference may be chance. All four answered the same rows, but who got which "
        "right is not kept, so a paired test cannot be made of these."
    )
    return _verdict(findings, reason)


Scores = dict[str, tuple[float, tuple[float, float]]]  # data -> accuracy, 95 % interval


def _scores(metrics: dict) -> Scores:
    return {
        part: (metrics[part]["accuracy"], tuple(metrics[part]["ci95"]))
        for part in ("validation", "unseen_half")
        if part in metrics
    }


def _compare(mine: Scores, other: Scores) -> Finding:
    """Whether `mine` is better: on all data and once beyond chance, in part, or not at all."""
    parts = [part for part in mine if part in other]
    higher = sum(mine[part][0] > other[part][0] for part in parts)
    beyond = sum(mine[part][1][0] > other[part][1][1] for part in parts)
    outcome = _graded(higher == len(parts) and beyond > 0, higher > 0)
    said = f"higher on {higher} of {len(parts)} sets"
    return Finding(outcome, said + f", on {beyond} by more than the intervals" * (higher > 0))


def _accuracy(scores: Scores) -> str:
    names = {"validation": "SST-2", "unseen_half": "everyday reviews"}
    return ", ".join(
        f"{share:.1%} ({low:.1%}–{high:.1%}) on {names[part]}"
        for part, (share, (low, high)) in scores.items()
    )


# -- the papers' figures, at the papers' size ------------------------------------------------------

NO_TWINS = "The paper-size twins have not been measured: press “Measure the twins”."


def _published_size(evidence: Evidence) -> Verdict:
    twins = _twins(evidence)
    if not {"bert-base", "bert-large", "distilbert-base"} <= set(twins):
        return _untested(PAPER_SIZE, NO_TWINS)
    base, large, distilled = (
        twins[name].parameters for name in ("bert-base", "bert-large", "distilbert-base")
    )
    fewer = 1 - distilled / base
    findings = {
        "bert": Finding(
            _graded(_near(base, 110e6) and _near(large, 340e6), _near(base, 110e6)),
            f"{_millions(base)} (base) and {_millions(large)} (large)",
        ),
        "distilbert": Finding(
            _graded(_near(distilled, 66e6) and abs(fewer - 0.4) < 0.01, _near(distilled, 66e6)),
            f"{_millions(distilled)}, {fewer:.1%} fewer than BERT-base",
        ),
    }
    held = twins["bert-base"].weights_bytes, twins["distilbert-base"].weights_bytes
    return _verdict(
        findings,
        f"Counted without heads: BERT-base {base:,}, BERT-large {large:,}, DistilBERT "
        f"{distilled:,}. In float32 the two that are timed weigh {held[0] / 1e6:.0f} and "
        f"{held[1] / 1e6:.0f} MB.",
    )


def _published_speed(evidence: Evidence) -> Verdict:
    pairs = _twin_pairs(_twins(evidence))
    if not pairs:
        return _untested(PAPER_SPEED, NO_TWINS)
    ratios = {length: bert / distilled for length, (bert, distilled) in pairs.items()}
    low, high = min(ratios.values()), max(ratios.values())
    between = f"{low:.2f}×" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f}× to {high:.2f}×"
    times = _and(
        [
            f"{bert:.0f} against {distilled:.0f} ms for {length} tokens"
            for length, (bert, distilled) in pairs.items()
        ]
    )
    return _verdict(
        {"distilbert": Finding(_graded(low >= 1.6, high > 1.05), f"{between} as fast")},
        f"BERT-base takes {between} as long as DistilBERT-base ({times}); “60 % faster” is "
        "1.60×."
        + " Half the layers can give 2.00× at most; what lies beyond is noise."
        * (high > 2),
    )


def _published_quality(evidence: Evidence) -> Verdict:
    bert, distilled = (_scores(evidence.metrics[name]) for name in ("bert", "distilbert"))
    shared = [part for part in bert if part in distilled]
    if not shared:
        return _untested(PAPER_QUALITY, "A model has no accuracy on record.")
    kept = [distilled[part][0] / bert[part][0] for part in shared]
    said = f"keeps {_and([f'{share:.1%}' for share in kept])}"
    return _verdict(
        {
            "distilbert": Finding(
                _graded(False, min(kept) >= 0.97), f"{said} of the accuracy, at the size here"
            )
        },
        f"The bundled DistilBERT {said} of the bundled BERT’s accuracy on its two test sets. That "
        "is not GLUE, whose nine tasks, and the papers’ weights, are not here.",
    )


def _twins(evidence: Evidence) -> dict[str, Twin]:
    return {twin.name: twin for twin in (evidence.twins.twins if evidence.twins else ())}


def _twin_pairs(twins: Mapping[str, Twin]) -> dict[int, tuple[float, float]]:
    """Tokens -> median milliseconds of BERT-base and DistilBERT-base, where both were timed."""
    bert, distilled = (
        {one.tokens: one.median_ms for one in twins[name].latencies} if name in twins else {}
        for name in ("bert-base", "distilbert-base")
    )
    return {n: (bert[n], distilled[n]) for n in bert if n in distilled}


def _is(twins: Mapping[str, Twin], name: str, parameters: float) -> bool:
    return name in twins and _near(twins[name].parameters, parameters)


def _own_size(twins: Mapping[str, Twin], *names: str) -> str:
    sizes = [_millions(twins[name].parameters) for name in names if name in twins]
    return f"; {' and '.join(sizes)} at the paper’s size" if sizes else ""


# -- words and sums --------------------------------------------------------------------------------


def _settings(sweep: Sweep | None) -> dict[tuple[int, int], dict[str, float]]:
    """(tokens, batch) -> model -> median milliseconds."""
    found: dict[tuple[int, int], dict[str, float]] = {}
    for one in sweep.latencies if sweep else ():
        found.setdefault((one.tokens, one.batch), {})[one.model] = one.median_ms
    return found


def _pairs(sweep: Sweep | None, one: str, other: str) -> dict[tuple[int, int], tuple[float, float]]:
    return {
        at: (found[one], found[other])
        for at, found in _settings(sweep).items()
        if one in found and other in found
    }


def _by_length(sweep: Sweep | None, name: str) -> dict[int, float]:
    """Tokens -> median milliseconds of single texts."""

    def single(one: Latency) -> bool:
        return one.model == name and one.batch == 1

    return {one.tokens: one.median_ms for one in filter(single, sweep.latencies if sweep else ())}


def _near(value: float, target: float) -> bool:
    """Within 2 %: what rounding to two digits does."""
    return abs(value / target - 1) <= 0.02


def _millions(count: float) -> str:
    return f"{count / 1e6:.2f} M" if count < 1e6 else f"{count / 1e6:.1f} M"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _title(name: str) -> str:
    return SPECS[name].title if name in SPECS else name


def _listed(clauses: Iterable[str]) -> str:
    return "; ".join(clauses)


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _made(text: str) -> str:
    """The first paragraph of a model card's section on how the model was made."""
    _, _, rest = text.partition("## How it was made\n")
    return rest.strip().split("\n\n")[0]


# -- the table -------------------------------------------------------------------------------------

DIRECTION = {
    "lstm": "left to right",
    "bilstm": "both ways",
    "bert": "both, all at once",
    "distilbert": "both, all at once",
}
CONTEXT = {
    "lstm": "past only",
    "bilstm": "past and future",
    "bert": "all, by self-attention",
    "distilbert": "all, by self-attention",
}
PROCESSING = {
    "lstm": "word by word",
    "bilstm": "two passes",
    "bert": "parallel",
    "distilbert": "parallel",
}
MEMORY = {"lstm": "low", "bilstm": "moderate", "bert": "high", "distilbert": "moderate"}
SPEED = {"lstm": "fast", "bilstm": "moderate", "bert": "slow", "distilbert": "faster than BERT"}
QUALITY = {
    "lstm": "baseline",
    "bilstm": "better than LSTM",
    "bert": "best",
    "distilbert": "97 % of BERT",
}
PAPER_SIZE = {"bert": "110M (base), 340M (large)", "distilbert": "66M, 40 % fewer than BERT-base"}
PAPER_SPEED = {"distilbert": "60 % faster than BERT-base"}
PAPER_QUALITY = {"distilbert": "97 % of BERT’s score on GLUE"}

CLAIMS = (
    Claim(
        "directionality",
        "Directionality",
        DIRECTION,
        "Each token of a fixed sentence is replaced by [MASK] in turn, and we look which positions "
        "move: in the LSTM, in each half of the BiLSTM, and after the first layer of the "
        "Transformers. What a position cannot see moves it by exactly 0.",
        _directionality,
        ("sights",),
    ),
    Claim(
        "architecture",
        "Architecture",
        {
            "lstm": "recurrent, gated cells (input, forget, output)",
            "bilstm": "recurrent",
            "bert": "Transformer",
            "distilbert": "Transformer",
        },
        "Read from the names and shapes of the weights: an LSTM cell has four rows a unit, one for "
        "each gate and one for the new content; a Transformer layer has attention and feed-forward "
        "matrices.",
        _architecture,
    ),
    Claim(
        "context",
        "Context a position can see",
        CONTEXT,
        "As above, for the whole model: of all pairs of a position and another token of the "
        "sentence, in how many the position moves at all.",
        _context,
        ("sights",),
    ),
    Claim(
        "processing",
        "Processing",
        PROCESSING,
        "Steps that must wait for each other, from the config. Median time of single texts at "
        "several lengths: what one more token costs, and how many multiply-adds a second each "
        "model gets done (core weights × tokens; attention’s own products are left out).",
        _processing,
        ("sweep",),
    ),
    Claim(
        "size",
        "Size",
        {"lstm": "few million", "bilstm": "2x LSTM", "bert": "110M–340M", "distilbert": "66M"},
        "Weights counted in the files; the papers’ sizes on twins built from the published "
        "configs. “Few million” is taken as 1 to 10, equal as within 2 %.",
        _size,
        ("twins",),
    ),
    Claim(
        "training",
        "Trained by",
        {
            "lstm": "supervision",
            "bilstm": "supervision",
            "bert": "pre-training + fine-tuning",
            "distilbert": "distillation from BERT",
        },
        "From each model’s metrics.json and model card, written when it was trained; nothing is "
        "trained again here.",
        _training,
    ),
    Claim(
        "memory",
        "Memory",
        MEMORY,
        "Resident memory that loading a model and one call add to a fresh process. Low, moderate "
        "and high are taken as an order: LSTM below both moderate ones, these below BERT, and "
        "DistilBERT above the BiLSTM.",
        _memory,
        ("memory",),
    ),
    Claim(
        "speed",
        "Speed",
        SPEED,
        "Median time of a whole call, from text to probabilities, at every length and batch size "
        "that was measured; the order is asked for in each.",
        _speed,
        ("sweep",),
    ),
    Claim(
        "quality",
        "Quality",
        QUALITY,
        "Accuracy of the bundled weights on SST-2’s validation sentences and on everyday reviews "
        "that were not trained on, with 95 % Wilson intervals. Better means higher on both and, "
        "on one at least, by more than the intervals; in part means higher somewhere.",
        _quality,
    ),
    Claim(
        "layers",
        "Layers",
        {
            "lstm": "one or several cells",
            "bilstm": "several, both ways",
            "bert": "12–24",
            "distilbert": "6 (BERT has 12)",
        },
        "From each model’s config.",
        _layers,
    ),
    Claim(
        "example",
        "Example task",
        {
            "lstm": "next word",
            "bilstm": "missing word from both sides",
            "bert": "translation, question answering (fine-tuned)",
            "distilbert": "as BERT, cheaper to deploy",
        },
        "From the answers each model’s config knows. DistilBERT is held against BERT in disk space "
        "and in time at every length and batch size measured.",
        _example,
        ("sweep",),
    ),
)

PUBLISHED = (
    Claim(
        "paper-size",
        "Size at the papers’ size",
        PAPER_SIZE,
        "Built from the published configs on torch’s meta device and counted; no memory is taken.",
        _published_size,
        ("twins",),
        "Devlin et al. 2019, arXiv:1810.04805; Sanh et al. 2019, arXiv:1910.01108",
    ),
    Claim(
        "paper-speed",
        "Speed at the papers’ size",
        PAPER_SPEED,
        "Forward passes of both twins with random weights, batch 1, at several lengths; one is in "
        "memory at a time, and they take turns so that a noisy minute hits both. “Holds” "
        "asks for 1.60× at every length, “in part” for more than 1.05× at one.",
        _published_speed,
        ("twins",),
        "Sanh et al. 2019, table 3: 668 s for BERT-base and 410 s for DistilBERT on the STS-B "
        "development set, one Xeon E5-2690 v3, batch 1 (1.63×)",
    ),
    Claim(
        "paper-quality",
        "Quality kept",
        PAPER_QUALITY,
        "From the accuracies of the bundled models; the most this can come to is “in part”.",
        _published_quality,
        (),
        "Sanh et al. 2019, table 1: GLUE score 77.0 for DistilBERT, 79.5 for BERT-base",
    ),
)
