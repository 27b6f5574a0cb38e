"""A recommendation in words, each figure with the measured margin to what is needed."""

from collections.abc import Callable

from model_zoo.deploy.advise import NEEDS, Advice, exceeded, loss, unmeasured
from model_zoo.deploy.options import Option, Survey
from model_zoo.models.engines import TORCH, engine
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title

BUSY = 3  # times the median: p95 of an idle machine is not that far above it
FEW_ROWS = 200  # below which a test can tell hardly any difference from chance
_NAMES = {"latency_ms": "Latency", "memory_mb": "Memory", "accuracy_loss": "Accuracy"}


def sentences(survey: Survey, advice: Advice) -> list[str]:
    """The recommendation, what stands behind it, and what is not known of it."""
    option = advice.option
    if option is None:
        return ["Nothing was measured, so nothing can be recommended."]
    if not advice.meets:
        return [
            "No option meets what you need.",
            *_reasons(survey, advice),
            f"Closest: {figures(survey, advice, option)}",
            *_busy(survey),
        ]
    told = [figures(survey, advice, option)]
    if advice.guessing and (chance := survey.chance(option)):
        told.insert(0, _guessing(survey, option, chance.level))
    if survey.truth is not None and _undecided(survey, option):
        told.append(
            "It was chosen on the same rows that its accuracy is of, among models that these do "
            "not tell apart: on new rows expect a little less (the winner’s curse)."
        )
    if advice.tied:
        names = _listing([title(model) for model in advice.tied])
        told.append(f"{names}: more accurate on these rows, by what could be chance, and slower.")
    return told + _unknown(survey, advice, option) + _busy(survey)


def _guessing(survey: Survey, option: Option, level: float) -> str:
    """Why nothing is recommended although the needs are met."""
    blind = "always giving the commonest label" if survey.truth is not None else "guessing"
    return (
        f"Nothing that meets what you need can be recommended: {option.accuracy:.1%} right, and "
        f"{blind} would be right for {level:.1%}. That it does better could be chance."
    )


def _undecided(survey: Survey, option: Option) -> bool:
    """Whether the option is the most accurate of models that could be equally good."""
    others = [other for other in survey.single if other.model != option.model]
    known = [other for other in others if other.accuracy is not None]
    if any((other.accuracy or 0.0) > (option.accuracy or 0.0) for other in known):
        return False
    tests = [survey.compare(other.model, option.model) for other in known]
    return any(test is not None and test.chance and test.b + test.c for test in tests)


def called(option: Option) -> str:
    """What an option is called: model, engine and threads."""
    return f"{title(option.model)} on {_counted(option.threads, 'thread')}"


def figures(survey: Survey, advice: Advice, option: Option) -> str:
    """An option with its figures and their margins, as a sentence.

    "DistilBERT · int8 on 1 thread: p95 3.1 ms, 6.9 ms under your 10 ms; …"
    """
    needs, megabytes = advice.needs, option.memory_bytes / 1e6
    tail = "p95" if option.runs >= 20 else f"slowest of {option.runs} calls"
    time = f"{tail} {_ms(option.p95_ms)}{_margin(option.p95_ms, needs.latency_ms, _ms)}"
    memory = f"{_mb(megabytes)} of memory{_margin(megabytes, needs.memory_mb, _mb)}"
    return f"{called(option)}: {time}; {memory}; {_accuracy(survey, advice, option)}."


def accuracy_about(survey: Survey) -> str:
    """Which rows accuracy and agreement are of, as a sentence."""
    rows = next(iter(survey.answers.values()), ())
    if len(rows):
        of = f", drawn from {survey.of_rows:,}," if survey.of_rows > len(rows) else ""
        if survey.truth is not None:
            return f"Accuracy and agreement with torch are of {len(rows):,} of your rows{of} each."
        return (
            f"Agreement with torch is of {len(rows):,} of your rows{of} each; they have no labels: "
            "accuracy is the one on each model’s own validation rows, for engines that answer as "
            "torch does."
        )
    return (
        "Accuracy is that on each model’s own validation rows, for engines that answer as torch "
        "does. For others it was not measured: that takes a file with labels. Agreement with torch "
        "is that of the export’s own check."
    )


