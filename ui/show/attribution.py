"""What several pages share of attributions: the short form, and which way scores point. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from model_zoo.explain.records import Attribution
from model_zoo.labels import SENTIMENT
from model_zoo.models.network import Capability
from model_zoo.models.registry import spec
from model_zoo.models.sets import ModelSet
from ui.show.theme import label_colour
from ui.show.wording import listing

# What is computed unasked, for a short view of it on other pages, and up to how many tokens: above,
# it would take many seconds.
SHORT_FORM: dict[str, str] = {
    "method": "integrated_gradients",
    "target": "predicted",
    "baseline": "pad",
}
SHORT_FORM_TOKENS = 128
WITHOUT_GRADIENTS = "occlusion"  # the method for models that compute none
# Colours of what speaks against and for an answer: those of a pair of labels, first and second.
AGAINST_AND_FOR = (label_colour(SENTIMENT[0], SENTIMENT), label_colour(SENTIMENT[1], SENTIMENT))


def short_form(model: str) -> dict[str, str]:
    """What is computed unasked of this model: SHORT_FORM, or what can be without gradients."""
    if Capability.GRADIENTS in spec(model).capabilities:
        return SHORT_FORM
    return SHORT_FORM | {"method": WITHOUT_GRADIENTS}


def pole(model: str, of: ModelSet) -> str | None:
    """The label that a model's scores are shown toward whichever is explained: the second of two.

    None where there are more, or where the model has labels of its own: its scores are then for or
    against what is explained.
    """
    labels = spec(model).labels
    return labels[1] if len(labels) == 2 and labels == of.labels else None


def toward(
    attribution: Attribution, scores: Sequence[float], signed: bool, label: str | None
) -> list[float]:
    """The attribution's `scores`, of tokens or of words, with + for what speaks for `label`.

    `label` is a `pole`. Without one, and where they are not `signed`, scores stay as they are.
    """
    turned = signed and label is not None and attribution.explained[0] != label
    return [-score if turned else score for score in scores]


def colours(models: Iterable[str], of: ModelSet) -> tuple[str, str]:
    """The colours of scores below and above zero, where these models share a scale."""
    if any(pole(model, of) is None for model in models):
        return AGAINST_AND_FOR
    first, second = of.labels
    return label_colour(first, of.labels, of.colours), label_colour(second, of.labels, of.colours)


def meaning(
    attributions: Iterable[Attribution],
    of: ModelSet,
    titles: Mapping[str, str] | None = None,
    *,
    numbers: bool = True,
) -> str:
    """What colour and sign of the attributions' scores say, as the start of a sentence.

    `titles` gives the name to show for each of several models. Signs are spoken of where there are
    `numbers`.
    """
    explained = list(attributions)
    poles = [pole(attribution.model, of) for attribution in explained]
    good, bad = ("teal with +", "purple with −") if numbers else ("teal words", "purple ones")
    named = colours([each.model for each in explained], of) != AGAINST_AND_FOR
    verb = "pushes" if numbers and not named else "push"
    if None not in poles:
        first, second = of.labels
        if named:  # who knows what the set's colours are called
            good, bad = (f"words in the colour of {label}" for label in (second, first))
        sentence = f"{good} {verb} towards {second}, {bad} towards {first}"
    else:
        by_target: dict[str, list[str]] = {}
        for attribution, label in zip(explained, poles, strict=True):
            name = titles[attribution.model] if titles else ""
            by_target.setdefault(label or attribution.evidence, []).append(name)
        targets = ", ".join(f"{target} for {listing(names)}" for target, names in by_target.items())
        if len(by_target) == 1 or not titles:
            targets = next(iter(by_target))
        sentence = f"{good} {verb} towards {targets}, {bad} against it"
    return sentence[0].upper() + sentence[1:] if numbers else sentence
