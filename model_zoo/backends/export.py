"""What the exporting process does: write the graph, quantise it if asked to, check it, record it.

python -m model_zoo.backends.export IDENTITY MODEL_FOLDER SET_FOLDER EXPORT_FOLDER
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model_zoo.backends import exports, graph
from model_zoo.backends.agreement import (
    Agreement,
    Batch,
    agreement,
    answers,
    of_all_sizes,
    of_sentences,
)
from model_zoo.backends.onnx_network import OnnxClassifier
from model_zoo.backends.quantise import candidates, one_text_a_call, quantise
from model_zoo.backends.references import recorded
from model_zoo.errors import EngineError
from model_zoo.models.engines import engine
from model_zoo.models.files import check_folder, weights_files
from model_zoo.models.loading import torch_network
from model_zoo.models.network import ModelId, Network
from model_zoo.models.registry import remember
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import TextTokenizer
from model_zoo.worker import work

if TYPE_CHECKING:
    from onnx import ModelProto

EXACT = 1e-4  # how far probabilities of a float32 engine may be from torch's
LEAST_ANSWERS = 0.95  # of an 8-bit engine: so many answers must be the same as torch's
MOST_MOVED = 0.05  # and so far may probabilities be from torch's, on average


def export(row: ModelSpec, folder: Path) -> Agreement:
    """Write the model's export into `folder`; EngineError where it does not agree with torch."""
    checksum = check_folder(row)
    tokenizer = TextTokenizer(row.folder)
    usual = _Torch(row, checksum)
    exact = engine(row.id.engine).exact
    model = _written(row, folder, in_8_bits=not exact)
    by_hand = model is not None
    if model is None:
        from model_zoo.backends.exporter import exported

        model, words = exported(usual.network)
        if words is not None:
            np.save(folder / exports.WORDS, _halved(words))

    def compare(batches: Callable[[TextTokenizer], Iterable[Batch]]) -> Agreement:
        ours = OnnxClassifier(row, folder, tokenizer)
        return agreement(answers(ours.classify, batches(tokenizer)), usual.logits(batches))

    kept: tuple[str, ...] = ()
    if exact:
        import onnx

        onnx.save(model, str(folder / exports.GRAPH))
        del model  # it may be large, and checking takes memory of its own
        agreed = compare(of_all_sizes)
        if not agreed.probability <= EXACT:  # no number, for one
            raise EngineError(
                f"its probabilities would be up to {agreed.probability:.1g} from torch's."
            )
    else:
        if not (by_hand and row.model_type in graph.TOGETHER):
            one_text_a_call(model)
        agreed, kept = _quantised(model, folder / exports.GRAPH, lambda: compare(of_sentences))
    record = {
        "model": row.id.on(ModelId.ENGINE),
        "engine": row.id.engine,
        "runtime": exports.runtime_version(),
        "weights": checksum,
        "written": by_hand,
        "kept_in_float": list(kept),
        "bytes": sum(file.stat().st_size for file in folder.iterdir()),
        **asdict(agreed),
    }
    (folder / exports.RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    return agreed


class _Torch:
    """torch's logits: those that are kept, or else from the network, loaded when it is needed."""

    def __init__(self, row: ModelSpec, checksum: str) -> None:
        self._row, self._kept = row, recorded(checksum)

    @cached_property
    def network(self) -> Network:
        return torch_network(self._row.on("torch"))

    def logits(self, batches: Callable[[TextTokenizer], Iterable[Batch]]) -> np.ndarray:
        kept = self._kept.get(batches.__name__)
        if kept is not None:
            return kept
        return answers(self.network.classify, batches(self.network.tokenizer))


def _written(row: ModelSpec, folder: Path, in_8_bits: bool) -> "ModelProto | None":
    """The graph as written from the weights, its word vectors in `folder`; None where it cannot."""
    from safetensors.numpy import load_file

    if row.model_type not in graph.KINDS:
        return None
    weights: dict[str, np.ndarray] = {}
    for file in weights_files(row):
        weights |= load_file(file)
    model = graph.written(row, weights, in_8_bits)
    if model is not None:
        np.save(folder / exports.WORDS, _halved(weights[graph.words_name(row.model_type)]))
    return model


def _halved(words: np.ndarray) -> np.ndarray:
    """The same numbers as float16, where that holds them."""
    with np.errstate(over="ignore"):
        half = words.astype(np.float16)
    return half if np.array_equal(half.astype(words.dtype), words) else words


def _quantised(
    model: "ModelProto", file: Path, compare: Callable[[], Agreement]
) -> tuple[Agreement, tuple[str, ...]]:
    """Write the 8-bit graph that agrees; how far it does, and what of it is in float32 for that.

    Some layers bear 8 bits worse than others: as few as will do are left out.
    """
    agreed: Agreement | None = None
    for kept in candidates(model):
        quantise(model, file, kept)
        agreed = compare()
        if agreed.answers >= LEAST_ANSWERS and agreed.mean_probability <= MOST_MOVED:
            return agreed, kept
    assert agreed is not None
    raise EngineError(
        f"in 8 bits {agreed.answers:.1%} of its answers would be torch's, and probabilities "
        f"{agreed.mean_probability:.1%} away on average."
    )


def main() -> int:
    """Export the model that the arguments name."""
    _, identity, folder, set_folder, out = sys.argv

    def do() -> None:
        export(remember(identity, Path(folder), Path(set_folder)), Path(out))

    return work(do, niceness=10)  # somebody waits for it


if __name__ == "__main__":
    sys.exit(main())
