"""A classifier from a BERT that was trained further on text: the language model `lm-bert`."""

from pathlib import Path

from safetensors.torch import load_file
from torch import nn
from transformers import BertForSequenceClassification

from model_zoo.errors import TrainingError
from model_zoo.models.files import WEIGHTS
from model_zoo.models.transformer import bert_config
from model_zoo.training.base import LAYERS

_ENCODER, _POOLER = "bert.", "bert.pooler."


def further_trained(folder: Path) -> BertForSequenceClassification:
    """The encoder of the language model in `folder` with a fresh head for two answers.

    Its pooler passes [CLS] on at first. Raises TrainingError where the folder holds no such BERT.
    """
    if not (folder / WEIGHTS).is_file():
        raise TrainingError(f"{folder} holds no language model. Train lm-bert into it first.")
    config = bert_config(layers=2 * LAYERS)
    config.attention_probs_dropout_prob = 0.0  # it costs a quarter of a CPU step
    network = BertForSequenceClassification(config)
    weights = {
        name: weight
        for name, weight in load_file(folder / WEIGHTS).items()
        if name.startswith(_ENCODER) and not name.startswith(_POOLER)
    }
    try:
        report = network.load_state_dict(weights, strict=False)
    except RuntimeError as error:  # of other sizes
        reason = str(error).splitlines()[-1].strip()
        raise TrainingError(f"{folder} holds another BERT than is trained here: {reason}") from None
    lacking = [
        name
        for name in report.missing_keys
        if name.startswith(_ENCODER) and not name.startswith(_POOLER)
    ]
    if lacking or report.unexpected_keys:
        odd = (*lacking, *report.unexpected_keys)[0]
        raise TrainingError(f"{folder} holds another BERT than is trained here: see {odd}.")
    pooler = network.bert.pooler.dense
    nn.init.eye_(pooler.weight)
    nn.init.zeros_(pooler.bias)
    return network
