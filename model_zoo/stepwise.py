"""How an answer forms: the probability of positive after every token, or after every layer."""

from model_zoo.registry import Model
from model_zoo.results import Course


def stepwise(model: Model, text: str) -> list[Course]:
    """The courses the model's answer takes over `text`; TextError where there is nothing to read.

    LSTM: one, "forward". Element i is its answer if the text ended after its token i: the state
    there, with [SEP] read next. The last element is its prediction.

    BiLSTM: "forward" and "backward", each direction on its own: the head's weights for that
    direction applied to its state alone, the other direction's share of the log-odds left out.
    The log-odds of both ends, less the bias that each holds, add up to the prediction's. Forward
    states are closed with [SEP] and backward ones with [CLS], as at the real ends.

    BERT and DistilBERT: one, "layers". Element i is the classification head applied to layer i's
    output. The head was trained on the last layer only, so earlier elements are a probe ("logit
    lens"), not something the model says; the last element is its prediction.
    """
    encoded = model.read(text)
    import torch

    ids = torch.tensor([encoded.ids])  # (1, T)
    with torch.inference_mode():
        found = _after_tokens if hasattr(model.network, "lstm") else _after_layers
        return [
            Course(model.name, reading, tuple(logits.double().softmax(-1)[:, 1].tolist()))
            for reading, logits in found(model.network, ids)
        ]


def _after_tokens(network, ids):
    """(reading, logits (T - 2, 2)) for each direction of a recurrent classifier."""
    from model_zoo.recurrence import read_one_more, states

    embedded = network.embeddings(ids)[0]  # (T, E)
    size, head = network.config.hidden_size, network.classifier
    after = states(network.lstm, embedded[:-1])
    ends = read_one_more(network.lstm, embedded[-1], after)[1:]  # (T - 2, H)
    yield "forward", ends @ head.weight[:, :size].T + head.bias
    if network.config.bidirectional:
        after = states(network.lstm, embedded[1:], backward=True)
        ends = read_one_more(network.lstm, embedded[0], after, backward=True)[:-1]
        yield "backward", ends @ head.weight[:, size:].T + head.bias


def _after_layers(network, ids):
    """("layers", logits (L + 1, 2)) of a Transformer classifier."""
    import torch

    from model_zoo.transformer import parts

    pieces = parts(network)
    hidden = pieces.embed(ids)  # (1, T, E)
    logits = [pieces.head(hidden)]
    for layer in pieces.layers:
        hidden = layer(hidden, None)
        logits.append(pieces.head(hidden))
    yield "layers", torch.cat(logits)
