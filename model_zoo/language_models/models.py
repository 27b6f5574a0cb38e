"""The four language models: their folders, and loading one of them."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model_zoo.errors import UnknownModelError, WeightsError, did_you_mean
from model_zoo.host import heed_threads
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.models.files import WEIGHTS, check_files, read_checksums, read_header, sha256_of
from model_zoo.models.loading import alone_and_quiet
from model_zoo.models.soundness import Header, check_tokens, no_larger_than
from model_zoo.patches import lean_imports
from model_zoo.paths import ASSETS
from model_zoo.text.tokens import PAD_ID, TOKENIZER, Encoded, TextTokenizer, check_readable
from model_zoo.whole_files import read_json

if TYPE_CHECKING:  # torch and transformers are imported when a model is loaded, not before
    from transformers import PreTrainedModel

    from model_zoo.language_models.heads import Output

TITLES = {"lstm": "LSTM", "bilstm": "BiLSTM", "bert": "BERT", "distilbert": "DistilBERT"}
LEFT_ONLY = ("lstm",)  # what it expects somewhere depends on the words before that alone
_CLASSES = {
    "lstm": "model_zoo.language_models.recurrent:RecurrentForMaskedLM",
    "bilstm": "model_zoo.language_models.recurrent:RecurrentForMaskedLM",
    "bert": "transformers:BertForMaskedLM",
    "distilbert": "transformers:DistilBertForMaskedLM",
}
_BATCH_TOKENS = 1024  # read at once: more is no faster on a CPU, and takes memory
_PLACES = 128  # whose probabilities are computed at once, 16 MB


def root() -> Path:
    """Where the language models' folders are: QUARTET_LANGUAGE, or what comes with the app."""
    given = os.environ.get("QUARTET_LANGUAGE")
    with suppress(RuntimeError):
        return Path(given).expanduser() if given else ASSETS / "language"
    return ASSETS / "language"


def available() -> tuple[str, ...]:
    """The language models that there are, in the order they are always shown in."""
    recorded = read_checksums(root())
    return tuple(name for name in TITLES if name in recorded)


def stamp(name: str) -> str:
    """The sha256 recorded of the model's weights; empty where there is none."""
    return read_checksums(root()).get(name, "")


def parameters(name: str) -> int:
    """How many weights the model has, without loading it; WeightsError where files are missing."""
    return sum(prod(tensor["shape"]) for tensor in read_header(_weights(name), _mend()).values())


def metrics(name: str) -> dict[str, Any]:
    """How the model was trained, its metrics.json; empty where there is none that can be read."""
    with suppress(OSError, ValueError):
        table = read_json(root() / name / "metrics.json")
        return table if isinstance(table, dict) else {}
    return {}