def _accuracy(survey: Survey, advice: Advice, option: Option) -> str:
    best = survey.most_accurate
    lost = loss(option, best)
    if lost is None or best is None:
        agreed = (
            f"; {option.agreement:.1%} of its answers are torch’s"
            if option.agreement is not None
            else ""
        )
        return f"accuracy not measured{agreed}"
    if lost <= 0:
        return f"no option is more accurate ({option.accuracy:.1%})"
    allowed = advice.needs.accuracy_loss
    within = "" if allowed is None else _margin(100 * lost, 100 * allowed, _points)
    test = survey.compare(option.model, best.model)
    if test is None:
        doubt = ", and whether that is chance was not tested"
    elif test.chance:
        doubt = f", which could be chance (p = {_p(test.adjusted)})"
    else:
        doubt = f", hardly by chance (p = {_p(test.adjusted)})"
    return f"{_points(100 * lost)} less accurate than {title(best.model)}{within}{doubt}"


def _reasons(survey: Survey, advice: Advice) -> list[str]:
    """Which needs no option meets, with what comes closest to each; or that none meets all."""
    needs, best, options = advice.needs, survey.most_accurate, survey.single
    failing = [
        need for need in NEEDS if all(need in exceeded(option, needs, best) for option in options)
    ]
    least = {
        "latency_ms": min(options, key=lambda option: option.p95_ms),
        "memory_mb": min(options, key=lambda option: option.memory_bytes),
    }
    told = []
    for need in failing:
        if need == "accuracy_loss":
            told.append("Accuracy: it was measured of no option; give a file with labels.")
            continue
        option = least[need]
        value, show = (
            (option.p95_ms, _ms) if need == "latency_ms" else (option.memory_bytes / 1e6, _mb)
        )
        told.append(
            f"{_NAMES[need]}: the least there is, {called(option)}, has {show(value)}"
            f"{_margin(value, getattr(needs, need), show)}."
        )
    if failing:
        return told
    asked = [_NAMES[need].lower() for need in NEEDS if getattr(needs, need) is not None]
    return [f"Each need is met by some option, but none meets {_listing(asked)} together."]


def _unknown(survey: Survey, advice: Advice, option: Option) -> list[str]:
    """What the reader should know is not known."""
    told = []
    rows = option.accuracy_rows
    if survey.truth is not None and 0 < rows < FEW_ROWS:
        told.append(
            f"{rows} labelled rows are few: only large differences can be told from chance."
        )
    if models := unmeasured(survey, advice):
        names = _listing([title(model) for model in models])
        verb = "meets" if len(models) == 1 else "meet"
        told.append(
            f"{names}: faster, and {verb} the other needs, but how accurate was not measured. Give "
            "a file with labels."
        )
    identity = ModelId(option.model)
    test = survey.compare(identity, identity.on(TORCH))
    if test and not engine(identity.engine).exact:
        told.append(
            f"Against the same model on torch: {_counted(test.c, 'row')} right by torch alone, "
            f"{_counted(test.b, 'row')} by this engine alone (McNemar, p = {_p(test.adjusted)})."
        )
    return told


def _busy(survey: Survey) -> list[str]:
    """A warning where times cannot be those of a machine that does nothing else."""
    busy = sum(option.p95_ms > BUSY * option.median_ms for option in survey.single)
    if 4 * busy < len(survey.single):
        return []
    return [
        f"The machine was busy: p95 is more than {BUSY} times the median for {busy} of "
        f"{len(survey.single)} options. Measure again when it is idle."
    ]


def _margin(value: float, allowed: float | None, show: Callable[[float], str]) -> str:
    """How far a value is from what is allowed, to stand behind it; empty where nothing is asked."""
    if allowed is None:
        return ""
    side = "under" if value <= allowed else "over"
    return f", {show(abs(allowed - value))} {side} your {show(allowed)}"


def _ms(value: float) -> str:
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def _mb(value: float) -> str:
    return f"{value:,.0f} MB"


def _points(value: float) -> str:
    """
    >>> _points(1.0), _points(0.42)
    ('1.0 points', '0.4 points')
    """
    return f"{value:.1f} points"


def _p(p: float) -> str:
    """
    >>> _p(0.314), _p(0.00001)
    ('0.31', '<0.001')
    """
    return f"{p:.2g}" if p >= 0.001 else "<0.001"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _listing(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
