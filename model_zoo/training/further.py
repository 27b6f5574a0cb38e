"""A classifier from a BERT that was trained further on text: the language model `lm-bert`."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertForSequenceClassification

from model_zoo.errors import TrainingError
from model_zoo.models.files import WEIGHTS
from model_zoo.models.transformer import bert_config
from model_zoo.training.base import LAYERS
from model_zoo.training.grow import average

_ENCODER, _POOLER = "bert.", "bert.pooler."


def further_trained(
    folder: Path, input_ids: Tensor, attention_mask: Tensor
) -> BertForSequenceClassification:
    """The encoder of the language model in `folder` with a fresh head for two answers.

    Guessing words leaves little in [CLS]: the last layer starts anew, as an average of the states
    before it, and the pooler passes that on. Raises TrainingError where the folder holds no such
    BERT.

    *Shape*: `input_ids` and `attention_mask` (B, T), a sample of typical text.
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
    with torch.no_grad():
        states = (
            network.eval()
            .bert(input_ids, attention_mask=attention_mask, output_hidden_states=True)
            .hidden_states
        )
    average(network.bert.encoder.layer[-1], states[-2], attention_mask)
    return network
