"""Graphs of networks of any kind, by torch's own exporter."""

import logging
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from sys import stderr
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from model_zoo.errors import EngineError
from model_zoo.models.classifier import Classifier
from model_zoo.models.network import Capability, Network

# No size of an example may be 1: the exporter would take it for a constant.
BATCH, TOKENS = 3, 7


class _Body(nn.Module):
    """The network from one kind of input to logits."""

    def __init__(self, module: nn.Module, name: str) -> None:
        super().__init__()
        self.module, self.name = module, name

    def forward(self, first: Tensor, attention_mask: Tensor) -> Tensor:
        return self.module(**{self.name: first, "attention_mask": attention_mask}).logits


def exported(network: Network) -> tuple[onnx.ModelProto, np.ndarray | None]:
    """The graph, and the word vectors (V, E) in front of it; None where the graph takes ids.

    EngineError where torch cannot export the network.
    """
    if not isinstance(network, Classifier):
        raise EngineError("only networks of transformers can be exported.")
    if Capability.EMBEDDINGS in network.capabilities:
        try:
            return _export(network, "inputs_embeds"), network.embedding_table().numpy()
        except EngineError:
            pass  # perhaps as ids
    return _export(network, "input_ids"), None


def _export(network: Classifier, name: str) -> onnx.ModelProto:
    ids = torch.full((BATCH, TOKENS), network.tokenizer.unknown_id or 1)
    mask = torch.ones(BATCH, TOKENS, dtype=torch.long)
    mask[1, TOKENS - 2 :] = 0
    with torch.no_grad():
        first = network.embed(ids) if name == "inputs_embeds" else ids
    most = network.tokenizer.max_tokens
    sizes: dict[int, Any] = {
        0: torch.export.Dim("batch", min=1, max=4096),
        1: torch.export.Dim("tokens", min=1, max=most),
    }
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(stderr),
            tempfile.TemporaryDirectory() as at,
        ):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                _Body(network.module, name).eval(),
                (first, mask),
                dynamo=True,
                input_names=[name, "attention_mask"],
                output_names=["logits"],
                dynamic_shapes=(sizes, sizes),
                verbose=False,
            )
            assert program is not None
            file = Path(at) / "model.onnx"
            program.save(str(file))
            return onnx.load(str(file))
    except Exception as error:  # whatever goes wrong inside torch, it stays with the torch engine
        reason = " ".join(str(error).split())[:160]
        raise EngineError(f"torch cannot export it ({type(error).__name__}: {reason}).") from error
