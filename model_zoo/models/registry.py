"""The models there are, one row each, and how to get one ready for use.

Adding a model means adding a row. Everything that lists models loops over `SPECS`; whoever needs
models that can be asked something asks which ones are `having` that capability.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from pkgutil import resolve_name
from threading import Lock
from typing import TYPE_CHECKING

from model_zoo import paths
from model_zoo.errors import UnknownModelError, WeightsError
from model_zoo.models.architectures import Architecture, architecture
from model_zoo.models.network import Capability, ModelId, Network
from model_zoo.patches import lean_imports
from model_zoo.text.tokens import TOKENIZER, Encoded, TextTokenizer, check_readable

if TYPE_CHECKING:  # torch and transformers are imported when a model is loaded, not before
    from transformers import PreTrainedModel

MODELS_DIR = paths.MODELS
WEIGHTS = "model.safetensors"
CHECKSUMS = "SHA256SUMS"  # beside the model folders, in the format of sha256sum


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


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model: its folder name, how to show it, and the `model_type` of its config.json.

    What can be asked of models of a type, and what its parts are called, is in `architectures`.
    """

    name: str
    title: str
    description: str
    model_type: str

    @property
    def architecture(self) -> Architecture:
        return architecture(self.model_type)


SPECS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec("lstm", "LSTM", "recurrent, left to right", "quartet_recurrent"),
        ModelSpec("bilstm", "BiLSTM", "recurrent, both ways", "quartet_recurrent"),
        ModelSpec("bert", "BERT", "Transformer encoder", "bert"),
        ModelSpec(
            "distilbert", "DistilBERT", "Transformer encoder, distilled from BERT", "distilbert"
        ),
    )
}


def having(capability: Capability) -> list[str]:
    """Names of the models that can be asked this, in registry order; nothing is loaded."""
    return [name for name, row in SPECS.items() if capability in row.architecture.capabilities]


