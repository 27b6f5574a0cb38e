"""BERT and DistilBERT at their papers' size, built from their configs with random weights.

The bundled models are smaller than the papers'. These twins hold no knowledge and answer nothing:
they are here for what depends on size alone, which is parameters, memory and speed.
"""

import gc
import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from model_zoo import paths
from model_zoo.errors import DataError, MeasureError
from model_zoo.host import Host, free_bytes, host, resident_bytes
from model_zoo.measure.latency import Latency

if TYPE_CHECKING:
    from transformers import PreTrainedModel

REFERENCE = paths.REFERENCE / "twins.json"
LENGTHS = (16, 64, 128)  # tokens of a call
VISITS = 4  # how often each twin is built, timed and freed
ROOM_BYTES = 250_000_000  # for torch's own workings and the states of one call
FLOAT32 = 4  # bytes a parameter


@dataclass(frozen=True, slots=True)
class Twin:
    """An architecture at its paper's size, with random weights: it can be timed, not asked.

    `weights_bytes` is its parameters in float32, `added_bytes` the resident memory that building
    it and one call took; None, and no latencies, where it was only counted.
    """

    name: str
    parameters: int
    weights_bytes: int
    added_bytes: int | None
    latencies: tuple[Latency, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """The paper-size twins as measured on one machine; `taken` in ISO 8601 with the zone."""

    taken: str
    host: Host
    twins: tuple[Twin, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A published encoder: its config as its authors released it, and whether it is timed here."""

    title: str
    config: dict[str, Any]
    timed: bool


_BERT = {
    "model_type": "bert",
    "vocab_size": 30522,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "hidden_act": "gelu",
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}
_LARGE = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
}
_DISTILBERT = {
    "model_type": "distilbert",
    "vocab_size": 30522,
    "dim": 768,
    "n_layers": 6,
    "n_heads": 12,
    "hidden_dim": 3072,
    "activation": "gelu",
    "max_position_embeddings": 512,
    "sinusoidal_pos_embds": False,
    "pad_token_id": 0,
}
ARCHITECTURES = {
    "bert-base": Architecture("BERT-base, uncased", _BERT, True),
    "distilbert-base": Architecture("DistilBERT-base, uncased", _DISTILBERT, True),
    "bert-large": Architecture("BERT-large, uncased", _BERT | _LARGE, False),
}


def parameters(name: str) -> int:
    """How many weights the encoder has, counted on torch's meta device: none is allocated."""
    import torch

    with torch.device("meta"):
        return _count(_build(name))


def counted(name: str) -> Twin:
    """The twin with its size, not timed; KeyError for a name that ARCHITECTURES lacks."""
    count = parameters(name)
    return Twin(name, count, FLOAT32 * count, None, ())


def speed(
    lengths: Sequence[int] = LENGTHS, *, visits: int = VISITS, runs: int = 5, warm_up: int = 1
) -> Generator[tuple[float, Twins], None, None]:
    """(share done, twins as measured so far), after every round; the last one is the result.

    One twin is in memory at a time, in float32, and freed before the next. They take turns,
    `visits` each, so that a noisy minute hits both. In a visit come `warm_up` rounds that are not
    counted, then `runs`; a round is one forward pass at each of `lengths`, batch 1, random token
    ids. Stop iterating to stop measuring: what was yielded last holds, and the twin is freed.

    Raises MeasureError where the free memory would not hold the next twin.
    """
    twins = {name: counted(name) for name in ARCHITECTURES}
    turns = [name for name, row in ARCHITECTURES.items() if row.timed] * visits
    yield 0.0, _now(twins)
    for turn, name in enumerate(turns):
        for done, twin in _visit(twins[name], lengths, runs, warm_up):
            twins[name] = twin
            yield (turn + done / runs) / len(turns), _now(twins)


def read(file: Path = REFERENCE) -> Twins:
    """Twins as written by `python -m model_zoo twins --json`; DataError where that is not so."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        twins = []
        for entry in kept["twins"]:
            latencies = tuple(
                Latency(**record | {"samples_ms": tuple(record["samples_ms"])})
                for record in entry["latencies"]
            )
            twins.append(Twin(**entry | {"latencies": latencies}))
        return Twins(kept["taken"], Host(**kept["host"]), tuple(twins))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{file} holds no measurement ({error!r}). Write one with "
            "`python -m model_zoo twins --json`."
        ) from error


def _visit(
    twin: Twin, lengths: Sequence[int], runs: int, warm_up: int
) -> Iterator[tuple[int, Twin]]:
    """(rounds done, the twin with what they took added); the network is gone when this ends."""
    title, needed = ARCHITECTURES[twin.name].title, twin.weights_bytes + ROOM_BYTES
    if (free := free_bytes()) < needed:
        raise MeasureError(
            f"{title} needs {needed / 1e6:.0f} MB of memory and {max(0, free) / 1e6:.0f} MB are "
            "free here, so it was not built. Its parameters are counted all the same; measure its "
            "speed on a machine with more memory, with `python -m model_zoo twins`."
        )
    import torch

    before = resident_bytes()
    network = _build(twin.name).eval().requires_grad_(False)
    texts = [torch.randint(1000, network.config.vocab_size, (1, n)) for n in lengths]  # (1, T)
    warmed = warm_up + (twin.latencies[0].warm_up if twin.latencies else 0)
    samples = [latency.samples_ms for latency in twin.latencies] or [()] * len(lengths)
    added = twin.added_bytes
    try:
        with torch.inference_mode():
            for done in range(1 - warm_up, runs + 1):
                round_ms = []
                for ids in texts:
                    started = perf_counter()
                    network(ids)
                    round_ms.append(1e3 * (perf_counter() - started))
                added = added or resident_bytes() - before
                if done > 0:
                    samples = [(*old, new) for old, new in zip(samples, round_ms, strict=True)]
                    threads = torch.get_num_threads()
                    latencies = tuple(
                        Latency(twin.name, n, 1, threads, warmed, times)
                        for n, times in zip(lengths, samples, strict=True)
                    )
                    yield done, replace(twin, added_bytes=added, latencies=latencies)
    finally:
        del network
        gc.collect()


def _build(name: str) -> "PreTrainedModel":
    """The encoder with random weights, on the device in force."""
    from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

    config = ARCHITECTURES[name].config
    if config["model_type"] == "bert":
        return BertModel(BertConfig(**config))
    return DistilBertModel(DistilBertConfig(**config))


def _count(network: "PreTrainedModel") -> int:
    return sum(weight.numel() for weight in network.parameters())


def _now(twins: dict[str, Twin]) -> Twins:
    return Twins(
        datetime.now().astimezone().isoformat(timespec="seconds"), host(), tuple(twins.values())
    )
