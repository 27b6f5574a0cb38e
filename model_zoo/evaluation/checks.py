"""Behaviour checks in the manner of CheckList (Ribeiro et al. 2020): what do the models get wrong?

Each check asks one thing of the models, with cases generated from templates. Cases of one check
are alike, so what its failure rate says holds for sentences like these, not for all language.
"""

import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from model_zoo.evaluation.metrics import holm, mcnemar, wilson
from model_zoo.evaluation.templates import Case, cases
from model_zoo.inference.predict import predict
from model_zoo.labels import SENTIMENT
from model_zoo.models.loading import Model
from model_zoo.models.network import Capability
from model_zoo.models.registry import having
from model_zoo.tables.writer import Writer

CASES = 48  # of each check; four models then take about ten seconds
TOLERANCE = 0.05  # by how much a probability may move the wrong way before that counts
MINIMUM, INVARIANCE, DIRECTIONAL = "minimum functionality", "invariance", "directional"
_LEVEL = 0.5  # of the probability of positive, above which the answer is positive


@dataclass(frozen=True, slots=True)
class Checked:
    """How one model did in one behaviour check.

    `positive[i]` are its probabilities of positive for the texts of case i, `failed` the positions
    of the cases it failed, `ci95` the Wilson interval of their share.
    """

    check: str
    model: str
    positive: tuple[tuple[float, ...], ...]
    failed: tuple[int, ...]
    ci95: tuple[float, float]

    @property
    def share(self) -> float:
        """Failures as a share of the cases, 0 to 1."""
        return len(self.failed) / len(self.positive)