@dataclass(frozen=True, slots=True)
class Model:
    """A model ready for use: evaluation mode, float32, no gradients on its weights.

    It is never changed after loading, and its tokenizer never is either, so any number of threads
    may use it at once. `checksum` is the sha256 of its weights.
    """

    spec: ModelSpec
    network: Network
    checksum: str

    @property
    def id(self) -> ModelId:
        """What records and caches know it by."""
        return ModelId.of(self.spec.name)

    @property
    def name(self) -> str:
        """Its name in its set."""
        return self.spec.name

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text as the model reads it."""
        return self.network.encode(texts)

    def read(self, text: str) -> Encoded:
        """The text as the model reads it; TextError where there is nothing to read."""
        encoded = self.encode([text])
        check_readable(encoded)
        return encoded[0]


def spec(name: str) -> ModelSpec:
    """The row of `name`; UnknownModelError, listing the names there are, if it has none."""
    try:
        return SPECS[name]
    except KeyError:
        raise UnknownModelError(
            f"There is no model named {name!r}. Choose from: {', '.join(SPECS)}."
        ) from None


def load(name: str, root: Path = MODELS_DIR) -> Model:
    """The model `name` from its folder under `root`, checked against `root`'s SHA256SUMS.

    Raises UnknownModelError for a name without a row, and WeightsError where the folder's files
    are missing, cut short, altered or not those of this architecture.
    """
    row = spec(name)
    checksum, module = _checked(name, root)
    network_class = resolve_name(row.architecture.network)
    tokenizer = TextTokenizer(root / name)
    return Model(row, network_class(row.title, module, tokenizer, row.architecture), checksum)


def load_module(name: str, root: Path = MODELS_DIR) -> "PreTrainedModel":
    """The network of `name` as `transformers` knows it, for those who take it apart or train it.

    Checked and raising as `load` does.
    """
    return _checked(name, root)[1]


def _checked(name: str, root: Path) -> tuple[str, "PreTrainedModel"]:
    """The sha256 of the weights, and the network with them."""
    row, folder = spec(name), root / name
    checksum = check_weights(name, root)
    try:
        with _alone_and_quiet():  # the imports too: transformers' lazy ones are no safer
            return checksum, _module(row, folder)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise WeightsError(f"{folder} cannot be loaded as {row.title}: {error}. {_MEND}") from error


def _module(row: ModelSpec, folder: Path) -> "PreTrainedModel":
    """The folder's network with its weights, in evaluation mode and frozen.

    By hand: from_pretrained makes the network without memory first, and with that comes torch's
    compiler, which is nowhere else needed (60 MB).
    """
    with lean_imports():
        module_class = resolve_name(row.architecture.module)
        resolve_name(row.architecture.network)  # imported here, too, where one does at a time
        from safetensors.torch import load_file
        from transformers import AutoConfig
        from transformers.initialization import no_init_weights

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    if config.model_type != row.model_type:
        raise ValueError(f"its config.json is of a {config.model_type}")
    with no_init_weights():
        # one of the Auto classes chooses by the config; all others are the network's own
        build = getattr(module_class, "from_config", module_class)
        module = build(config)
    missing, _ = module.load_state_dict(load_file(folder / WEIGHTS), strict=False)
    if missing:  # a classifier with some weights missing would answer, at random
        raise ValueError(f"it lacks weights: {', '.join(missing[:3])}")
    module.eval().requires_grad_(False)
    _halve_word_vectors(module)
    return module


def _halve_word_vectors(network: "PreTrainedModel") -> None:
    """Keep the word vectors as they are stored, in float16, and look them up as float32.

    The same numbers in half the memory: they are most of a small model, and only looked up.
    """
    import torch

    class HalfEmbedding(torch.nn.Embedding):
        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return super().forward(ids).float()

    table = network.get_input_embeddings()
    network.set_input_embeddings(
        HalfEmbedding.from_pretrained(table.weight.half(), padding_idx=table.padding_idx)
    )


_LOADING = Lock()
_MEND = "Restore the folder with `git restore assets/models`, or train the model again."


@contextmanager
def _alone_and_quiet() -> Iterator[None]:
    """One load at a time, for transformers changes process-wide defaults while it loads; no bar."""
    from transformers.utils import logging

    with _LOADING:
        shown = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            if shown:
                logging.enable_progress_bar()


def check_weights(name: str, root: Path = MODELS_DIR) -> str:
    """The sha256 of `name`'s weights, once found equal to the one recorded beside the folders.

    Raises WeightsError where files are missing, cut short or altered.
    """
    folder = root / name
    for file in ("config.json", TOKENIZER, WEIGHTS):
        if not (folder / file).is_file():
            raise WeightsError(f"{folder / file} is missing. {_MEND}")
    recorded = read_checksums(root).get(name)
    if recorded is None:
        raise WeightsError(f"{root / CHECKSUMS} has no line for {name}/{WEIGHTS}. {_MEND}")
    read_header(folder / WEIGHTS)  # says "cut short" where that is what happened
    found = sha256_of(folder / WEIGHTS)
    if found != recorded:
        raise WeightsError(
            f"{folder / WEIGHTS} is not the file that was recorded: its sha256 is {found[:12]}…, "
            f"expected {recorded[:12]}…. {_MEND}"
        )
    return found


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


def read_header(weights: Path) -> dict[str, dict]:
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
        raise WeightsError(f"{weights} is cut short or damaged ({error}). {_MEND}") from error
    if 8 + length + end != size:
        raise WeightsError(
            f"{weights} is cut short: {size:,} bytes where {8 + length + end:,} are expected. "
            f"{_MEND}"
        )
    return header


def card(name: str, root: Path = MODELS_DIR) -> ModelCard:
    """What the model's files say of it, without loading it; WeightsError if they are missing."""
    row = spec(name)
    folder = root / name
    if not (folder / WEIGHTS).is_file() or not (folder / "config.json").is_file():
        raise WeightsError(f"{folder} is missing or incomplete. {_MEND}")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
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


def shared_tokenizer(root: Path = MODELS_DIR) -> TextTokenizer:
    """That of the first model that has one: the bundled ones' are the same. WeightsError if none
    is there."""
    folders = [root / name for name in SPECS]
    for folder in folders:
        if (folder / TOKENIZER).is_file():
            return TextTokenizer(folder)
    raise WeightsError(f"{folders[0] / TOKENIZER} is missing, and so are all others. {_MEND}")


def read_metrics(name: str, root: Path = MODELS_DIR) -> dict:
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
        raise WeightsError(f"{file} is missing. {_MEND}")
    return file.read_text(encoding="utf-8").split("---\n", 2)[-1]


def choose(names: Iterable[str] | None) -> list[str]:
    """`names` in registry order without repeats, all for None; UnknownModelError as `spec`."""
    if names is None:
        return list(SPECS)
    wanted = {spec(name).name for name in names}
    return [name for name in SPECS if name in wanted]
