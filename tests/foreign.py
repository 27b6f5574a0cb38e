"""Folders of models as others make them: tiny, with random weights, and real tokenizers.

`write` makes a classifier of any of KINDS; `write_set` a whole model set of four. Weights are drawn
wide, so that answers vary from text to text; nothing here has learnt anything.
"""

import json
import random
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import processors as post
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from model_zoo.models.recurrent import RecurrentConfig
from tests.conftest import BAD, GOOD, SUBJECTS
from tests.root import ROOT

BUNDLED_TOKENIZER = ROOT / "assets" / "models" / "bert"
SIX = ("sport", "world news", 'the "arts"', "<b>bold</b>", "money, markets", "Künste 🎭")
MANY = tuple(f"{SIX[i % 6]} {i}" for i in range(150))

_COMMON = """
    the a an is was this that it i he she they we you not no never n't don't isn't very really too
    so but and or of in on with for to from as at by one two all any more most less least film films
    movie movies story plot cast script ending score dialogue pacing camera direction scene scenes
    acting actor actress director good bad great best worst better worse funny boring moving slow
    beautiful terrible awful excellent brilliant poor weak strong dull watch see saw seen liked
    loved hated enjoyed felt makes made well badly first half time every minute of my life there
    what who when where its his her their our your if then than just only even still again
"""
_WORDS = sorted({*_COMMON.split(), *GOOD.split(), *BAD.split(), *SUBJECTS.split()})
_SIZE = 32  # width of the networks
_POSITIONS = 130


def write(kind: str, folder: Path, labels: Sequence[str], seed: int = 0) -> Path:
    """A classifier of `labels` of this kind (see KINDS), saved as transformers does; its folder."""
    make, special, options = _RECIPES[kind]
    tokenizer = _fast(make(), special, **options)
    ids = {name: tokenizer.convert_tokens_to_ids(token) for name, token in special.items()}
    config = AutoConfig.for_model(
        kind,
        vocab_size=len(tokenizer),
        pad_token_id=ids["pad_token"],
        bos_token_id=None,
        eos_token_id=None,
        cls_token_id=ids["cls_token"],
        sep_token_id=ids["sep_token"],
        **_CONFIGS[kind],
        **_names(labels),
    )
    folder.mkdir(parents=True, exist_ok=True)
    network(config, seed).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def write_set(folder: Path, name: str, labels: Sequence[str], task: str = "topic") -> Path:
    """A model set with four models that read with the bundled tokenizer; its folder."""
    from transformers import AutoTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED_TOKENIZER)
    common: dict[str, Any] = {"vocab_size": len(tokenizer), "pad_token_id": 0, **_names(labels)}
    small = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
    configs = {
        "lstm": RecurrentConfig(embedding_size=16, hidden_size=24, **common),
        "bilstm": RecurrentConfig(embedding_size=16, hidden_size=24, bidirectional=True, **common),
        "bert": AutoConfig.for_model("bert", intermediate_size=48, **small, **common),
        "distilbert": AutoConfig.for_model(
            "distilbert", dim=24, n_layers=1, n_heads=2, hidden_dim=48, **common
        ),
    }
    sums = []
    titles = {"lstm": "LSTM", "bilstm": "BiLSTM", "bert": "BERT", "distilbert": "DistilBERT"}
    for seed, (model, config) in enumerate(configs.items()):
        made = network(config, seed)
        halves = {name: weight.half() for name, weight in made.state_dict().items()}
        made.save_pretrained(folder / model, state_dict=halves)
        tokenizer.save_pretrained(folder / model)
        weights = (folder / model / "model.safetensors").read_bytes()
        sums.append(f"{sha256(weights).hexdigest()}  {model}/model.safetensors\n")
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    description = {
        "title": f"The set {name}",
        "task": task,
        "labels": list(labels),
        "language": "English",
        "origin": "random weights, made by a test",
        "date": "2026-01-01",
        "models": [
            {"name": model, "title": titles[model], "description": f"a small {titles[model]}"}
            for model in configs
        ],
    }
    (folder / "set.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def network(config: Any, seed: int = 0) -> PreTrainedModel:
    """A classifier with random weights, wide enough for its answers to vary; evaluation mode."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        made = AutoModelForSequenceClassification.from_config(config).eval()
        with torch.no_grad():
            for name, weight in made.named_parameters():
                if weight.dim() > 1:  # those of norms stay ones
                    weight.normal_(std=1.5 * weight.shape[-1] ** -0.5)
                elif name.endswith("bias"):
                    weight.normal_(std=0.1)
    return made


def _names(labels: Sequence[str]) -> dict[str, Any]:
    numbers = {label: number for number, label in enumerate(labels)}
    return {"id2label": dict(enumerate(labels)), "label2id": numbers}


@lru_cache
def _sentences() -> list[str]:
    chance = random.Random(0)
    lines = [" ".join(chance.choices(_WORDS, k=8)) for _ in range(400)]
    return [line.capitalize() + chance.choice(".!?") for line in lines] + [" ".join(_WORDS)] * 20


def _trained(tokenizer: Tokenizer, trainer: Any) -> Tokenizer:
    tokenizer.train_from_iterator(_sentences(), trainer)
    return tokenizer


def _frame(tokenizer: Tokenizer, template: str) -> Tokenizer:
    names = [part for part in template.split() if part != "$A"]
    pairs = [(name, tokenizer.token_to_id(name)) for name in names]
    border = template.partition("$A ")[2].split()[0]
    pair = template.replace("$A", f"$A {border} $B:1")
    tokenizer.post_processor = post.TemplateProcessing(
        single=template, pair=pair, special_tokens=pairs
    )
    return tokenizer


def _wordpiece(special: Sequence[str], template: str) -> Tokenizer:
    """Lower case, pieces inside a word marked, as BERT and ELECTRA have it."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=400, special_tokens=list(special), show_progress=False
    )
    return _frame(_trained(tokenizer, trainer), template)


