"""How an answer forms: the probability of positive after every token, or after every layer."""

from dataclasses import dataclass

from model_zoo.models.loading import Model


@dataclass(frozen=True, slots=True)
class Course:
    """How one model's answer forms: its probability of positive after each step.

    `reading` says what a step is. "forward": element i is after the text's tokens 0 to i,
    "backward": after its last token down to token i (special tokens have no element). "layers":
    element i is after layer i, 0 being the embeddings.
    """

    model: str
    reading: str
    positive: tuple[float, ...]


def stepwise(model: Model, text: str) -> list[Course]:
    """The courses the model's answer takes over `text`.

    LSTM: one, "forward". Element i is its answer if the text ended after its token i: the state
    there, with [SEP] read next. The last element is its prediction.

    BiLSTM: "forward" and "backward", each direction on its own: the head's weights for that
    direction applied to its state alone, the other direction's share of the log-odds left out.
    The log-odds of both ends, less the bias that each holds, add up to the prediction's. Forward
    states are closed with [SEP] and backward ones with [CLS], as at the real ends.

    BERT and DistilBERT: one, "layers". Element i is the classification head applied to layer i's
    output. The head was trained on the last layer only, so earlier elements are a probe ("logit
    lens"), not something the model says; the last element is its prediction.

    Raises TextError where there is nothing to read, CapabilityError for a model of another kind.
    """
    encoded = model.read(text)
    import torch

    ids = torch.tensor([encoded.ids])  # (1, T)
    with torch.inference_mode():
        return [
            Course(model.id, reading, tuple(logits.double().softmax(-1)[:, 1].tolist()))
            for reading, logits in model.network.steps(ids)
        ]
