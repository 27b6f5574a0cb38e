"""How well they do: what was measured of the language models and readers, with its intervals."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from model_zoo.language_models import report
from model_zoo.language_models.grammar import PUBLISHED
from model_zoo.language_models.models import TITLES, metrics
from model_zoo.question_answering import folders
from ui.frame.captions import how_to_read
from ui.show.theme import PLAIN
from ui.show.wording import listing
from ui.words import figures
from ui.words.figures import Share

_KINDS = {"all": "all words", "content": "content words", "function": "function words"}


def is_measured() -> bool:
    """Whether there is anything to show."""
    return any((report.kept(report.MISSING), report.kept(report.GRAMMAR), folders.measured()))


def measured() -> None:
    """A figure each for missing words, grammar and questions, of what has been measured."""
    if missing := report.kept(report.MISSING):
        _missing(missing)
    if grammar := report.kept(report.GRAMMAR):
        _grammar(grammar)
    if answering := folders.measured():
        _questions(answering)


def _missing(record: Mapping[str, Any]) -> None:
    models = record["models"]
    st.header("How often is the missing word guessed?")
    st.plotly_chart(
        figures.shares(
            {
                f"{_KINDS[kind]}, {called}": {
                    name: _share(model[kind], top) for name, model in models.items()
                }
                for kind in _KINDS
                if all(kind in model for model in models.values())
                for top, called in (("top1", "first guess"), ("top5", "among five"))
            },
            {name: TITLES[name] for name in models},
            "share of words guessed",
        ),
        config=PLAIN,
        key="missing-words",
    )
    how_to_read(
        f"{record['positions']:,} whole words of texts that no model was trained on, blanked one "
        "at a time; lines are 95 % intervals. Function words are those like “the” and “of”, "
        f"content words all others. {_tests(record)}",
        "texts of another kind; these are of the kind that the models learnt from. "
        f"{_schooling(models)}",
    )


def _schooling(models: Mapping[str, Any]) -> str:
    """How much each learnt from, a sentence; empty where a record does not say."""
    guesses = {TITLES[name]: metrics(name).get("guesses", 0) for name in models}
    if not all(guesses.values()):
        return ""
    listed = listing([f"{title} {count / 1e6:.1f}" for title, count in guesses.items()])
    return (
        "Nor does it rank architectures: in training they had different numbers of guesses to "
        f"learn from, in millions: {listed}. BERT and DistilBERT go back to a pre-trained encoder "
        "(MiniLM), and DistilBERT’s guesses come on top of BERT’s."
    )


def _tests(record: Mapping[str, Any]) -> str:
    """What the paired tests of neighbours say, in a sentence each."""
    by_pair = {tuple(test["models"]): test for test in record["paired"]}
    sentences = []
    for first, second in (("lstm", "bilstm"), ("bilstm", "bert"), ("bert", "distilbert")):
        if test := by_pair.get((first, second)):
            adjusted = test.get("adjusted", test["p"])  # for looking at all pairs
            p = "p < 0.001" if adjusted < 0.001 else f"p = {adjusted:.2g}"
            sentences.append(
                f"{TITLES[second]} alone is right {test['c']:,} times, {TITLES[first]} alone "
                f"{test['b']:,} ({p})."
            )
    return " ".join(sentences)


def _grammar(record: Mapping[str, Any]) -> None:
    models = record["models"]
    rows: dict[str, dict[str, Share]] = {
        "mean of all kinds of pairs": {
            name: (model["mean"], (model["mean"], model["mean"])) for name, model in models.items()
        }
    }
    for name, model in models.items():
        for field in model["fields"]:
            own = rows.setdefault(field["name"], {})
            own[name] = (field["accuracy"], tuple(field["ci95"]))
    st.header("Which sentence is grammatical?")
    st.plotly_chart(
        figures.shares(
            rows,
            {name: TITLES[name] for name in models},
            "share of pairs judged right",
            published=[(called, share) for called, share, _ in PUBLISHED],
            chance=0.5,
        ),
        config=PLAIN,
        key="grammar",
    )
    sizes = listing([f"{called} {words}" for called, _, words in PUBLISHED if words])
    how_to_read(
        f"{record['pairs']:,} of BLiMP’s 67,000 pairs of sentences that differ in one point of "
        f"grammar (Warstadt et al. 2020); blind guessing reaches 50 %. {_texts(models)} The "
        f"published ones read far more: {sizes}.",
        "BLiMP’s sentences are made by rules and sound like nothing the models have read.",
    )


def _texts(models: Mapping[str, Any]) -> str:
    """How much text the models here read in training, as far as their records say."""
    words = {metrics(name).get("data", {}).get("words") for name in models} - {None}
    if not words:
        return ""
    return (
        f"The models here learnt from {max(words) / 1e6:.1f} million words, and did not begin with "
        "nothing: BERT and DistilBERT go back to a pre-trained encoder (MiniLM), LSTM and BiLSTM "
        "to its word vectors."
    )


def _questions(readers: Mapping[str, Mapping[str, Any]]) -> None:
    st.header("How often is the question answered?")
    st.plotly_chart(
        figures.shares(
            {
                called: {name: _share(record["test"], key) for name, record in readers.items()}
                for key, called in (("f1", "F1: words in common"), ("exact", "EM: the very words"))
            },
            {name: folders.title(name) for name in readers},
            "mean over the questions",
        ),
        config=PLAIN,
        key="questions",
    )
    test = next(iter(readers.values()))["test"]
    how_to_read(
        f"{test['questions']:,} questions on {test['articles']} SQuAD articles that no model was "
        f"trained on; lines are 95 % intervals (bootstrap over passages). {_doubts(readers)}",
        "other kinds of text: five articles say little of a sixth.",
    )


def _doubts(readers: Mapping[str, Mapping[str, Any]]) -> str:
    """How well each tells questions that have no answer, a sentence; empty where none is known."""
    known = {name: record.get("no_answer", {}).get("test") for name, record in readers.items()}
    told = [
        f"{folders.title(name)} {weak['noticed']:.0%} and {weak['doubted']:.0%}"
        for name, weak in known.items()
        if weak
    ]
    if not told:
        return ""
    return (
        "“No answer likely” is said, rightly, where a passage holds none, and, wrongly, where it "
        f"holds one, so often: {listing(told)}."
    )


def _share(figures_of: Mapping[str, Any], key: str) -> Share:
    low, high = figures_of[f"{key}_ci95"]
    return figures_of[key], (low, high)
