"""One recommendation among the options: the most accurate that meets what the user needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from model_zoo.deploy.options import Option, Survey
from model_zoo.models.network import ModelId

AS_FAST = 1.05  # more threads for a gain in time below this are not worth it
_LEAST_LOSS = 0.01  # against which an accuracy that is too low is measured, where none is allowed


@dataclass(frozen=True, slots=True)
class Needs:
    """What the user needs, each None where it does not matter.

    `latency_ms` is for p95 of one text a call, `memory_mb` for the most resident memory, in units
    of a million bytes, and `accuracy_loss` (a fraction) against the most accurate option.
    """

    latency_ms: float | None = None
    memory_mb: float | None = None
    accuracy_loss: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The `option` to deploy; where none `meets` the needs, the one that comes closest.

    None where nothing was measured. `tied` are more accurate models that are slower, and more
    accurate by no more than could be chance. `guessing` says that none that meets the needs is
    surely better than an answer that does not look at the text: then nothing is recommended.
    """

    needs: Needs
    option: Option | None
    meets: bool
    tied: tuple[str, ...] = ()
    guessing: bool = False

    @property
    def recommended(self) -> bool:
        """Whether the option can be recommended."""
        return self.meets and not self.guessing


NEEDS = ("latency_ms", "memory_mb", "accuracy_loss")


def advise(survey: Survey, needs: Needs) -> Advice:
    """The most accurate option that meets the needs, of those that read one text a call.

    Of models that are no less accurate than it, or by no more than McNemar's test takes for
    chance, the fastest (p95) is recommended. Options of unknown accuracy come last, and meet no
    need of accuracy; those that may be guessing are taken only where all may be.
    """
    options = survey.single
    if not options:
        return Advice(needs, None, False)
    best = survey.most_accurate
    fit = [option for option in options if not exceeded(option, needs, best)]
    if not fit:
        return Advice(needs, min(options, key=lambda option: _far(option, needs, best)), False)
    known = [option for option in fit if option.accuracy is not None]
    if not known:
        return Advice(needs, _fastest(fit), True)
    able = [option for option in known if (c := survey.chance(option)) is None or c.beaten]
    guessing, known = not able, able or known
    top = max(known, key=lambda option: (option.accuracy or 0.0, -option.p95_ms))
    equals = [option for option in known if _tied(survey, option, top)]
    chosen = _fastest(equals)
    tied = {
        option.model: None
        for option in equals
        if (option.accuracy or 0.0) > (chosen.accuracy or 0.0)
    }
    return Advice(needs, chosen, True, tuple(tied), guessing)


def exceeded(option: Option, needs: Needs, best: Option | None) -> dict[str, float | None]:
    """The needs that an option does not meet, each with what it is beyond them by.

    `best` is the most accurate option. None by what an accuracy is too low that is not known.
    """
    over: dict[str, float | None] = {}
    if needs.latency_ms is not None and option.p95_ms > needs.latency_ms:
        over["latency_ms"] = option.p95_ms - needs.latency_ms
    if needs.memory_mb is not None and option.memory_bytes > 1e6 * needs.memory_mb:
        over["memory_mb"] = option.memory_bytes / 1e6 - needs.memory_mb
    if needs.accuracy_loss is not None:
        lost = loss(option, best)
        if lost is None:
            over["accuracy_loss"] = None
        elif lost > needs.accuracy_loss + 1e-12:  # 0.9 - 0.89 is a little more than 0.01
            over["accuracy_loss"] = lost - needs.accuracy_loss
    return over


def loss(option: Option, best: Option | None) -> float | None:
    """How much less accurate than the `best` it is, as a fraction; None where that is not known."""
    if option.accuracy is None or best is None or best.accuracy is None:
        return None
    return best.accuracy - option.accuracy


def _far(option: Option, needs: Needs, best: Option | None) -> tuple[int, float, float]:
    """How far from the needs: the largest excess, relative to what is needed; unknown is furthest.

    Of two that are as far, the faster one comes closer.
    """
    over = exceeded(option, needs, best)
    worst = 0.0
    for need, amount in over.items():
        if amount is not None:
            allowed = getattr(needs, need)
            worst = max(worst, amount / max(allowed, _LEAST_LOSS))
    return int(None in over.values()), worst, option.p95_ms


def _tied(survey: Survey, option: Option, top: Option) -> bool:
    """Whether it is as accurate as the `top`, or less so only by what could be chance."""
    if option.accuracy == top.accuracy:
        return True
    test = survey.compare(option.model, top.model)
    return test is not None and test.chance


def _fastest(options: Sequence[Option]) -> Option:
    """The one with the least p95; on fewer threads, where that is hardly slower."""
    fastest = min(options, key=lambda option: (option.p95_ms, option.memory_bytes))
    alike = [
        option
        for option in options
        if option.model == fastest.model and option.p95_ms <= AS_FAST * fastest.p95_ms
    ]
    return min(alike, key=lambda option: option.threads)


def unmeasured(survey: Survey, advice: Advice) -> list[str]:
    """Models that meet the needs but for an accuracy that nobody knows, faster than the advice."""
    if advice.option is None:
        return []
    others = Needs(advice.needs.latency_ms, advice.needs.memory_mb)
    faster = {
        option.model: None
        for option in survey.single
        if option.accuracy is None
        and option.p95_ms < advice.option.p95_ms
        and not exceeded(option, others, None)
    }
    return [model for model in faster if ModelId(model) != advice.option.model]