def _wordpiece_of_electra() -> Tokenizer:
    return _wordpiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "[CLS] $A [SEP]")


def _wordpiece_of_mpnet() -> Tokenizer:
    """Inside RoBERTa's special tokens, padding at number 1."""
    return _wordpiece(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"], "<s> $A </s>")


def _bytes(special: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=list(special),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    return _trained(tokenizer, trainer)


def _bytes_of_roberta() -> Tokenizer:
    """Byte-level BPE whose spans leave out the space before a word."""
    tokenizer = _bytes(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.post_processor = post.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return tokenizer


def _bytes_of_modernbert() -> Tokenizer:
    """Byte-level BPE whose spans hold the space before a word."""
    return _frame(_bytes(["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]), "[CLS] $A [SEP]")


def _unigram(special: Sequence[str], template: str, lower: bool) -> Tokenizer:
    """SentencePiece's Unigram, which marks a word by the space before it."""
    tokenizer = Tokenizer(models.Unigram())
    rules: list[Any] = [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    tokenizer.normalizer = normalizers.Sequence(
        [*rules, normalizers.Lowercase()] if lower else rules
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=500, special_tokens=list(special), unk_token="<unk>", show_progress=False
    )
    return _frame(_trained(tokenizer, trainer), template)


def _unigram_of_albert() -> Tokenizer:
    return _unigram(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], "[CLS] $A [SEP]", lower=True)


def _unigram_of_deberta() -> Tokenizer:
    return _unigram(["[PAD]", "[CLS]", "[SEP]", "<unk>", "[MASK]"], "[CLS] $A [SEP]", lower=False)


def _unigram_of_xlnet() -> Tokenizer:
    """Both special tokens behind the text."""
    special = ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"]
    return _unigram(special, "$A <sep> <cls>", lower=False)


def _fast(tokenizer: Tokenizer, special: dict[str, str], **options: Any) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special, **options)


def _roles(pad: str, unknown: str, cls: str, sep: str, mask: str) -> dict[str, str]:
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return dict(zip(names, (pad, unknown, cls, sep, mask), strict=True))


_BERTS = _roles("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_RECIPES: dict[str, tuple[Any, dict[str, str], dict[str, Any]]] = {
    "roberta": (_bytes_of_roberta, _roles("<pad>", "<unk>", "<s>", "</s>", "<mask>"), {}),
    "albert": (_unigram_of_albert, _roles("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"), {}),
    "electra": (_wordpiece_of_electra, _BERTS, {}),
    "deberta-v2": (_unigram_of_deberta, _roles("[PAD]", "<unk>", "[CLS]", "[SEP]", "[MASK]"), {}),
    "mpnet": (_wordpiece_of_mpnet, _roles("<pad>", "[UNK]", "<s>", "</s>", "<mask>"), {}),
    "modernbert": (_bytes_of_modernbert, _BERTS, {}),
    "xlnet": (
        _unigram_of_xlnet,
        _roles("<pad>", "<unk>", "<cls>", "<sep>", "<mask>"),
        {"padding_side": "left"},
    ),
}
KINDS = tuple(_RECIPES)
_ENCODER = {
    "hidden_size": _SIZE,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 2 * _SIZE,
    "max_position_embeddings": _POSITIONS,
}
_CONFIGS: dict[str, dict[str, Any]] = {
    "roberta": {**_ENCODER, "type_vocab_size": 1},
    "albert": {**_ENCODER, "embedding_size": 16, "num_hidden_layers": 3},
    "electra": {**_ENCODER, "embedding_size": 16},
    "deberta-v2": {
        **_ENCODER,
        "type_vocab_size": 0,
        "position_biased_input": False,
        "relative_attention": True,
        "position_buckets": 16,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "pos_att_type": ["p2c", "c2p"],
    },
    "mpnet": _ENCODER,
    "modernbert": {**_ENCODER, "local_attention": 16},
    "xlnet": {"d_model": _SIZE, "n_layer": 2, "n_head": 4, "d_inner": 2 * _SIZE},
}
