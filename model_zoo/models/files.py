"""What the folder of a model holds, read without loading the model.

Beside the folders lies SHA256SUMS, which vouches for the weights in all of them.
"""

import hashlib
import json
import re
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from model_zoo import paths
from model_zoo.errors import WeightsError
from model_zoo.models.network import Capability
from model_zoo.models.registry import SPECS, spec
from model_zoo.text.tokens import TOKENIZER, TextTokenizer

MODELS_DIR = paths.MODELS
WEIGHTS = "model.safetensors"
CHECKSUMS = "SHA256SUMS"  # beside the model folders, in the format of sha256sum
MEND = "Restore the folder with `git restore assets/models`, or train the model again."


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What there is to know of a model without loading it.

    `parameters` counts every weight; `core_parameters` leaves out the word embeddings and the
    classification head, so that the recurrent or encoder parts can be compared. `size_bytes` is
    the weights file on disk. `one_by_one` says whether it reads a text token after token, in so
    many `directions`, or all at once. `accuracy` and `ci95` (fractions) come from the model's own
    metrics file, None where it has none.
    """

    name: str
    title: str
    architecture: str
    layers: int
    parameters: int
    core_parameters: int
    size_bytes: int
    directions: int
    one_by_one: bool
    accuracy: float | None
    ci95: tuple[float, float] | None


def card(name: str, root: Path = MODELS_DIR) -> ModelCard:
    """What the model's files say of it, without loading it; WeightsError if they are missing."""
    row = spec(name)
    folder = root / name
    if not (folder / WEIGHTS).is_file() or not (folder / "config.json").is_file():
        raise WeightsError(f"{folder} is missing or incomplete. {MEND}")
    config = read_config(name, root)
    metrics = read_metrics(name, root).get("validation", {})
    sizes = {key: prod(tensor["shape"]) for key, tensor in read_header(folder / WEIGHTS).items()}
    interval, core = metrics.get("ci95"), row.architecture.core
    return ModelCard(
        name=name,
        title=row.title,
        architecture=row.description,
        layers=config.get("num_hidden_layers") or config.get("n_layers", 0),
        parameters=sum(sizes.values()),
        core_parameters=sum(size for key, size in sizes.items() if key.startswith(core)),
        directions=1 + bool(config.get("bidirectional")),
        one_by_one=Capability.GATES in row.architecture.capabilities,
        size_bytes=(folder / WEIGHTS).stat().st_size,
        accuracy=metrics.get("accuracy"),
        ci95=(interval[0], interval[1]) if interval else None,
    )


def read_config(name: str, root: Path = MODELS_DIR) -> dict[str, Any]:
    """The model's config.json as it is; OSError where there is none."""
    return json.loads((root / spec(name).name / "config.json").read_text(encoding="utf-8"))


def read_metrics(name: str, root: Path = MODELS_DIR) -> dict[str, Any]:
    """The model's metrics.json as it is, empty if there is none."""
    file = root / name / "metrics.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def teacher(name: str, root: Path = MODELS_DIR) -> str | None:
    """The model that `name` was distilled from, as its metrics.json says; None for all others."""
    return read_metrics(name, root).get("made", {}).get("teacher")


def read_card(name: str, root: Path = MODELS_DIR) -> str:
    """The model card as Markdown, without its YAML front matter; WeightsError if it is missing."""
    file = root / spec(name).name / "README.md"
    if not file.is_file():
        raise WeightsError(f"{file} is missing. {MEND}")
    return file.read_text(encoding="utf-8").split("---\n", 2)[-1]


def licence(name: str, root: Path = MODELS_DIR) -> str:
    """The licence named in the front matter of the model card; "not stated" where there is none."""
    file = root / spec(name).name / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    match = re.search(r"^license: *(\S+)", text, re.MULTILINE)
    return match[1] if match else "not stated"


def shared_tokenizer(root: Path = MODELS_DIR) -> TextTokenizer:
    """The tokenizer of the first model that has one: those of the bundled models are the same.

    Raises WeightsError where no model has one.
    """
    folders = [root / name for name in SPECS]
    for folder in folders:
        if (folder / TOKENIZER).is_file():
            return TextTokenizer(folder)
    raise WeightsError(f"{folders[0] / TOKENIZER} is missing, and so are all others. {MEND}")


def check_weights(name: str, root: Path = MODELS_DIR) -> str:
    """The sha256 of `name`'s weights, once found equal to the one recorded beside the folders.

    Raises WeightsError where files are missing, cut short or altered.
    """
    folder = root / name
    for file in ("config.json", TOKENIZER, WEIGHTS):
        if not (folder / file).is_file():
            raise WeightsError(f"{folder / file} is missing. {MEND}")
    recorded = read_checksums(root).get(name)
    if recorded is None:
        raise WeightsError(f"{root / CHECKSUMS} has no line for {name}/{WEIGHTS}. {MEND}")
    read_header(folder / WEIGHTS)  # says "cut short" where that is what happened
    actual = sha256_of(folder / WEIGHTS)
    if actual != recorded:
        raise WeightsError(
            f"{folder / WEIGHTS} is not the file that was recorded: its sha256 is {actual[:12]}…, "
            f"expected {recorded[:12]}…. {MEND}"
        )
    return actual


def read_checksums(root: Path) -> dict[str, str]:
    """Model name -> sha256 of its weights, from `root`'s SHA256SUMS; empty if there is none."""
    file = root / CHECKSUMS
    if not file.is_file():
        return {}
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return {Path(entry[1]).parent.name: entry[0] for entry in lines if len(entry) == 2}


def write_checksum(name: str, root: Path) -> str:
    """Record the sha256 of `name`'s weights as they are now in `root`'s SHA256SUMS; return it."""
    recorded = read_checksums(root) | {name: sha256_of(root / name / WEIGHTS)}
    lines = [f"{digest}  {model}/{WEIGHTS}\n" for model, digest in sorted(recorded.items())]
    (root / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    return recorded[name]


def sha256_of(file: Path) -> str:
    """Hex sha256 of the file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_header(weights: Path) -> dict[str, dict[str, Any]]:
    """The tensors of a safetensors file, name -> dtype, shape, data_offsets, without reading them.

    Raises WeightsError where the file is cut short or is no safetensors file.
    (Format: 8 bytes little-endian header length N, N bytes of JSON, then the data.)
    """
    size = weights.stat().st_size
    try:
        with weights.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > size:
                raise ValueError("header longer than the file")
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        end = max(tensor["data_offsets"][1] for tensor in header.values())
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{weights} is cut short or damaged ({error}). {MEND}") from error
    if 8 + length + end != size:
        raise WeightsError(
            f"{weights} is cut short: {size:,} bytes where {8 + length + end:,} are expected. "
            f"{MEND}"
        )
    return header
