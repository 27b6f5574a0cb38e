"""Readers: models that answer questions about a passage, made ready for use.

A reader of Quartet's is stored as what sets it apart from the language model it was trained from,
its body: a folder with reader.json, model.safetensors (see `adapters`), metrics.json and a model
card. Any folder that transformers' AutoModelForQuestionAnswering loads is a reader, too.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from model_zoo.errors import WeightsError
from model_zoo.host import heed_threads
from model_zoo.language_models.models import TITLES
from model_zoo.language_models.models import root as language_root
from model_zoo.models.files import WEIGHTS, check_files, read_checksums, read_header, sha256_of
from model_zoo.models.halved import halve_word_vectors
from model_zoo.models.loading import alone_and_quiet
from model_zoo.models.soundness import check_tokens, no_larger_than
from model_zoo.patches import lean_imports
from model_zoo.question_answering.adapters import merge
from model_zoo.question_answering.folders import DESCRIPTION, PLAIN, read_description, read_metrics
from model_zoo.question_answering.windows import LONGEST, Reading, Window, frame, read
from model_zoo.text.folder import TOKENIZER, settings
from model_zoo.text.tokens import TextTokenizer
from model_zoo.whole_files import write_json

with lean_imports():
    from transformers import (
        AutoConfig,
        AutoModelForQuestionAnswering,
        BertForQuestionAnswering,
        DistilBertForQuestionAnswering,
        PreTrainedModel,
    )
    from transformers.initialization import no_init_weights

    from model_zoo.question_answering.networks import RecurrentForQuestionAnswering

NETWORKS: Mapping[str, type[PreTrainedModel]] = {
    "bert": BertForQuestionAnswering,
    "distilbert": DistilBertForQuestionAnswering,
    "quartet_recurrent": RecurrentForQuestionAnswering,
}
_TOKENIZER_CONFIG = "tokenizer_config.json"
_GENERIC = (None, "TokenizersBackend", "PreTrainedTokenizerFast")
_TOKENS_AT_ONCE = 4096  # of the windows that are computed together, with padding
_MEND = "Restore it, or choose another folder."
_ANYWHERE = 0.5  # the threshold where none was calibrated: no answer is likelier than all spans


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader ready for use: evaluation mode, float32, frozen, never changed afterwards.

    Any number of threads may use it at once. `threshold`: from this probability of no answer on, an
    answer counts as weak; `calibrated` says whether it was chosen on questions with and without
    one. `longest` is how many tokens a window has; `pads` whether windows of several lengths can be
    read together, `typed` whether its tokenizer tells question from passage by token types.
    `checksum` is the sha256 of its own weights file.
    """

    name: str
    title: str
    network: PreTrainedModel
    tokenizer: TextTokenizer
    longest: int
    threshold: float
    calibrated: bool
    pads: bool
    typed: bool
    checksum: str

    def read(self, question: str, passage: str) -> Reading:
        """Both as the reader reads them; TextError where there is nothing to read, or too much."""
        return read(self.tokenizer, question, passage, self.longest)

    def logits(self, windows: list[Window]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Start and end logits (T,) float32 of each window, in the order given."""
        results: list[tuple[np.ndarray, np.ndarray]] = [(np.empty(0), np.empty(0))] * len(windows)
        for batch in self._batches([len(window.ids) for window in windows]):
            ids, mask, types = padded([windows[i] for i in batch], self.tokenizer.pad_id)
            with torch.inference_mode():
                start, end = self.forward(types, input_ids=ids, attention_mask=mask)
            for at, s, e in zip(batch, start.float().numpy(), end.float().numpy(), strict=True):
                length = len(windows[at].ids)
                results[at] = (s[:length], e[:length])
        return results

    def forward(self, types: Tensor, **inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Start and end logits (B, T); `inputs` as the network takes them, `types` if it does."""
        if self.typed and takes_types(self.network, types):
            inputs["token_type_ids"] = types
        output = self.network(**inputs)
        return output.start_logits, output.end_logits

    def _batches(self, lengths: list[int]) -> Iterator[list[int]]:
        batch: list[int] = []
        for at in sorted(range(len(lengths)), key=lengths.__getitem__):
            apart = batch and not self.pads and lengths[at] != lengths[batch[-1]]
            if batch and (apart or (len(batch) + 1) * lengths[at] > _TOKENS_AT_ONCE):
                yield batch
                batch = []
            batch.append(at)
        if batch:
            yield batch


def padded(windows: list[Window], pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """ids, mask and types (B, T) of the windows, filled up on the right with the token `pad`."""
    lengths = np.array([len(window.ids) for window in windows])
    real = np.arange(lengths.max()) < lengths[:, None]
    ids, types = np.full(real.shape, pad), np.zeros(real.shape, dtype=np.int64)
    ids[real] = np.concatenate([window.ids for window in windows])
    types[real] = np.concatenate([window.types for window in windows])
    return torch.from_numpy(ids), torch.from_numpy(real.astype(np.int64)), torch.from_numpy(types)


def load_reader(folder: Path, bodies: Path | None = None) -> Reader:
    """The reader in `folder`; `bodies` holds the folders of the language models by name.

    A folder with reader.json is checked against the SHA256SUMS beside it, where there is a line for
    it, and its body against the sha256 it was trained from. Raises WeightsError where files are
    missing, damaged or of another model.
    """
    folder = folder.expanduser()
    try:
        if (folder / DESCRIPTION).is_file():
            return _own(folder, bodies or language_root())
        if (folder / PLAIN).is_file():
            return _foreign(folder)
    except WeightsError:
        raise
    except Exception as error:  # each network and each damaged file fails in a way of its own
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(
            f"{folder} cannot be loaded as a reader: {reason}. Copy the folder again, or choose "
            "another."
        ) from error
    raise WeightsError(
        f"{folder} holds neither {DESCRIPTION} nor {PLAIN}. Name the folder of a reader, or "
        "one that AutoModelForQuestionAnswering loads."
    )


def save_plain(folder: Path, reader: Path, bodies: Path | None = None) -> None:
    """Write the reader in `reader` merged to `folder`: a plain one for transformers, in float32.

    `AutoModelForQuestionAnswering.from_pretrained(folder)` loads it, for LSTM and BiLSTM once
    `model_zoo.question_answering.networks` is imported. Raises WeightsError as `load_reader`.
    """
    network, body, _ = _network(reader, bodies or language_root())
    network.save_pretrained(folder)
    shutil.copyfile(body / TOKENIZER, folder / TOKENIZER)
    names = ["input_ids", "attention_mask"]
    if "token_type_ids" in signature(network.forward).parameters:
        names.append("token_type_ids")
    description = settings(body, _TOKENIZER_CONFIG) | {"model_input_names": names}
    write_json(folder / _TOKENIZER_CONFIG, description)


def fresh_network(body: Path, *, half_words: bool = False) -> PreTrainedModel:
    """A reader's network as training starts it: the body's weights, its span head at random.

    With `half_words`, word vectors stay in float16, if they are stored so.
    """
    config = AutoConfig.from_pretrained(body, local_files_only=True, trust_remote_code=False)
    made = NETWORKS.get(config.model_type)
    if made is None:
        raise WeightsError(
            f"{body} is of a {config.model_type}. Choose one of: {', '.join(NETWORKS)}."
        )
    config.num_labels = 2
    header = check_files([body / WEIGHTS], settings(body, PLAIN), _MEND)
    with no_init_weights(), no_larger_than(header):
        network = made(config).float()
    nn.init.normal_(network.qa_outputs.weight, std=0.02)
    nn.init.zeros_(network.qa_outputs.bias)
    names = set(network.state_dict())
    weights = {name: w for name, w in load_file(body / WEIGHTS).items() if name in names}
    missing = [n for n in sorted(names - set(weights)) if not n.startswith("qa_outputs.")]
    if missing:
        raise WeightsError(
            f"{body} lacks weights of a {config.model_type}: {', '.join(missing[:3])}. Name the "
            "folder of a language model."
        )
    halved = halve_word_vectors(network, weights) if half_words else set()
    rest = {name: weight for name, weight in weights.items() if name not in halved}
    network.load_state_dict(rest, strict=False)
    return network


def _own(folder: Path, bodies: Path) -> Reader:
    network, body, table = _network(folder, bodies, half_words=True)
    return Reader(
        name=folder.name,
        title=str(table.get("title") or TITLES.get(folder.name, folder.name)),
        network=network,
        tokenizer=TextTokenizer(body),
        longest=int(table["longest"]),
        pads=True,
        typed=True,
        checksum=_checked(folder),
        **_threshold(folder),
    )


def _network(
    folder: Path, bodies: Path, *, half_words: bool = False
) -> tuple[PreTrainedModel, Path, dict[str, Any]]:
    """The reader's network, merged and frozen, the folder of its body, and its description."""
    table = read_description(folder)
    body = bodies / table["body"]
    for file in (body / "config.json", body / TOKENIZER, body / WEIGHTS, folder / WEIGHTS):
        if not file.is_file():
            raise WeightsError(f"{file} is missing, and {folder.name} needs it. Restore it.")
    _checked(folder)
    check_files([folder / WEIGHTS], {}, _MEND)
    read_header(body / WEIGHTS)
    if (actual := sha256_of(body / WEIGHTS)) != table["body_sha256"]:
        raise WeightsError(
            f"{folder.name} was trained from other weights than those in {body}: their sha256 is "
            f"{actual[:12]}…, expected {table['body_sha256'][:12]}…. Restore them, or train anew."
        )
    with alone_and_quiet():
        network = fresh_network(body, half_words=half_words)
    network.eval().requires_grad_(False)
    merge(network.state_dict(), load_file(folder / WEIGHTS), float(table["scale"]))
    return network, body, table


def _checked(folder: Path) -> str:
    """The sha256 of the reader's own weights, equal to the one recorded beside it, if one is."""
    weights = folder / WEIGHTS
    read_header(weights)
    actual = sha256_of(weights)
    recorded = read_checksums(folder.parent).get(folder.name, actual)
    if actual != recorded:
        raise WeightsError(
            f"{weights} is not the file that was recorded: its sha256 is {actual[:12]}…, expected "
            f"{recorded[:12]}…. Restore it, or train the reader again."
        )
    return actual


def _threshold(folder: Path) -> dict[str, Any]:
    """When an answer counts as weak, from the reader's metrics."""
    value = read_metrics(folder).get("no_answer", {}).get("threshold")
    return {
        "threshold": _ANYWHERE if value is None else float(value),
        "calibrated": value is not None,
    }


def _foreign(folder: Path) -> Reader:
    """Any model that AutoModelForQuestionAnswering loads from safetensors."""
    files = sorted(folder.glob("*.safetensors"))
    header = check_files(files, settings(folder, PLAIN), _MEND) if files else {}
    with alone_and_quiet(), no_larger_than(header):
        network, report = AutoModelForQuestionAnswering.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    heed_threads()
    if report["missing_keys"]:  # it would answer, at random
        raise WeightsError(
            f"{folder} is no model for question answering, or lacks weights: "
            f"{', '.join(sorted(report['missing_keys'])[:3])}. Choose another folder."
        )
    tokenizer = TextTokenizer(folder)
    frame(tokenizer)  # says where it has none
    known = len(network.get_input_embeddings().weight)
    check_tokens(folder.name, tokenizer.backend.get_vocab_size(), known)
    config = network.config
    config.output_hidden_states = config.output_attentions = False  # would leave hooks behind
    config.return_dict = True
    return Reader(
        name=folder.name,
        title=folder.name,
        network=network.eval().requires_grad_(False),
        tokenizer=tokenizer,
        longest=min(LONGEST, tokenizer.max_tokens),
        threshold=_ANYWHERE,
        calibrated=False,
        pads=False,
        typed=_gives_types(settings(folder, _TOKENIZER_CONFIG)),
        checksum="".join(sha256_of(file) for file in sorted(folder.glob("*.safetensors"))),
    )


def _gives_types(config: Mapping[str, Any]) -> bool:
    """Whether transformers' tokenizer gives token types: a generic one must say so."""
    names = config.get("model_input_names")
    if names is None:
        return config.get("tokenizer_class") not in _GENERIC
    return "token_type_ids" in names


def takes_types(network: PreTrainedModel, types: Tensor) -> bool:
    """Whether the network takes token types, and of these values."""
    if "token_type_ids" not in signature(network.forward).parameters:
        return False
    known = getattr(network.config, "type_vocab_size", None)
    return known is None or int(types.max()) < known
