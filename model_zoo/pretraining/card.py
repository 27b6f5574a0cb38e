"""The model card of a language model, from its metrics."""

from collections.abc import Mapping
from typing import Any

from model_zoo.language_models.models import LEFT_ONLY, TITLES

_HOW = {
    "lstm": "Reads from the left and learnt to say each next word; what comes behind a word never "
    "reaches its guess.",
    "bilstm": "Learnt to say every word from the state of the words before it and the state of the "
    "words behind it, read by two LSTMs: the word itself never reaches its own guess.",
    "bert": "Learnt to say words that were blanked, all pieces of a word at once: first with the "
    "base encoder's layers, then grown to twice as many and trained further.",
    "distilbert": "Every second layer of the BERT beside it, taught by that BERT's guesses and its "
    "last states on the same text.",
}


_FROM = {
    "lstm": "Its word vectors start from those of",
    "bilstm": "Its word vectors start from those of",
    "bert": "Its first six layers and word vectors start from the pre-trained encoder",
    "distilbert": "The BERT beside it started from the pre-trained encoder",
}


def model_card(metrics: Mapping[str, Any]) -> str:
    """The card in the Hub's format (YAML front matter, then Markdown)."""
    name, data = metrics["model"], metrics["data"]
    masked = name in ("bert", "distilbert")
    last = metrics["stages"][-1]["history"][-1]
    long, teacher = metrics.get("long"), metrics.get("teacher")
    also_read = (
        f"Its last stage also drew on {', '.join(long['files'])}: "
        f"{long['tokens']:,} pieces in all.\n"
        if long
        else ""
    )
    taught = (
        f"\nIn the last stage every piece also taught it the last two states that {teacher} "
        "(Apache-2.0), a larger encoder, has of the text.\n"
        if teacher
        else ""
    )
    from_where = ", ".join(f"{name} {texts:,}" for name, texts in data["sources"].items())
    named = f"Of these texts come from {from_where}. " if from_where else ""
    also = f", and sentences of {data['extra']}" if data["extra"] else ""
    asked = "blanked words" if masked else "all words"
    sees = "the words before it" if name in LEFT_ONLY else "the words on both sides"
    stages = "\n".join(
        f"| {number} | {_settings(stage['recipe'])} | {stage['seconds'] / 60:.0f} | "
        f"{stage['history'][-1]['held_out_loss']:.3f} |"
        for number, stage in enumerate(metrics["stages"], start=1)
    )
    load = (
        "`AutoModelForMaskedLM.from_pretrained(folder)`"
        if masked
        else "`AutoModelForMaskedLM.from_pretrained(folder)`, once "
        "`model_zoo.language_models.recurrent` is imported"
    )
    return f"""---
language: en
license: apache-2.0
library_name: transformers
pipeline_tag: fill-mask
base_model: {str(metrics["base"]).split()[0]}
---

# {TITLES[name]}, guessing words

Guesses a missing word of an English text from {sees}. {_HOW[name]}

Load it with {load}; {metrics["weights_bytes"] / 1e6:.0f} MB in float16, output words tied to
the input's.

## How it was made

Trained on {data["texts"]:,} texts with {data["words"]:,} words ({data["tokens"]:,} pieces){also}.
{named}{_FROM[name]} {metrics["base"]}.
{also_read}{taught}
| stage | recipe | core minutes | loss on held-out texts |
|---|---|---|---|
{stages}

The loss is in nats a piece, over {asked}; after the last stage it is {last["held_out_loss"]:.3f}.
In all it was asked for {metrics["guesses"] / 1e6:.1f} million pieces.

- Seed {metrics["seed"]}; hardware: {metrics["hardware"]}
- Versions: {", ".join(f"{key} {value}" for key, value in metrics["versions"].items())}

## How good it is

`missing.json` and `grammar.json` beside the models hold how often the missing word is guessed and
how often the grammatical one of two sentences is found likelier, with intervals; the app's page
Guess the word shows both.

## Limits

It read a few million words, where published models read billions: expect grammar and common words,
little knowledge, and the prejudices of its texts. What it finds probable is neither true nor
advised.
"""


def _settings(recipe: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value:g}" for key, value in recipe.items())