def needed_bytes(name: str) -> int:
    """How much memory the model's weights take once loaded: they are kept as stored, in float16."""
    return _weights(name).stat().st_size


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model ready for use, in evaluation mode and frozen; any thread may use it.

    Large weights are kept in float16, as they are stored, and computed with in float32.
    """

    name: str
    title: str
    tokenizer: TextTokenizer
    vocabulary: Vocabulary
    network: "PreTrainedModel"
    checksum: str

    @property
    def left_only(self) -> bool:
        """Whether what it expects somewhere depends on the words before that alone."""
        return self.name in LEFT_ONLY

    def read(self, text: str) -> Encoded:
        """The text as the model reads it; TextError where there is nothing to read."""
        encoded = self.tokenizer.encode([text])[0]
        check_readable([encoded])
        return encoded

    def log_probabilities(
        self, rows: Sequence[Sequence[int]], places: Sequence[tuple[int, int]]
    ) -> np.ndarray:
        """Natural logarithms of the probability of every entry at each place, (N, V) float32.

        `rows` are token ids, [CLS] first and [SEP] last, of any lengths; a place is (row, position)
        in them. Rows are read in batches, but all N results are in memory: ask for few places.
        """
        results = np.empty((len(places), len(self.vocabulary)), dtype=np.float32)
        for numbers, part in self._outputs(rows, places):
            results[numbers] = part.log_probabilities().numpy()
        return results

    def target_log_probabilities(
        self,
        rows: Sequence[Sequence[int]],
        places: Sequence[tuple[int, int]],
        targets: np.ndarray,
        advance: Callable[[int], object] = lambda places: None,
    ) -> np.ndarray:
        """Of one entry a place, `targets` (N,) int64, (N,) float32; for any number of places.

        `advance` is told how many more are done.
        """
        import torch

        results = np.empty(len(places), dtype=np.float32)
        for numbers, part in self._outputs(rows, places):
            results[numbers] = part.log_probability_of(torch.from_numpy(targets[numbers])).numpy()
            advance(len(numbers))
        return results

    def _outputs(
        self, rows: Sequence[Sequence[int]], places: Sequence[tuple[int, int]]
    ) -> "Iterator[tuple[list[int], Output]]":
        """(which of the places, the output layer for them), a few places after the other."""
        import torch

        from model_zoo.language_models.heads import last_states, output

        asked: dict[int, list[int]] = {}
        for number, (row, _) in enumerate(places):
            asked.setdefault(row, []).append(number)
        order = sorted(asked, key=lambda row: len(rows[row]))
        while order:
            # rows are in order of length: those that fit into a batch with the longest of them
            size = 1
            while size < len(order) and (size + 1) * len(rows[order[size]]) <= _BATCH_TOKENS:
                size += 1
            batch, order = order[:size], order[size:]
            longest = len(rows[batch[-1]])
            ids = np.full((size, longest), PAD_ID, dtype=np.int64)
            mask = np.zeros((size, longest), dtype=np.int64)
            for at, row in enumerate(batch):
                ids[at, : len(rows[row])] = rows[row]
                mask[at, : len(rows[row])] = 1
            numbers = [number for row in batch for number in asked[row]]
            at_row = [at for at, row in enumerate(batch) for _ in asked[row]]
            at_place = [places[number][1] for number in numbers]
            with torch.inference_mode():
                states = last_states(self.network, torch.from_numpy(ids), torch.from_numpy(mask))
                states = states[at_row, at_place]
                for at in range(0, len(numbers), _PLACES):
                    part = slice(at, at + _PLACES)
                    yield numbers[part], output(self.network, states[part])


def load(name: str) -> LanguageModel:
    """The language model, checked against its recorded sha256.

    Raises UnknownModelError where there is none of that name, WeightsError where files are missing,
    cut short, altered, or hold another network.
    """
    if name not in available():
        there = ", ".join(available()) or "none is installed"
        raise UnknownModelError(
            f"There is no language model named {name[:60]!r} ({there})."
            f"{did_you_mean(name, available())} Train one: "
            "`python -m model_zoo train lm-lstm --data FOLDER`."
        )
    folder, checksum = root() / name, sha256_of(_weights(name))
    if checksum != stamp(name):
        raise WeightsError(f"{folder / WEIGHTS} is not the file that was recorded. {_mend()}")
    try:
        header = check_files([folder / WEIGHTS], read_json(folder / "config.json"), _mend())
        with alone_and_quiet():
            network = _network(name, folder, header)
    except WeightsError:
        raise
    except Exception as error:  # each network and each damaged file fails in a way of its own
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(f"{folder} cannot be loaded: {reason}. {_mend()}") from error
    heed_threads()  # torch may have been imported just now
    tokenizer = TextTokenizer(folder)
    known = len(network.get_input_embeddings().weight)
    check_tokens(TITLES[name], tokenizer.backend.get_vocab_size(), known)
    return LanguageModel(name, TITLES[name], tokenizer, Vocabulary(tokenizer), network, checksum)


def _network(name: str, folder: Path, header: Header) -> "PreTrainedModel":
    """The folder's network, made by hand: from_pretrained brings torch's compiler, 60 MB."""
    from pkgutil import resolve_name

    with lean_imports():
        network_class = resolve_name(_CLASSES[name])
        from safetensors.torch import load_file
        from transformers.initialization import no_init_weights

        from model_zoo.models.halved import halve_linears, halve_word_vectors

    config = network_class.config_class.from_pretrained(folder)
    with no_init_weights(), no_larger_than(header):
        network: PreTrainedModel = network_class(config)
    network.float()
    weights = load_file(folder / WEIGHTS)
    needed = set(network.state_dict()) - set(network.all_tied_weights_keys or ())
    if missing := needed - set(weights):
        raise ValueError(f"it lacks weights: {', '.join(sorted(missing)[:3])}")
    halved = halve_word_vectors(network, weights) | halve_linears(network, weights)
    rest = {key: weight for key, weight in weights.items() if key not in halved}
    network.load_state_dict(rest, strict=False)
    network.tie_weights()
    if (decoder := network.get_output_embeddings()) is not None:
        decoder.weight = network.get_input_embeddings().weight
    return network.eval().requires_grad_(False)


def _weights(name: str) -> Path:
    folder = root() / name
    for file in ("config.json", TOKENIZER, WEIGHTS):
        if not (folder / file).is_file():
            raise WeightsError(f"{folder / file} is missing. {_mend()}")
    return folder / WEIGHTS


def _mend() -> str:
    return "Restore the folder, or train the model again."
