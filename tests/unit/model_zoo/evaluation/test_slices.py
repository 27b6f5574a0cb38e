"""Parts of a set of texts."""

import numpy as np

from model_zoo.evaluation.slices import slices
from model_zoo.inference.score import Scored


def test_each_text_is_where_it_belongs():
    texts = ["fine", "It isn’t bad", "nothing", "", "long"]
    scored = Scored(
        ("a", "b"),
        (("no", "maybe", "yes"),) * 2,
        tuple(
            np.array([np.roll([0.5, 0.3, 0.2], at) if at >= 0 else [np.nan] * 3 for at in answers])
            for answers in ((2, 1, 0, -1, 2), (2, 0, 0, -1, 2))
        ),
        tokens=np.array([3, 12, 13, 2, 512]),
        unknown=np.array([0, 1, 0, 0, 0]),
        dropped=np.array([0, 0, 0, 0, 40]),
        seconds=np.zeros(2),
    )
    members = {name: np.flatnonzero(part).tolist() for name, part in slices(texts, scored).items()}
    assert members == {
        "up to 12 tokens": [0, 1],
        "13 to 25 tokens": [2],
        "more than 60 tokens": [4],
        "with a negation": [1, 2],
        "without a negation": [0, 4],
        "with unknown words": [1],
        "cut off, being too long": [4],
        "all models agree": [0, 2, 4],
        "models disagree": [1],
    }
