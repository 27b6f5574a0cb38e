"""The warm-up that `speed` starts in a process of its own: prints what it measured as JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch import nn
from transformers import BertForSequenceClassification

from model_zoo.host import host, most_resident_bytes
from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification
from model_zoo.models.transformer import VOCAB_SIZE, bert_config
from model_zoo.tuning.learner import Learner, RecurrentLearner, TransformerLearner
from model_zoo.tuning.process import prepare_process
from model_zoo.tuning.speed import Speed
from model_zoo.tuning.token_rows import TokenRows

_SHORT, _LONG = 16, 256
_TIMES = 4


def measure() -> Speed:
    """All figures, in an order in which memory only grows."""
    prepare_process()
    torch.set_num_threads(host().cores)
    recurrent = {}
    for bidirectional in (False, True):
        network = RecurrentForSequenceClassification(RecurrentConfig(bidirectional=bidirectional))
        rows = _rows(64, _SHORT)
        recurrent[bidirectional] = _learning(RecurrentLearner(network, _rows(640, _SHORT)), rows)
    recurrent_bytes = most_resident_bytes()
    config = bert_config()
    config.attention_probs_dropout_prob = 0.0
    layers = config.num_hidden_layers
    bert = BertForSequenceClassification(config)
    forward = _seconds(lambda: TransformerLearner(bert, layers).source(_rows(64, _SHORT)))
    heads_bytes = most_resident_bytes()
    bert.requires_grad_(True)
    _learning(TransformerLearner(bert, 3 * layers // 4), _rows(32, _SHORT))
    quick_bytes = most_resident_bytes()
    bert.requires_grad_(True)
    learner = TransformerLearner(bert)
    short = _learning(learner, _rows(32, _SHORT))
    long = _learning(learner, _rows(4, _LONG))
    return Speed(
        lstm=recurrent[False][0] / 64 / _SHORT * 1000,
        bilstm=recurrent[True][0] / 64 / _SHORT * 1000,
        layer=short[0] / layers / 32 / _SHORT * 1000,
        layer_long=long[0] / layers / 4 / _LONG * 1000,
        layer_forward=forward / layers / 64 / _SHORT * 1000,
        update=short[1] / layers,
        recurrent_update=recurrent[True][1],
        recurrent_bytes=recurrent_bytes,
        heads_bytes=heads_bytes,
        quick_bytes=quick_bytes,
        full_bytes=most_resident_bytes(),
    )


def _rows(count: int, tokens: int) -> TokenRows:
    draw = np.random.default_rng(0)
    ids = draw.integers(1000, VOCAB_SIZE, count * tokens).astype(np.uint16)
    return TokenRows(ids, np.arange(0, len(ids) + 1, tokens), draw.integers(0, 2, count))


def _learning(learner: Learner, rows: TokenRows) -> tuple[float, float]:
    """Seconds of gradients for a batch of these rows, and of a step of the optimiser."""
    learner.network.train()
    trained = [p for p in learner.network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=1e-6, fused=True)
    source, places = learner.source(rows), range(len(rows))
    learner.network.train()

    def gradients() -> None:
        logits, labels = learner.logits(source, places)
        nn.functional.cross_entropy(logits, labels).backward()

    def step() -> None:
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()

    took = _seconds(gradients), _seconds(step)
    optimiser.zero_grad()
    return took


def _seconds(call: Callable[[], object]) -> float:
    """Median of some calls, after one that is not counted."""
    call()
    times = []
    for _ in range(_TIMES):
        began = perf_counter()
        call()
        times.append(perf_counter() - began)
    return median(times)


if __name__ == "__main__":
    print(json.dumps(asdict(measure())))
