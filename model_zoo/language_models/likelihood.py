"""How likely every piece of a text is, given what a model may see of the rest.

A model that reads from the left is asked for each piece after those before it, in one pass. The
others see both sides, so a piece is hidden from them, and with it the later pieces of its own word,
which would give it away (Salazar et al. 2020; within a word as Kauf & Ivanova 2023 have it): one
pass a piece. Sums of the first kind are the logarithm of a probability of the text; sums of the
second kind are not, and are called pseudo-log-likelihood.
"""

from collections.abc import Callable, Sequence

import numpy as np

from model_zoo.language_models.models import LanguageModel
from model_zoo.text.tokens import MAX_TOKENS, Encoded


def piece_log_probabilities(
    model: LanguageModel,
    texts: Sequence[Encoded],
    advance: Callable[[int], object] = lambda pieces: None,
    most: int = MAX_TOKENS,
) -> list[np.ndarray]:
    """Natural logarithms for the T - 2 pieces between [CLS] and [SEP] of each text, (T - 2,).

    Of a longer text only the first `most` pieces are asked for, (most,), with the others in view.
    `advance` is told how many more pieces are done.
    """
    rows: list[list[int]] = []
    places: list[tuple[int, int]] = []
    targets: list[int] = []
    for encoded in texts:
        ids = list(encoded.ids)
        for place in range(1, min(len(ids) - 1, 1 + most)):
            if not model.left_only:
                rows.append(_hidden(encoded, place, model.vocabulary.mask))
            elif place == 1:
                rows.append(ids)
            places.append((len(rows) - 1, place))
            targets.append(ids[place])
    asked = np.array(targets, dtype=np.int64)
    values = model.target_log_probabilities(rows, places, asked, advance)
    cuts = np.cumsum([min(len(encoded.ids) - 2, most) for encoded in texts])[:-1]
    return np.split(values, cuts)


def _hidden(encoded: Encoded, place: int, mask: int) -> list[int]:
    """The text's ids without the piece at `place` and the later pieces of its word."""
    word = encoded.word_of[place]
    return [
        mask if at == place or (at > place and of == word and word is not None) else id
        for at, (id, of) in enumerate(zip(encoded.ids, encoded.word_of, strict=True))
    ]
