"""What the gates of LSTM and BiLSTM do at every token of a text."""

import numpy as np

from model_zoo.registry import Model
from model_zoo.results import Gates, read_only

CLEARLY = 1.5  # standard deviations below the text's own mean


def gates(model: Model, text: str) -> list[Gates]:
    """Gates and states of an LSTM over `text`, or of both directions of a BiLSTM, forward first.

    The hidden states are those the network itself computes. Raises TextError where there is
    nothing to read, TypeError for a model that has no gates.
    """
    if not hasattr(model.network, "lstm"):
        raise TypeError(f"{model.spec.title} has no gates. Choose a recurrent model.")
    encoded = model.read(text)
    import torch

    from model_zoo.recurrence import states

    names = ("input", "forget", "output", "cell", "hidden")
    found = []
    with torch.inference_mode():
        embedded = model.network.embeddings(torch.tensor([encoded.ids]))[0]  # (T, E)
        for reading in ("forward", "backward")[: 1 + model.network.config.bidirectional]:
            after = states(model.network.lstm, embedded, backward=reading == "backward")
            arrays = {name: read_only(getattr(after, name).numpy()) for name in names}
            found.append(Gates(model.name, reading, encoded.tokens, **arrays))
    return found


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
