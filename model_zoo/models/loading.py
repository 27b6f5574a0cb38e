"""Models made ready for use: their folder checked, their network built and frozen."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from threading import Lock
from typing import TYPE_CHECKING

from model_zoo.errors import WeightsError
from model_zoo.models.files import MEND, MODELS_DIR, WEIGHTS, check_weights
from model_zoo.models.network import ModelId, Network
from model_zoo.models.registry import ModelSpec, spec
from model_zoo.patches import lean_imports
from model_zoo.text.tokens import Encoded, TextTokenizer, check_readable

if TYPE_CHECKING:  # torch and transformers are imported when a model is loaded, not before
    from transformers import PreTrainedModel

_LOADING = Lock()


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
        raise WeightsError(f"{folder} cannot be loaded as {row.title}: {error}. {MEND}") from error


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


@contextmanager
def _alone_and_quiet() -> Iterator[None]:
    """One load at a time, for transformers changes process-wide defaults while it loads; no bar."""
    from transformers.utils import logging

    with _LOADING:
        was_enabled = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            if was_enabled:
                logging.enable_progress_bar()
