"""Models made ready for use: their folder checked, their network built and frozen."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from model_zoo.errors import RoomError, WeightsError, ZooError
from model_zoo.host import free_bytes, heed_threads
from model_zoo.models.engines import engine
from model_zoo.models.files import (
    card,
    check_folder,
    mend,
    read_config,
    read_header,
    weights_files,
)
from model_zoo.models.network import ModelId, Network
from model_zoo.models.registry import spec
from model_zoo.models.soundness import check_sizes, check_tokens, no_larger_than
from model_zoo.models.spec import ModelSpec
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
        return self.spec.id

    @property
    def name(self) -> str:
        """Its name in its set."""
        return self.spec.name

    @property
    def title(self) -> str:
        """What people read."""
        return self.spec.title

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can answer, in the order of the probabilities it gives."""
        return self.spec.labels

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text as the model reads it."""
        return self.network.encode(texts)

    def read(self, text: str) -> Encoded:
        """The text as the model reads it; TextError where there is nothing to read."""
        encoded = self.encode([text])
        check_readable(encoded)
        return encoded[0]


def load(model: str | ModelSpec) -> Model:
    """The model, from its folder, checked against the checksums of its set if it is in one.

    Raises UnknownModelError where there is none, WeightsError where the folder's files are missing,
    cut short, altered, or not those of a classifier of its kind, and RoomError where a model of the
    user's own does not fit into the memory that is left.
    """
    row = spec(model)
    if row.id.is_own:
        check_room(row)
    checksum = check_folder(row)
    _check_tokenizer(row)
    start = engine(row.id.engine).load
    network = resolve_name(start)(row, checksum) if start else torch_network(row)
    _check_answer(row, network)
    return Model(row, network, checksum)


def _check_tokenizer(row: ModelSpec) -> None:
    """Raises WeightsError where the folder's tokenizer names what the network has no vector for."""
    vocabulary = read_config(row).get("vocab_size")
    if type(vocabulary) is int:  # each kind of network has a usual one, which may be meant
        tokenizer = TextTokenizer(row.folder)
        entries = tokenizer.backend.get_vocab(with_added_tokens=True)
        largest = max(entries.values(), default=0)
        check_tokens(row.title, len(entries), vocabulary, largest, tokenizer.pad_id)


def _check_answer(row: ModelSpec, network: Network) -> None:
    """Raises WeightsError where the network does not answer a word with a number for each label."""
    try:
        ids = np.array([network.encode(["good"])[0].ids])
        answer = network.classify(ids, np.ones_like(ids))
        if answer.shape != (1, len(row.labels)):
            raise ValueError(f"{answer.shape[-1]} numbers for {len(row.labels)} labels")
        if not np.isfinite(answer).all():
            raise ValueError("what comes of its weights is no number")
    except ZooError:
        raise
    except Exception as error:  # every engine fails in a way of its own
        reason = " ".join(str(error).split())[:200].rstrip(".")
        raise WeightsError(
            f"{row.title} cannot read a text and classify it ({reason}). {mend(row)}"
        ) from error


def torch_network(
    row: ModelSpec, *, lean: bool = False, words: np.ndarray | None = None
) -> Network:
    """The model as torch computes it; raises as `load` does, but checks no checksum.

    A `lean` one keeps its weights as they are stored, where that is float16, for memory's sake.
    `words` are the word vectors (V, E) float16 where they are in memory already.
    """
    module = _checked(row, lean, words)
    heed_threads()  # torch may have been imported just now
    network_class = resolve_name(row.architecture.network)
    return network_class(row.title, module, TextTokenizer(row.folder), row.architecture, row.order)


def load_module(model: str | ModelSpec) -> "PreTrainedModel":
    """The network as `transformers` knows it, for those who take it apart or train it.

    Checked and raising as `load` does; its classes are in the network's own order.
    """
    row = spec(model)
    check_folder(row)
    return _checked(row)


def _checked(
    row: ModelSpec, lean: bool = False, words: np.ndarray | None = None
) -> "PreTrainedModel":
    """The network with the weights that are in its folder."""
    if row.id.is_own:
        check_room(row)
    try:
        with alone_and_quiet():  # the imports too: transformers' lazy ones are no safer
            return _module(row, lean, words)
    except Exception as error:  # each network and each damaged file fails in a way of its own
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(
            f"{row.folder} cannot be loaded as {row.title}: {reason}. {mend(row)}"
        ) from error


def needed_bytes(model: str | ModelSpec) -> int:
    """How much memory the model's weights take once loaded, in float32."""
    return 4 * card(model).parameters


def check_room(model: ModelSpec) -> None:
    """Raises RoomError where the model does not fit into the memory that is left."""
    needed, free = needed_bytes(model), free_bytes()
    if needed > free:
        raise RoomError(
            f"{model.title} needs {needed / 1e6:,.0f} MB of memory and {max(0, free) / 1e6:,.0f} "
            "MB are free here. Choose a smaller model, or a machine with more memory."
        )


def _module(row: ModelSpec, lean: bool, words: np.ndarray | None) -> "PreTrainedModel":
    """The folder's network with its weights, in evaluation mode, float32 and frozen.

    By hand: from_pretrained makes the network without memory first, and with that comes torch's
    compiler, which is nowhere else needed (60 MB). It is asked only for weights whose names are of
    another time or another head, which it knows how to translate.
    """
    with lean_imports():
        module_class = resolve_name(row.architecture.module)
        resolve_name(row.architecture.network)  # imported here, too, where one does at a time
        from safetensors.torch import load_file
        from transformers import AutoConfig
        from transformers.initialization import no_init_weights

        from model_zoo.models.halved import halve_linears, halve_word_vectors

    # unless told, the library asks on the terminal whether to run code that a folder names
    distrust = {"trust_remote_code": False}
    header = {name: t for file in weights_files(row) for name, t in read_header(file).items()}
    check_sizes(read_config(row), header)
    config = AutoConfig.from_pretrained(row.folder, local_files_only=True, **distrust)
    if config.model_type != row.model_type:
        raise ValueError(f"its config.json is of a {config.model_type}")
    with no_init_weights(), no_larger_than(header):
        # one of the Auto classes chooses by the config; all others are the network's own
        if hasattr(module_class, "from_config"):
            module = module_class.from_config(config, **distrust)
        else:
            module = module_class(config)
    if config.num_labels != len(row.labels):
        raise ValueError(f"it has {config.num_labels} classes for {len(row.labels)} labels")
    if not row.comparable and not row.id.is_own:
        raise ValueError("its config.json names other classes than its set has labels")
    missing: list[str] = list(module.state_dict())
    module.float()
    for file in weights_files(row):
        weights = load_file(file)
        missing = [name for name in missing if name not in weights]
        halved = halve_word_vectors(module, weights, words)
        if lean:
            halved |= halve_linears(module, weights)
        rest = {name: weight for name, weight in weights.items() if name not in halved}
        module.load_state_dict(rest, strict=False)
    if missing and row.id.is_own:
        module, missing = _translated(row)
    if missing:  # a classifier with some weights missing would answer, at random
        raise ValueError(f"it is no classifier, or lacks weights: {', '.join(missing[:3])}")
    return module.eval().requires_grad_(False)


def _translated(row: ModelSpec) -> tuple["PreTrainedModel", list[str]]:
    """The network as from_pretrained makes it, and the weights it found no values for."""
    import torch
    from transformers import AutoModelForSequenceClassification

    module, report = AutoModelForSequenceClassification.from_pretrained(
        row.folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    return module, sorted(report["missing_keys"])


@contextmanager
def alone_and_quiet() -> Iterator[None]:
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