@dataclass(frozen=True, slots=True)
class Gap:
    """Two families of models compared on the cases of one check.

    `b` cases more of the first family fail than of the second, `c` the reverse. `p` is that of an
    exact sign test on the two, adjusted for the number of checks looked at (Holm 1979).
    """

    check: str
    b: int
    c: int
    p: float


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, which is that of its templates too, its kind, and what it asks."""

    name: str
    kind: str
    asks: str

    @property
    def cases(self) -> tuple[Case, ...]:
        """Its CASES cases, the same on every call and every machine."""
        return cases(self.name, CASES)


FAILURE = {  # kind -> when a case counts as failed
    MINIMUM: "the answer is not the label that the sentence clearly has; of two sentences, either.",
    INVARIANCE: "the answer changes, and the probability of positive with it by more than "
    f"{100 * TOLERANCE:.0f} points, though nothing that matters has changed.",
    DIRECTIONAL: f"the probability of positive moves the wrong way by more than "
    f"{100 * TOLERANCE:.0f} points.",
}

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check(
            "plain words",
            MINIMUM,
            "Is a sentence with one strong word understood? The other checks build on it.",
        ),
        Check("negated praise", MINIMUM, "Is “not good” negative?"),
        Check("negated criticism", MINIMUM, "Is “not bad at all” positive?"),
        Check(
            "distant negation",
            MINIMUM,
            "Does a negation still count with ten words between it and what it negates?",
        ),
        Check(
            "but: verdict last",
            MINIMUM,
            "After “but”, does the verdict on the whole outweigh the part before it?",
        ),
        Check(
            "although: verdict first",
            MINIMUM,
            "Does a verdict stand when a concession follows it and has the last word?",
        ),
        Check(
            "expected and found",
            MINIMUM,
            "Is what happened told from what had been expected?",
        ),
        Check(
            "word order",
            MINIMUM,
            "Two sentences of the same words, with opposite meanings: are both understood? A model "
            "that only counts words fails every time.",
        ),
        Check(
            "others' opinions",
            MINIMUM,
            "Does the writer’s opinion count, not that of others?",
        ),
        Check(
            "questions and answers",
            MINIMUM,
            "Is a question’s opinion turned by the answer to it?",
        ),
        Check("comparisons", MINIMUM, "Is the better of two told from the worse?"),
        Check(
            "could have been",
            MINIMUM,
            "Is a wish negative, and what could not be better positive?",
        ),
        Check(
            "no word of opinion",
            MINIMUM,
            "Is an opinion understood that only follows from what happened?",
        ),
        Check(
            "names, places, titles",
            INVARIANCE,
            "Does the answer stay when a person, a city or a film has another name?",
        ),
        Check("numbers", INVARIANCE, "Does the answer stay when a number is another?"),
        Check(
            "typos",
            INVARIANCE,
            "Does the answer stay when two neighbouring letters of a neutral word are swapped?",
        ),
        Check(
            "same in other words",
            INVARIANCE,
            "Does the answer stay with “movie” for “film”, or “isn’t” for “is not”?",
        ),
        Check(
            "intensifiers",
            DIRECTIONAL,
            "Is “really good” no less positive than “good”, and “really bad” no less negative than "
            "“bad”?",
        ),
        Check(
            "downtoners",
            DIRECTIONAL,
            "Is “somewhat good” no more positive than “good”, and “a bit dull” no more negative "
            "than “dull”?",
        ),
        Check(
            "one more opinion",
            DIRECTIONAL,
            "Does added praise make a text no more negative, and added criticism no more positive?",
        ),
    )
}


def ask(model: Model, check: Check) -> Checked:
    """How `model` does in one check."""
    texts = list(dict.fromkeys(text for case in check.cases for text in case.texts))
    by_text = dict(zip(texts, predict(model, texts), strict=True))
    positive = tuple(
        tuple(by_text[text].of(SENTIMENT[1]) for text in case.texts) for case in check.cases
    )
    failed = tuple(
        number
        for number, (case, probabilities) in enumerate(zip(check.cases, positive, strict=True))
        if fails(check.kind, case, probabilities)
    )
    return Checked(check.name, model.id, positive, failed, wilson(len(failed), len(positive)))


def run(
    models: Sequence[Model],
    checks: Sequence[Check] = tuple(CHECKS.values()),
    *,
    advance: Callable[[str, str], None] = lambda model, check: None,
) -> tuple[Checked, ...]:
    """Every model in every check; `advance(model, check name)` is called after each."""
    results = []
    for model in models:
        for check in checks:
            results.append(ask(model, check))
            advance(model.id, check.name)
    return tuple(results)


def fails(kind: str, case: Case, positive: Sequence[float]) -> bool:
    """Whether these probabilities of positive for the case's texts are a failure; see FAILURE.

    >>> fails(MINIMUM, Case(("Great.",), ("positive",)), [0.4])
    True
    >>> fails(INVARIANCE, Case(("A film.", "A movie."), ()), [0.48, 0.52])
    False
    """
    answers = [SENTIMENT[probability > _LEVEL] for probability in positive]
    if kind == MINIMUM:
        return answers != list(case.expected)
    before, after = positive
    if kind == INVARIANCE:
        return answers[0] != answers[1] and abs(after - before) > TOLERANCE
    wrong_way = before - after if case.expected == SENTIMENT[1:] else after - before
    return wrong_way > TOLERANCE


def more_often(
    results: Mapping[str, Checked], first: Collection[str]
) -> tuple[list[int], list[int]]:
    """Cases that a larger share of the models `first` fail than of the others, and the reverse.

    `results` are one check's, by model name; both families must be among them.
    """
    mine = [set(result.failed) for name, result in results.items() if name in first]
    others = [set(result.failed) for name, result in results.items() if name not in first]
    b: list[int] = []
    c: list[int] = []
    for case in range(len(next(iter(results.values())).positive)):
        first_share = sum(case in failed for failed in mine) / len(mine)
        second_share = sum(case in failed for failed in others) / len(others)
        if first_share != second_share:
            (b if first_share > second_share else c).append(case)
    return b, c


def recurrent(models: Iterable[str]) -> list[str]:
    """Those of the first of the two families that checks compare: models with gates."""
    return list(having(Capability.GATES, models))


def gaps(results: Sequence[Checked], first: Collection[str] | None = None) -> tuple[Gap, ...]:
    """For each check, whether the models `first` fail more of its cases than the others.

    `first` are the recurrent ones unless given. Empty where one of the two families is missing.

    Cases that both families fail equally often say nothing and are left out; the rest are an exact
    sign test, which for one model against one is McNemar's.
    """
    first = recurrent({result.model for result in results}) if first is None else first
    rows = []
    for check, by_model in by_check(results).items():
        if not 0 < len(by_model.keys() & set(first)) < len(by_model):
            return ()
        b, c = map(len, more_often(by_model, first))
        rows.append((check, b, c, mcnemar(b, c).p))
    adjusted = holm([p for *_, p in rows])
    return tuple(Gap(check, b, c, p) for (check, b, c, _), p in zip(rows, adjusted, strict=True))


def as_csv(results: Sequence[Checked]) -> bytes:
    """Every case of the checks in `results` with every model's answers, one row a case, as CSV."""
    models = list(dict.fromkeys(result.model for result in results))
    columns = ["check", "kind", "text", "second text", "expected"]
    numbers = [
        f"{model} {column}"
        for model in models
        for column in ("positive", "second positive", "failed")
    ]
    stream = io.BytesIO()
    with Writer(stream, ".csv", [*columns, *numbers], numbers=numbers) as table:
        for check, by_model in by_check(results).items():
            for number, case in enumerate(CHECKS[check].cases):
                row: list[str | float | None] = [check, CHECKS[check].kind, case.texts[0]]
                row += ["".join(case.texts[1:]), " ".join(case.expected)]
                for model in models:
                    result = by_model.get(model)
                    positive = result.positive[number] if result else (None, None)
                    row += [positive[0], positive[1] if len(positive) > 1 else None]
                    row.append(int(number in result.failed) if result else None)
                table.write([row])
    return stream.getvalue()


def by_check(results: Iterable[Checked]) -> dict[str, dict[str, Checked]]:
    """Check name -> model name -> result, in the order of `results`."""
    grouped: dict[str, dict[str, Checked]] = {}
    for result in results:
        grouped.setdefault(result.check, {})[result.model] = result
    return grouped
