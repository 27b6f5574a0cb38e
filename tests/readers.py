"""Tiny language models to make readers of, questions about invented people, and readers trained so.

Weights are random and stay so in effect; nothing here has learnt anything worth knowing.
"""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress
from transformers import BertConfig, BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM

from model_zoo.finetuning.train import train_reader
from model_zoo.language_models.recurrent import RecurrentForMaskedLM
from model_zoo.models.recurrent import RecurrentConfig
from tests.root import ROOT

TOKENIZER = ROOT / "assets" / "models" / "bert"
_VOCABULARY = 30522
PEOPLE = (("Anna", "Oslo"), ("Karl", "Berlin"), ("Mira", "Lima"), ("Tom", "Rome"))


def write_bodies(folder: Path) -> Path:
    """Four language models, one or two layers of 16 units, as training saves them; the folder."""
    recurrent = partial(
        RecurrentConfig, vocab_size=_VOCABULARY, embedding_size=16, hidden_size=16, dropout=0.1
    )
    makers: dict[str, Any] = {
        "lstm": lambda: RecurrentForMaskedLM(recurrent()),
        "bilstm": lambda: RecurrentForMaskedLM(recurrent(bidirectional=True)),
        "bert": lambda: BertForMaskedLM(
            BertConfig(
                vocab_size=_VOCABULARY,
                hidden_size=16,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=32,
            )
        ),
        "distilbert": lambda: DistilBertForMaskedLM(
            DistilBertConfig(vocab_size=_VOCABULARY, dim=16, n_layers=1, n_heads=2, hidden_dim=32)
        ),
    }
    for seed, (name, make) in enumerate(makers.items()):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = make()
        for parameter in network.parameters():
            parameter.data *= 3  # else states hardly differ
        network.half().save_pretrained(folder / name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(TOKENIZER / file, folder / name / file)
    return folder


def write_squad(folder: Path) -> Path:
    """train.json, validation.json and test.json with 8 questions each; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "validation", "test"):
        articles = []
        for place in ("town", "village"):
            paragraphs = []
            for number, (name, city) in enumerate(PEOPLE):
                passage = f"{name} left the {place} in 19{number}0 . Now {name} lives in {city} ."
                answer = {"text": city, "answer_start": passage.index(city)}
                question = {
                    "id": f"{part}-{place}-{name}",
                    "question": f"Where does {name} live?",
                    "answers": [answer, answer],
                }
                paragraphs.append({"context": passage, "qas": [question]})
            articles.append({"title": f"The {place}", "paragraphs": paragraphs})
        content = {"version": "1.1", "data": articles}
        (folder / f"{part}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def train(name: str, folder: Path, run: str = "run", **options: Any) -> dict[str, Any]:
    """Train the reader `name` for a few steps from folder/bodies on folder/squad; its metrics."""
    settings = {"epochs": 2, "tokens": 64} | options.pop("overrides", {})
    return train_reader(
        name,
        data=folder / "squad",
        bodies=folder / "bodies",
        out=folder / options.pop("out", "readers"),
        run=folder / run / name,
        progress=Progress(disable=True),
        overrides=settings,
        **options,
    )
