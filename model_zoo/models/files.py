"""What the folder of a model holds, read without loading the model.

Beside the folders of a set lies SHA256SUMS, which vouches for the weights in all of them. Nothing
vouches for a model of the user's own: its checksum only tells its weights from others.
"""

import hashlib
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from model_zoo import paths
from model_zoo.errors import WeightsError
from model_zoo.locks import held
from model_zoo.models.classes import unfit
from model_zoo.models.network import Capability, ModelId
from model_zoo.models.registry import spec
from model_zoo.models.sets import BUNDLED, ModelSet, model_set
from model_zoo.models.soundness import Header, check_finite, check_sizes
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import TOKENIZER, TextTokenizer
from model_zoo.text.typed import RULES
from model_zoo.whole_files import read_json, write_text

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"  # of weights in several files
MOST_HEADER_BYTES = 100_000_000  # as the format has it
CHECKSUMS = "SHA256SUMS"  # beside the model folders, in the format of sha256sum
_RECORD_S = 10.0  # that others have for their line in it
_BESIDE = ("config.json", TOKENIZER, "tokenizer_config.json")  # what else a model is read from


# the first line and another one are three hyphens; later ones are rules of the text
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(?:.*\n)*?---[ \t]*(?:\n|\Z)\n*")
_LAYERS = ("num_hidden_layers", "n_layers", "n_layer", "num_layers")  # as configs call it


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


def card(model: str | ModelSpec) -> ModelCard:
    """What the model's files say of it, without loading it; WeightsError if they are missing."""
    row = spec(model)
    if not (row.folder / "config.json").is_file():
        raise WeightsError(f"{row.folder} is missing or incomplete. {mend(row)}")
    config, files = read_config(row), weights_files(row)
    metrics = read_metrics(row).get("validation", {})
    sizes = {
        key: prod(tensor["shape"])
        for file in files
        for key, tensor in read_header(file, mend(row)).items()
    }
    interval, core = metrics.get("ci95"), row.architecture.core
    return ModelCard(
        name=row.id,
        title=row.title,
        architecture=row.description,
        layers=next((config[key] for key in _LAYERS if isinstance(config.get(key), int)), 0),
        parameters=sum(sizes.values()),
        core_parameters=sum(size for key, size in sizes.items() if key.startswith(core)),
        directions=1 + bool(config.get("bidirectional")),
        one_by_one=Capability.GATES in row.architecture.capabilities,
        size_bytes=sum(file.stat().st_size for file in files),
        accuracy=metrics.get("accuracy"),
        ci95=(interval[0], interval[1]) if interval else None,
    )


def mend(model: ModelSpec) -> str:
    """What to do about files of the model that are missing or damaged, as a sentence."""
    if model.id.set == BUNDLED and not paths.MODELS_GIVEN:
        if paths.INSTALLED:
            return "Install quartet again."
        return "Restore the folder with `git restore assets/models`, or train the model again."
    if model.id.set == "hub":
        return "Delete that folder and download the model again."
    return "Copy the model's folder again from where it came."


