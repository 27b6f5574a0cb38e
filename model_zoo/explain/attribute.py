"""Which tokens and words moved a model's answer, and by how much: attributions through Captum."""

from time import perf_counter
from typing import Any

import numpy as np
import torch

from model_zoo.errors import TextError, ZooError, did_you_mean
from model_zoo.explain.methods import METHODS, About
from model_zoo.explain.problem import BASELINES, PREDICTED, Advance, pose
from model_zoo.explain.records import Attribution
from model_zoo.models.loading import Model
from model_zoo.text.tokens import Encoded

MAX_SAMPLED_WORDS = 96  # longer texts would take minutes under the sampling methods


def attribute(
    model: Model,
    text: str,
    *,
    method: str = "integrated_gradients",
    target: str = PREDICTED,
    baseline: str = "pad",
    seed: int = 0,
    advance: Advance | None = None,
    **options: Any,
) -> Attribution:
    """What each token and word of `text` did for the model's answer.

    `target`: the logit of the label that is "predicted", or of a label by its name (of one called
    "predicted", by "label:predicted"), or the "difference": of two labels the second less the
    first, of more the predicted one less the runner-up. `baseline`: what a token is compared with,
    [PAD], [MASK] or the zero vector; special tokens stay as they are. `advance` is called with the
    number of rows each time the network reads some, and may raise to stop. `options` are the
    method's own. The same arguments give the same scores.

    Raises TextError where there is nothing to read or the text is too long for the method, and
    ZooError, listing what there is, for a method, target or baseline that does not exist.
    """
    for kind, name, known in (
        ("method", method, METHODS),
        ("baseline", baseline, BASELINES),
    ):
        if name not in known:
            hint = did_you_mean(name, known)
            raise ZooError(f"There is no {kind} {name!r}.{hint} Choose from: {', '.join(known)}.")
    encoded = model.read(text)
    chosen: About = METHODS[method]
    if chosen.by_word and len(encoded.words) > MAX_SAMPLED_WORDS:
        raise TextError(
            f"{chosen.title} would take minutes for {len(encoded.words)} words. Shorten the text "
            f"to {MAX_SAMPLED_WORDS} words, or choose a gradient method."
        )
    started = perf_counter()
    problem, resolved = pose(model, encoded, target, baseline, seed, advance)
    result = chosen.run(problem, **options)
    with torch.no_grad():
        at_baseline, at_text = problem.score(torch.cat([problem.baseline, problem.inputs])).tolist()
    scores = result.values.detach().double().numpy()
    rise = at_text - at_baseline
    gap = abs(scores.sum() - rise) if chosen.complete else None
    return Attribution(
        model=model.id,
        method=method,
        target=resolved.name(model.labels),
        baseline=baseline,
        text=text,
        tokens=encoded.tokens,
        scores=tuple(scores.tolist()),
        words=encoded.word_texts,
        word_scores=tuple(merge(scores, encoded)),
        rise=rise,
        gap=gap,
        gap_relative=None if gap is None or rise == 0 else gap / abs(rise),
        steps=result.steps,
        seconds=perf_counter() - started,
        explained=resolved.labels(model.labels),
        word_spans=encoded.words,
        word_of=encoded.word_of,
        unknown=encoded.tokens.count(model.network.tokenizer.unknown),
        dropped=encoded.dropped,
    )


def merge(scores: np.ndarray, encoded: Encoded) -> list[float]:
    """One score a word: the sum over its tokens. Scores of special tokens belong to no word.

    >>> tokens = ("[CLS]", "dull", "##er", "[SEP]")
    >>> encoded = Encoded("duller", (0, 1, 2, 3), tokens, (), (None, 0, 0, None), ((0, 6),), 0)
    >>> merge(np.array([9.0, -1.5, 0.5, 9.0]), encoded)
    [-1.0]
    """
    merged = [0.0] * len(encoded.words)
    for score, word in zip(scores, encoded.word_of, strict=True):
        if word is not None:
            merged[word] += float(score)
    return merged
