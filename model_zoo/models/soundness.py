"""Whether a folder's files can be the model they say they are, before anything is built of them.

What is said in config.json is held against the header of the weights, which says how large they
are: a network of ten million layers is never begun. Errors are WeightsError, or ValueError with a
reason where the caller makes the sentence.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any

import numpy as np

from model_zoo.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn

Header = Mapping[str, Mapping[str, Any]]  # as `files.read_header` gives it

# of a number of this kind: as what it is stored, and the least of it without its sign that is none
_NOT_FINITE: dict[str, tuple[type[np.unsignedinteger[Any]], int]] = {
    "F64": (np.uint64, 0x7FF0_0000_0000_0000),
    "F32": (np.uint32, 0x7F80_0000),
    "F16": (np.uint16, 0x7C00),
    "BF16": (np.uint16, 0x7F80),
    "F8_E5M2": (np.uint8, 0x7C),
    "F8_E4M3": (np.uint8, 0x7F),
}
_CHUNK_BYTES = 8_000_000  # looked at at once
_WIDTHS = (
    *("vocab_size", "hidden_size", "embedding_size", "intermediate_size", "n_embd", "emb_dim"),
    *("dim", "hidden_dim", "d_model", "d_inner", "d_ff", "encoder_ffn_dim", "decoder_ffn_dim"),
)
_POSITIONS = ("position_embeddings.weight", "wpe.weight")  # where there is a vector for each
_MOST_WEIGHTS = 4  # times those stored: some are stored once and used in several places
_SPARE_WEIGHTS = 64  # tensors that may be beside them


def check_finite(weights: Path, header: Header, advice: str) -> None:
    """Raises WeightsError, ending in `advice`, where one of the numbers is none, or infinite.

    Reads the file piece by piece.
    """
    with weights.open("rb") as stream:
        start = 8 + int.from_bytes(stream.read(8), "little")
        for name, tensor in header.items():
            kind, least = _NOT_FINITE.get(tensor["dtype"], (None, 0))
            if kind is None:
                continue
            begin, end = tensor["data_offsets"]
            size = np.dtype(kind).itemsize
            if end - begin != size * prod(tensor["shape"]):
                raise WeightsError(
                    f"{weights} is damaged ({name} is of another size than it says). {advice}"
                )
            stream.seek(start + begin)
            for at in range(begin, end, _CHUNK_BYTES):
                numbers = np.frombuffer(stream.read(min(_CHUNK_BYTES, end - at)), dtype=kind)
                unsigned = numbers & kind(np.iinfo(kind).max >> 1)
                if unsigned.size and unsigned.max() >= least:
                    raise WeightsError(
                        f"{weights} holds weights that are no numbers ({name}): its training went "
                        f"wrong, or the file is damaged. {advice}"
                    )


def check_sizes(config: Mapping[str, Any], header: Header) -> None:
    """Raises ValueError, saying which, where config.json names more than the weights can hold."""
    widest = max((size for tensor in header.values() for size in tensor["shape"]), default=0)
    tables = [
        t["shape"][0] for name, t in header.items() if name.endswith(_POSITIONS) and t["shape"]
    ]
    positions = max(tables, default=None)
    most: int | None
    for key, value in config.items():
        if isinstance(value, dict):  # of a part, as some have
            check_sizes(value, header)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        if key.endswith(("layers", "n_layer")) or key == "num_hidden_groups":
            most = len(header)
        elif key == "max_position_embeddings":
            most = positions
        else:
            most = widest if key in _WIDTHS else None
        if most is not None and value > most:
            raise ValueError(
                f"its config.json has {key} {value:,}, and its weights {most:,} at most"
            )


def check_tokens(
    title: str, tokens: int, known: int, largest: int | None = None, pad: int = 0
) -> None:
    """Raises WeightsError where a tokenizer with `tokens` entries names one that has no vector.

    `known` is how many vectors there are, `largest` the largest number of an entry, `pad` that of
    the padding.
    """
    if tokens > known:
        raise WeightsError(
            f"{title} has vectors for {known:,} tokens, and its tokenizer knows {tokens:,}. Save "
            "the tokenizer that the model was trained with into its folder."
        )
    for number in (largest or 0, pad):
        if not 0 <= number < known:
            raise WeightsError(
                f"{title} has vectors for {known:,} tokens, and its tokenizer has one numbered "
                f"{number:,}. Save the tokenizer that the model was trained with into its folder."
            )


@contextmanager
def no_larger_than(header: Header) -> Iterator[None]:
    """Networks built in this block get no more weights than the header can be the weights of.

    ValueError as soon as one does: long before all of it is there.
    """
    from torch.nn.modules.module import register_module_parameter_registration_hook

    most = _MOST_WEIGHTS * sum(prod(tensor["shape"]) for tensor in header.values())
    left = [_MOST_WEIGHTS * len(header) + _SPARE_WEIGHTS, most + 1_000_000]

    thread = get_ident()  # the hook is all threads'

    def count(module: "nn.Module", name: str, weight: "Tensor | None") -> None:
        if weight is not None and get_ident() == thread:
            left[0] -= 1
            left[1] -= weight.numel()
        if min(left) < 0 and get_ident() == thread:
            raise ValueError("its config.json is of a larger network than its weights")

    hook = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        hook.remove()
