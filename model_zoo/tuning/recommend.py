"""Which model to take, in plain words: the reason, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from model_zoo.evaluation.metrics import Chance, against_commonest
from model_zoo.labels import without_rows
from model_zoo.tuning.comparison import Comparison, Standing

_MARGIN = 0.01  # of accuracy that a cheaper model may be behind, where that could be chance
_GAIN = 0.005  # of accuracy from the last doubling of rows: more rows should help


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The model to take, and sentences that say why, how the others do, and what is uncertain.

    Where all may be `guessing`, none is to be taken, and `model` is the most accurate of them.
    """

    model: str
    reason: str
    others: tuple[str, ...]
    uncertainty: tuple[str, ...]
    guessing: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in order."""
        return (self.reason, *self.others, *self.uncertainty)


def recommend(comparison: Comparison) -> Recommendation:
    """The cheapest of the models that are as good as the most accurate one.

    As good are those no more than a point (or a single row) behind, where that could be chance:
    what is further behind is likely to be worse, even if so few rows do not prove it. Cheapest is
    the fastest to answer; of models that differ by less than a tenth, the smaller. None is
    recommended that is not better than always giving the commonest label.
    """
    models = sorted(comparison.models, key=lambda model: -model.accuracy)
    best = models[0]
    chances = {m.name: against_commonest(m.confusion, among=len(models)) for m in models}
    able = [m for m in models if _better_than(chances[m.name])]
    if not able:
        return Recommendation(
            best.name,
            _no_reason(comparison, best, chances[best.name]),
            tuple(_about(comparison, best, model) for model in models[1:]),
            _uncertainty(comparison, models),
            guessing=True,
        )
    best = able[0]
    margin = max(_MARGIN, 1 / comparison.rows) + 1e-9
    equal = [best, *(m for m in able[1:] if _as_good(comparison, best, m, margin))]
    chosen = min(equal, key=lambda model: _cost(model, equal))
    others = tuple(_about(comparison, chosen, model) for model in models if model is not chosen)
    return Recommendation(
        chosen.name, _reason(comparison, chosen, best), others, _uncertainty(comparison, models)
    )


def _better_than(chance: Chance | None) -> bool:
    return chance is None or chance.beaten


def _no_reason(comparison: Comparison, best: Standing, chance: Chance | None) -> str:
    level = 0.0 if chance is None else chance.level
    return (
        f"Take none of these yet: {best.title} has the most held-out rows right, "
        f"{best.accuracy:.1%} of {comparison.rows:,}, and always giving the commonest label would "
        f"be right for {level:.1%}. That it does better could be chance. More rows, or clearer "
        "labels, may help."
    )


def _as_good(comparison: Comparison, best: Standing, other: Standing, margin: float) -> bool:
    pair = comparison.pair(best.name, other.name)
    return pair.chance and pair.difference <= margin


def _cost(model: Standing, among: Sequence[Standing]) -> tuple[int, int]:
    """Steps of a tenth that it is slower than the fastest, then its size."""
    fastest = min(other.latency_ms for other in among)
    return int((model.latency_ms / fastest - 1) * 10), model.size_bytes


def _reason(comparison: Comparison, chosen: Standing, best: Standing) -> str:
    share = f"{chosen.accuracy:.1%} of {comparison.rows:,} held-out rows right"
    if chosen is best:
        others = [model for model in comparison.models if model is not best]
        tied = [m.title for m in others if comparison.pair(best.name, m.name).chance]
        if not others:
            return f"{chosen.title}: {share}. No other model was trained to compare it with."
        if not tied:
            return f"Take {chosen.title}: {share}, more than every other, hardly by chance."
        return (
            f"Take {chosen.title}: {share}, the most. That it is ahead of {_listing(tied)} could "
            "be chance; more held-out rows would tell."
        )
    return (
        f"Take {chosen.title}: {share}, {_gap(comparison, best, chosen)} of {best.title} "
        f"(difference could be chance{_p(comparison, best, chosen)}), {_costs(chosen, best)}."
    )


def _about(comparison: Comparison, chosen: Standing, other: Standing) -> str:
    """How another model stands against the one that is recommended."""
    pair = comparison.pair(chosen.name, other.name)
    points = abs(100 * pair.difference)
    low, high = sorted((abs(100 * pair.ci95[0]), abs(100 * pair.ci95[1])))
    if pair.chance:
        how = (
            f"as many right as {chosen.title}"
            if pair.difference == 0
            else f"{points:.1f} points {'worse' if pair.difference > 0 else 'better'} than "
            f"{chosen.title}"
        )
        return (
            f"{other.title}: {how}, which could be chance{_p(comparison, chosen, other)}; "
            f"{_costs(other, chosen)}."
        )
    word = "worse" if pair.difference > 0 else "better"
    return (
        f"{other.title} is {points:.1f} points {word} than {chosen.title} ({low:.1f} to "
        f"{high:.1f}); hardly by chance. It takes {_costs(other, chosen)}."
    )


def _uncertainty(comparison: Comparison, models: Sequence[Standing]) -> tuple[str, ...]:
    sentences = [
        f"With {comparison.rows:,} held-out rows, each accuracy is known to within "
        f"{_widest(models):.1f} points or so; “could be chance” does not mean that two models are "
        "equally good, only that these rows do not tell."
    ]
    rows = [sum(counts) for counts in models[0].confusion]
    if sentence := without_rows(comparison.labels, rows):
        sentences.append(sentence)
    best, *rest = models
    if any(comparison.pair(best.name, model.name).chance for model in rest):
        sentences.append(
            f"{best.title}’s figure is the highest of several that these rows do not tell apart, "
            "and was found to be so on the same rows: on new ones expect a little less (the "
            "winner’s curse)."
        )
    if any(model.spread is None for model in models):
        sentences.append(
            "Each model was trained once: another seed would move accuracy a little. The budget "
            "“thorough” measures how much."
        )
    for model in models:
        if len(model.curve) > 1:
            before, now = model.curve[-2:]
            gain = now.accuracy - before.accuracy
            if gain > _GAIN:
                sentences.append(
                    f"{model.title} gained {100 * gain:.1f} points from {before.rows:,} to "
                    f"{now.rows:,} rows; more rows may help it further."
                )
    return tuple(sentences)


def _widest(models: Sequence[Standing]) -> float:
    """The furthest that an end of an interval is from its accuracy, in points."""
    return max(100 * abs(end - model.accuracy) for model in models for end in model.accuracy_ci95)


def _gap(comparison: Comparison, best: Standing, chosen: Standing) -> str:
    points = 100 * comparison.pair(best.name, chosen.name).difference
    return f"within {points:.1f} points" if points >= 0.05 else "the same number"


def _p(comparison: Comparison, first: Standing, second: Standing) -> str:
    return f", p = {comparison.pair(first.name, second.name).adjusted:.2g}"


def _costs(model: Standing, other: Standing) -> str:
    """What `model` costs of what `other` does."""
    time = _of(model.latency_ms / other.latency_ms, "time")
    return f"{time} and {_of(model.size_bytes / other.size_bytes, 'size')}"


def _of(ratio: float, what: str) -> str:
    """So many times the time.

    >>> _of(0.5, "time"), _of(1.02, "size"), _of(0.13, "time"), _of(2.04, "time")
    ('half the time', 'about the same size', '13 % of the time', '2.0 times the time')
    """
    if 0.45 <= ratio <= 0.55:
        return f"half the {what}"
    if 0.95 <= ratio <= 1.05:
        return f"about the same {what}"
    return f"{100 * ratio:.0f} % of the {what}" if ratio < 1 else f"{ratio:.1f} times the {what}"


def _listing(names: Sequence[str]) -> str:
    """
    >>> _listing(["LSTM"]), _listing(["LSTM", "BERT", "DistilBERT"])
    ('LSTM', 'LSTM, BERT and DistilBERT')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
