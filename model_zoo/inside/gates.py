"""What the gates of LSTM and BiLSTM do at every token of a text."""

import numpy as np

from model_zoo.models.registry import Model
from model_zoo.results import Gates, read_only

CLEARLY = 1.5  # standard deviations below the text's own mean


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


def forgets(found: Gates) -> tuple[int, ...]:
    """The tokens at which the cell forgets: where its mean forget gate is shut most clearly.

    That is more than CLEARLY standard deviations below the gate's mean over this text, [CLS] and
    [SEP] left out: at [CLS] there is nothing yet to forget.
    """
    mean = found.forget[1:-1].mean(axis=1)  # (T - 2,)
    spread = mean.std()
    if spread < 1e-6:  # one word, or the same state throughout
        return ()
    below = np.flatnonzero(mean < mean.mean() - CLEARLY * spread)
    return tuple(int(i) + 1 for i in below)
