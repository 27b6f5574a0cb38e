"""What the gates of LSTM and BiLSTM do at every token of a text."""

from dataclasses import dataclass

import numpy as np

from model_zoo.internals.arrays import read_only
from model_zoo.models.loading import Model

CLEARLY = 1.5  # standard deviations below the text's own mean


@dataclass(frozen=True, slots=True, eq=False)
class Gates:
    """One direction of an LSTM over the T `tokens`, [CLS] and [SEP] included.

    `reading` is "forward" or "backward". Every array is (T, H), row t for token t whichever way
    the text was read. Gates are 0 (shut) to 1 (open), `hidden` -1 to 1; `cell` is unbounded.
    """

    model: str
    reading: str
    tokens: tuple[str, ...]
    input: np.ndarray
    forget: np.ndarray
    output: np.ndarray
    cell: np.ndarray
    hidden: np.ndarray


def gates(model: Model, text: str) -> list[Gates]:
    """Gates and states of an LSTM over `text`, or of both directions of a BiLSTM, forward first.

    The hidden states are those the network itself computes. Raises TextError where there is
    nothing to read, CapabilityError for a model that has no gates.
    """
    encoded = model.read(text)
    import torch

    names = ("input", "forget", "output", "cell", "hidden")
    with torch.inference_mode():
        directions = list(model.network.gates(torch.tensor([encoded.ids])))
    return [
        Gates(
            model.id,
            reading,
            encoded.tokens,
            **{name: read_only(getattr(states, name).numpy()) for name in names},
        )
        for reading, states in zip(model.network.readings, directions, strict=True)
    ]


def forgets(direction: Gates) -> tuple[int, ...]:
    """The tokens at which the cell forgets: where its mean forget gate is shut most clearly.

    That is more than CLEARLY standard deviations below the gate's mean over this text, [CLS] and
    [SEP] left out: at [CLS] there is nothing yet to forget.
    """
    mean = direction.forget[1:-1].mean(axis=1)  # (T - 2,)
    spread = mean.std()
    if spread < 1e-6:  # one word, or the same state throughout
        return ()
    below = np.flatnonzero(mean < mean.mean() - CLEARLY * spread)
    return tuple(int(i) + 1 for i in below)
