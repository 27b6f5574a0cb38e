"""Writing a trained model's folder: float16 weights, tokenizer, metrics and model card."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from model_zoo.errors import TrainingError
from model_zoo.models.files import WEIGHTS, read_header, write_checksum
from model_zoo.models.registry import spec
from model_zoo.whole_files import write_text


def check_place(folder: Path, classes: str) -> None:
    """TrainingError where `folder` holds a model whose class is not called …`classes`.

    Classifiers, language models and readers share their names: what took hours is not written over
    by one of another kind.
    """
    if not (folder / WEIGHTS).is_file():
        return
    config = folder / "config.json"  # readers have none
    of = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
    if not any(name.endswith(classes) for name in of.get("architectures") or ()):
        raise TrainingError(
            f"{folder} holds a model of another kind, which would be lost. Name another folder "
            "with --out."
        )


def save_network(network: PreTrainedModel, folder: Path, tokenizer: Path) -> None:
    """Write weights in float16, config and tokenizer to `folder`, and record the sha256 beside it.

    The config says float32 all the same: that is what to compute in, and on a CPU it is faster.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.to(torch.float16).save_pretrained(folder)
    (folder / WEIGHTS).chmod(0o644)  # safetensors writes it for the owner alone
    config = folder / "config.json"
    entries = json.loads(config.read_text(encoding="utf-8")) | {"dtype": "float32"}
    write_text(config, json.dumps(entries, indent=2, sort_keys=True) + "\n")
    for file in tokenizer.iterdir():
        shutil.copyfile(file, folder / file.name)
    write_checksum(folder.name, folder.parent)


def save_metrics(folder: Path, metrics: dict[str, Any]) -> None:
    """Write metrics.json and the model card made from it to `folder`."""
    text = json.dumps(metrics, indent=2) + "\n"
    write_text(folder / "metrics.json", text)
    write_text(folder / "README.md", model_card(folder, metrics))


_RECIPES = {
    "lstm": "One LSTM layer of 384 units over word vectors of size 128. The vectors start as the "
    "base encoder's word embeddings reduced by PCA; everything is then trained on the labels.",
    "bilstm": "One LSTM layer of 384 units in each direction over word vectors of size 128. The "
    "vectors start as the base encoder's word embeddings reduced by PCA; everything is then "
    "trained on the labels.",
    "bert": "The base encoder's 6 layers were grown to 12: after each, a new layer was put in that "
    "starts as (nearly) the identity, the last one as an average over all positions so that [CLS] "
    "holds the mean-pooled features. All layers were then fine-tuned on the labels; word "
    "embeddings were kept as they were.",
    "distilbert": "Six layers, initialised from every second layer of the fine-tuned BERT in this "
    "project, then distilled from it: the teacher's softened answers, the true labels, and the "
    "cosine between the final states of teacher and student.",
}


_PAPERS = {
    "recurrent": "The papers' models are of other sizes and read other texts; do not take its "
    "figures for theirs.",
    "transformer": "It is much smaller than the models of the papers; do not take its figures for "
    "theirs.",
}

_FURTHER = (
    "The encoder of a language model trained here, all of whose layers learnt masked words first "
    "(sha256 of its weights: {encoder}), was fine-tuned on the labels. Its last layer started "
    "anew, as an average over all positions, so that [CLS] holds the mean-pooled features; word "
    "embeddings were kept as they were."
)