def weights_files(model: ModelSpec) -> list[Path]:
    """The files that hold the weights: one, or those that an index names.

    Raises WeightsError where there are none in the safetensors format, the only one that is read.
    """
    folder = model.folder
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    try:
        index = read_json(folder / INDEX)
        names = sorted({Path(name).name for name in index["weight_map"].values()})
        files = [folder / name for name in names]
        if not files or not all(file.is_file() for file in files):
            raise WeightsError(f"{folder} lacks some of the files in {INDEX}. {mend(model)}")
    except FileNotFoundError:
        raise WeightsError(_no_weights(model)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{folder / INDEX} cannot be read ({error}). {mend(model)}") from error
    return files


def _no_weights(model: ModelSpec) -> str:
    folder = model.folder
    if model.id.is_own and any(folder.glob("*.bin")):
        return (
            f"{folder} holds weights as a pickle only, which can run code when it is opened and is "
            "not read. Save the model with `save_pretrained`, which writes safetensors."
        )
    return f"{folder / WEIGHTS} is missing. {mend(model)}"


def read_config(model: str | ModelSpec) -> dict[str, Any]:
    """The model's config.json as it is; WeightsError where it is missing or damaged."""
    return _read_table(spec(model), "config.json")


def read_metrics(model: str | ModelSpec) -> dict[str, Any]:
    """The model's metrics.json as it is, empty if there is none; WeightsError if it is damaged.

    Of a model of the user's own always empty: what other programs call so says other things.
    """
    row = spec(model)
    file = row.folder / "metrics.json"
    if row.id.is_own or not file.is_file():
        return {}
    metrics = _read_table(row, file.name)
    for part in ("validation", "made"):
        if not isinstance(metrics.get(part, {}), dict):
            raise WeightsError(f"{file} is damaged ({part!r} is no table). {mend(row)}")
    return metrics


def _read_table(model: ModelSpec, name: str) -> dict[str, Any]:
    """The JSON file `name` in the model's folder; WeightsError where it holds no table."""
    file = model.folder / name
    try:
        table = read_json(file)
    except FileNotFoundError:
        raise WeightsError(f"{file} is missing. {mend(model)}") from None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{file} cannot be read ({error}). {mend(model)}") from error
    if not isinstance(table, dict):
        raise WeightsError(f"{file} is damaged (it is no table). {mend(model)}")
    return table


def metrics_stamp(model: str | ModelSpec) -> int:
    """What changes when the model's metrics.json does; 0 where there is none."""
    try:
        return (spec(model).folder / "metrics.json").stat().st_mtime_ns
    except OSError:
        return 0


def teacher(model: str | ModelSpec) -> ModelId | None:
    """The model of its set that it was distilled from, by its metrics.json; None for all others."""
    row = spec(model)
    name = read_metrics(row).get("made", {}).get("teacher")
    return None if name is None or row.id.is_own else ModelId.of(name, row.id.set)


def read_card(model: str | ModelSpec) -> str:
    """The model card as Markdown, without its YAML front matter; WeightsError if it is missing."""
    row = spec(model)
    file = row.folder / "README.md"
    if not file.is_file():
        raise WeightsError(f"{file} is missing. {mend(row)}")
    return _FRONT_MATTER.sub("", file.read_text(encoding="utf-8", errors="replace"), count=1)


def licence(model: str | ModelSpec) -> str:
    """The licence named in the front matter of the model card; "not stated" where there is none."""
    file = spec(model).folder / "README.md"
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    front = _FRONT_MATTER.match(text)
    named = front and re.search(r"^license: *(\S+)", front[0], re.MULTILINE)
    return named[1].strip("\"'") if named else "not stated"


def set_tokenizer(of: ModelSet | None = None) -> TextTokenizer:
    """The tokenizer of the first model of the set (the bundled one) that has one.

    Its words are those that the results of all models are shown by. Raises WeightsError where no
    model has one.
    """
    rows = list((of or model_set()).models.values())
    for row in rows:
        if (row.folder / TOKENIZER).is_file():
            return TextTokenizer(row.folder)
    missing = rows[0].folder / TOKENIZER
    raise WeightsError(f"{missing} is missing, and so are all others. {mend(rows[0])}")


def check_weights(model: str | ModelSpec) -> str:
    """The sha256 of the model's weights, once found equal to the one recorded beside the folders.

    For a model of the user's own, which none is recorded of, that of its weights as they are.
    Raises WeightsError where files are missing, cut short or altered.
    """
    row = spec(model)
    if row.id.is_own:
        return _checksum_of(row)
    name, root = row.name, row.folder.parent
    for file in ("config.json", TOKENIZER, WEIGHTS):
        if not (row.folder / file).is_file():
            raise WeightsError(f"{row.folder / file} is missing. {mend(row)}")
    recorded = read_checksums(root).get(name)
    if recorded is None:
        raise WeightsError(f"{root / CHECKSUMS} has no line for {name}/{WEIGHTS}. {mend(row)}")
    weights = row.folder / WEIGHTS
    read_header(weights, mend(row))  # says "cut short" where that is what happened
    actual = sha256_of(weights)
    if actual != recorded:
        raise WeightsError(
            f"{weights} is not the file that was recorded: its sha256 is {actual[:12]}…, "
            f"expected {recorded[:12]}…. {mend(row)}"
        )
    return actual


def check_folder(model: str | ModelSpec) -> str:
    """The sha256 of the model's weights, once the whole folder is found fit to be loaded.

    Beyond what `check_weights` looks at: classes, sizes, and whether all weights are numbers. An
    engine need not know. Raises WeightsError.
    """
    row = spec(model)
    checksum, config = check_weights(row), read_config(row)
    try:
        if reason := unfit(config):
            raise WeightsError(f"{row.folder} {reason}")
        check_files(weights_files(row), config, mend(row))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise WeightsError(
            f"{row.folder} cannot be loaded as {row.title}: {error}. {mend(row)}"
        ) from error
    return checksum


def check_files(files: Sequence[Path], config: Mapping[str, Any], advice: str) -> Header:
    """The tensors of all weights files, once they are found to be numbers, and as many as it takes.

    Raises WeightsError, ending in `advice`; ValueError where `config` is of a larger network.
    """
    headers = {file: read_header(file, advice) for file in files}
    merged = {name: tensor for header in headers.values() for name, tensor in header.items()}
    check_sizes(config, merged)
    for file, header in headers.items():
        check_finite(file, header, advice)
    return merged


def _checksum_of(model: ModelSpec) -> str:
    """Of one weights file its sha256; of several the sha256 of theirs, one after the other."""
    files = weights_files(model)
    for file in files:
        read_header(file, mend(model))
    sums = [sha256_of(file) for file in files]
    return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()


def fingerprint(model: str | ModelSpec) -> str:
    """What tells the model's weights, as they are meant to be now, from others; reads none of them.

    The sha256 recorded in its set, or of a model of the user's own its `stamp`.
    Empty where none is known.
    """
    row = spec(model)
    if not row.id.is_own:
        return read_checksums(row.folder.parent).get(row.name, "")
    return stamp(row)


def read_checksums(root: Path) -> dict[str, str]:
    """Model name -> sha256 of its weights, from `root`'s SHA256SUMS; empty if there is none."""
    file = root / CHECKSUMS
    if not file.is_file():
        return {}
    text = file.read_text(encoding="utf-8", errors="replace")  # a damaged line names no model
    lines = (line.split() for line in text.splitlines())
    return {Path(entry[1]).parent.name: entry[0] for entry in lines if len(entry) == 2}


def stamp(model: str | ModelSpec) -> str:
    """What changes whenever the model's weights files do; empty where there are none.

    Of a model of the user's own also whenever its config or its tokenizer does.
    """
    try:
        row = spec(model)
        beside = _BESIDE if row.id.is_own else ()
        files = [row.folder / name for name in beside if (row.folder / name).is_file()]
        stats = [file.stat() for file in (*weights_files(row), *files)]
    except (OSError, WeightsError):
        return ""
    return " ".join(f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ino}" for stat in stats)


def write_checksum(name: str, root: Path) -> str:
    """Record the sha256 of `name`'s weights as they are now in `root`'s SHA256SUMS; return it."""
    digest = sha256_of(root / name / WEIGHTS)
    with held(root / f".{CHECKSUMS}.lock", wait_s=_RECORD_S, passing=True):
        recorded = sorted((read_checksums(root) | {name: digest}).items())
        write_text(
            root / CHECKSUMS, "".join(f"{of}  {model}/{WEIGHTS}\n" for model, of in recorded)
        )
    return digest


def reading_checksum(row: ModelSpec) -> str:
    """The sha256 over what answers depend on beside the weights: config, tokenizer, labels, and the
    rules by which typed text is read."""
    files = [row.folder / name for name in _BESIDE]
    sums = [sha256_of(file) if file.is_file() else "" for file in files]
    return hashlib.sha256(json.dumps([sums, row.labels, row.order, RULES]).encode()).hexdigest()


def sha256_of(file: Path) -> str:
    """Hex sha256 of the file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_header(weights: Path, advice: str = "Restore it.") -> dict[str, dict[str, Any]]:
    """The tensors of a safetensors file, name -> dtype, shape, data_offsets, without reading them.

    Raises WeightsError, ending in `advice`, where the file is cut short or no safetensors file.
    (Format: 8 bytes little-endian header length N, N bytes of JSON, then the data.)
    """
    size = weights.stat().st_size
    try:
        with weights.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(size, MOST_HEADER_BYTES):
                raise ValueError("header longer than it can be")
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        for tensor in header.values():
            numbers = [*tensor["shape"], *tensor["data_offsets"]]
            if not all(isinstance(number, int) and number >= 0 for number in numbers):
                raise ValueError("sizes that are none")
        end = max(tensor["data_offsets"][1] for tensor in header.values())
    except (
        *(struct.error, ValueError, KeyError, TypeError, AttributeError, IndexError),
        RecursionError,
    ) as error:
        raise WeightsError(f"{weights} is cut short or damaged ({error}). {advice}") from error
    if 8 + length + end != size:
        raise WeightsError(
            f"{weights} is cut short: {size:,} bytes where {8 + length + end:,} are expected. "
            f"{advice}"
        )
    return header
