"""Scores of models that cut a text each in its own way, on the words of one of them."""

from model_zoo.explain.records import Attribution
from model_zoo.text.tokens import Encoded
from model_zoo.text.words import align
from ui.show.attribution import toward


def on_words(
    attribution: Attribution, reference: Encoded, signed: bool, label: str | None
) -> list[float]:
    """The attribution's scores brought to the words of `reference`, the same text, one for each.

    They point `toward` the label.
    """
    scores = toward(attribution, attribution.word_scores, signed, label)
    return align(attribution.word_spans, scores, reference.words)
