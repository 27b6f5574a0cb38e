"""How an answer forms: what the model would say after every token, or after every layer."""

from dataclasses import dataclass

from model_zoo.models.loading import Model


@dataclass(frozen=True, slots=True)
class Course:
    """How one model's answer forms: the probabilities of its `labels` after each step.

    `reading` says what a step is. "forward": element i is after the text's tokens 0 to i,
    "backward": after its last token down to token i (special tokens have no element), and `spans`
    are the half-open ranges of characters that these tokens were made from. "layers": element i is
    after layer i, 0 being the embeddings; there are no spans.
    """

    model: str
    reading: str
    labels: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    spans: tuple[tuple[int, int], ...] = ()

    def of(self, label: str) -> tuple[float, ...]:
        """The probability of one label after each step; ValueError if the model has none such.

        >>> Course("bert", "layers", ("bad", "good"), ((0.5, 0.5), (0.25, 0.75))).of("good")
        (0.5, 0.75)
        """
        at = self.labels.index(label)
        return tuple(shares[at] for shares in self.probabilities)

    @property
    def likeliest(self) -> tuple[str, ...]:
        """The label most likely after each step; of equals, the first."""
        return tuple(self.labels[shares.index(max(shares))] for shares in self.probabilities)


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
    spans = tuple(
        span for span, word in zip(encoded.spans, encoded.word_of, strict=True) if word is not None
    )
    with torch.inference_mode():
        return [
            Course(
                model.id,
                reading,
                model.labels,
                tuple(map(tuple, logits.double().softmax(-1).tolist())),
                () if reading == "layers" else spans,
            )
            for reading, logits in model.network.steps(ids)
        ]