def model_card(folder: Path, metrics: dict[str, Any]) -> str:
    """The model card in the Hub's format (YAML front matter, then Markdown), from the metrics.

    A `remark` among them, written by hand, says what of this training is not in the figures.
    """
    name = metrics["model"]
    row = spec(name)
    extra = metrics["data"]["extra"]
    titles = {"validation": "SST-2 validation", "unseen_half": f"{extra}, unseen half"}
    reports = [(titles[part], metrics[part]) for part in titles if part in metrics]
    accuracy = metrics["validation"]
    sizes = read_header(folder / WEIGHTS)
    parameters = sum(torch.Size(tensor["shape"]).numel() for tensor in sizes.values())
    table = "\n".join(
        f"| {title} | {part['rows']} | {part['accuracy']:.1%} | "
        f"{part['ci95'][0]:.1%} to {part['ci95'][1]:.1%} | {part['f1']:.3f} |"
        for title, part in reports
    )
    encoder = metrics.get("made", {}).get("encoder")
    how = _FURTHER.format(encoder=encoder) if encoder else _RECIPES[name]
    remark = f"\n\n{metrics['remark']}" if "remark" in metrics else ""
    recipe = ", ".join(f"{key} {value}" for key, value in metrics["recipe"].items())
    also = (
        f" Also a fixed half of `{extra}` (bundled models: the Sentiment Labelled Sentences, "
        "Kotzias et al. 2015)."
        if extra
        else ""
    )
    held_out, megabytes = metrics["held_out"], metrics["weights_bytes"] / 1e6
    needed = "import model_zoo.recurrent  # registers the architecture\n" if "lstm" in name else ""
    return f"""---
language: en
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
base_model: sentence-transformers/all-MiniLM-L6-v2
datasets:
- stanfordnlp/sst2
metrics:
- accuracy
- f1
model-index:
- name: quartet-{name}
  results:
  - task:
      type: text-classification
    dataset:
      name: SST-2
      type: stanfordnlp/sst2
      split: validation
    metrics:
    - type: accuracy
      value: {accuracy["accuracy"]:.4f}
    - type: f1
      value: {accuracy["f1"]:.4f}
---

# {row.title}

Says whether a short English text is negative or positive. Architecture: {row.description};
{parameters:,} parameters, stored as float16 ({megabytes:.1f} MB), computed in float32.
It is one of four models that share a tokenizer and training rows so that only their architecture
differs. {_PAPERS["recurrent" if "lstm" in name else "transformer"]}

## How good it is

| data | rows | accuracy | 95 % interval | F1 |
|---|---|---|---|---|
{table}

Measured with these float16 weights; intervals are Wilson's. Epochs and hyper-parameters were chosen
on {held_out["rows"]:,} whole sentences held out of the training file, together with every phrase
contained in them ({held_out["accuracy"]:.1%} there), never on the rows of this table.

## How it was made

{how}{remark}

- Data: SST-2 (Socher et al. 2013), {metrics["data"]["train_rows"]:,} training rows.{also}
  sha256 of all rows used: `{metrics["data"]["sha256"]}`
- Recipe: {recipe}; seed {metrics["seed"]}
- Hardware: {metrics["hardware"]}; {metrics["seconds"] / 60:.0f} minutes
- Base encoder: MiniLM-L6-H384-uncased as fine-tuned for sentence embeddings (all-MiniLM-L6-v2,
  Apache-2.0), used for {"the word vectors only" if "lstm" in name else "all original layers"}.
- Text is lower-cased, and quotes and "n't" are written one way, by the tokenizer itself.

## What it is for

Teaching, and comparing architectures on equal terms. It reads short English sentences, best about
films, restaurants and products.

## Limits and known biases

- Two classes only: neutral, mixed or factual text gets one of them all the same.
- Trained on film reviews from the 1990s and 2000s: their words, subjects, and the leanings of
  their authors are in it. Names of people, places and groups can move the answer.
- Sarcasm, double negation and contrast ("the acting is great, but …") are often misread.
- A high probability is not a guarantee: on out-of-domain text the model is sure and wrong.
- Text beyond 512 tokens is cut off. Other languages and emoji are mostly [UNK] to it.

Do not use it to judge people, or for any decision that matters to someone.

## Use

```python
{needed}from transformers import pipeline

classify = pipeline("text-classification", model="assets/models/{name}")
classify("A charming, often affecting journey.")
```
"""
