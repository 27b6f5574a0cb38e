"""What a model is made of, read from its config and the header of its weights; nothing is loaded.

Blocks come in the order a text goes through them: embeddings, core (recurrent or encoder layers),
head. Every weight of the file is in exactly one block, so that the blocks add up to the model.
"""

import re
from dataclasses import dataclass
from math import prod
from typing import Any

from model_zoo.models.files import mend, read_config, read_header, weights_files
from model_zoo.models.registry import spec
from model_zoo.models.spec import ModelSpec

STAGES = ("embeddings", "core", "head")

_LAYER = re.compile(r"\.(?:layer|layers|albert_layers)\.(\d+)\.")
_CELL = re.compile(r"^lstm\.(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(_reverse)?$")
_PARTS = {  # what a weight's name holds -> the part of the block it belongs to; the first match
    "weight_ih": "from the word",
    "weight_hh": "from the state before",
    "bias_": "biases",
    "position_embeddings": "position vectors",
    "token_type_embeddings": "segment vectors",
    "norm": "normalisation",
    "embeddings": "word vectors",
    "word_embedding": "word vectors",
    "attention": "self-attention",
    "attn": "self-attention",
    ".layer": "feed-forward",
    "albert_layers": "feed-forward",
    "": "weights",
}
_PART_ORDER = ("word vectors", "position vectors", "segment vectors", "self-attention")

_AFTER_ALL = 10_000  # more layers than any model has

Shapes = dict[str, tuple[int, ...]]  # name of a weight -> its dimensions


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a model and the weights in it.

    `stage` is "embeddings", "core" or "head"; `shape` says its dimensions in words. `parts` are
    the blocks within it, whose parameters add up to its own; empty where there is nothing to tell.
    """

    stage: str
    name: str
    shape: str
    parameters: int
    parts: tuple["Block", ...]


def anatomy(model: str | ModelSpec) -> tuple[Block, ...]:
    """The blocks of the model; raises UnknownModelError and WeightsError as `files.card` does."""
    row = spec(model)
    header = {
        key: tensor
        for file in weights_files(row)
        for key, tensor in read_header(file, mend(row)).items()
    }
    config = read_config(row)
    blocks: dict[tuple[int, int, int, str], dict[str, Shapes]] = {}
    for key, tensor in header.items():
        part = next(part for pattern, part in _PARTS.items() if pattern in key.lower())
        blocks.setdefault(_block(key), {}).setdefault(part, {})[key] = tuple(tensor["shape"])
    return tuple(
        _describe(STAGES[stage], title, parts, config)
        for (stage, _, _, title), parts in sorted(blocks.items(), key=lambda entry: entry[0])
    )


def _block(key: str) -> tuple[int, int, int, str]:
    """Which block a weight belongs to: stage, layer, place in the layer (to sort by), title."""
    if cell := _CELL.match(key):
        back = cell[3] is not None
        way = "right to left" if back else "left to right"
        return 1, int(cell[2]), int(back), f"LSTM layer {int(cell[2]) + 1}, {way}"
    if layer := _LAYER.search(key):
        return 1, int(layer[1]), 0, f"Layer {int(layer[1]) + 1}"
    if "embedding" in key:
        return 0, 0, 0, "Embeddings"
    if ".encoder." in key or key.startswith("transformer."):
        return 1, _AFTER_ALL, 0, "Beside the layers"
    if key.startswith("classifier"):
        return 2, 1, 0, "Classifier"
    return 2, 0, 0, "Pooler" if "pooler" in key else "Layer before the classifier"


def _describe(stage: str, title: str, parts: dict[str, Shapes], config: dict[str, Any]) -> Block:
    """The block of these parts, the best known first, then by size."""
    blocks = [
        Block(stage, part, _shape(part, shapes, config), sum(map(prod, shapes.values())), ())
        for part, shapes in parts.items()
    ]
    blocks.sort(key=lambda part: (*map(part.name.__ne__, _PART_ORDER), -part.parameters))
    dimensions = "; ".join(f"{part.name} {part.shape}" for part in blocks if part.shape)
    if len(blocks) == 1:
        dimensions = blocks[0].shape
    return Block(stage, title, dimensions, sum(part.parameters for part in blocks), tuple(blocks))


def _shape(part: str, shapes: Shapes, config: dict[str, Any]) -> str:
    """Dimensions in words; empty where they say nothing that the name does not."""
    matrices = [shape for shape in shapes.values() if len(shape) == 2]
    if not matrices or part == "normalisation":
        return ""
    rows, columns = matrices[0]
    if part == "self-attention":
        heads = config.get("num_attention_heads") or config.get("n_heads")
        if not isinstance(heads, int) or heads < 1:  # the file is anybody's
            return ""
        return f"{heads} heads of {columns // heads}"
    if part == "feed-forward":
        return f"{min(rows, columns):,} → {max(rows, columns):,} → {min(rows, columns):,}"
    if part.startswith("from"):  # three gates and the new content, each with a row for every unit
        return f"{columns:,} → 4 × {rows // 4:,}"
    return f"{rows:,} × {columns:,}" if part.endswith("vectors") else f"{columns:,} → {rows:,}"
