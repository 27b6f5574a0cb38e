"""The row on what the models could be used for: its facts as the page's sentences. Pure."""

from model_zoo.comparison.example import Answering, Answers, Cheaper, Guessing, Head, Task
from model_zoo.models.registry import title
from ui.show.wording import interval, listing

MOST_LABELS_NAMED = 8


def example(model: str, task: Task) -> str:
    """Of a model: how it does at its task, or the answers it knows."""
    match task:
        case Cheaper():
            return _cheaper(task)
        case Guessing(share, ci95, than, p):
            against = (
                f"the commonest word {than:.1%}"
                if p is None
                else f"the LSTM, from the left alone, {than:.1%} ({_chance(p)})"
            )
            return f"guesses {interval(share, ci95)} of missing words at once; {against}"
        case Answering(f1, ci95, kept, cheaper):
            also = f", {kept:.1%} of BERT’s" if kept is not None else ""
            cost = f"; {_cheaper(cheaper)}" if cheaper else ""
            no = "" if model == "distilbert" else "; does not translate"
            return f"answers questions, F1 {interval(f1, ci95)}{also}{cost}{no}"
        case Answers(labels) if len(labels) > MOST_LABELS_NAMED:
            return f"gives one of {len(labels)} answers, nothing else"
    return f"answers {' or '.join(task.labels)}, nothing else"


def examples(head: Head) -> str:
    """Of the row: what was tried with models trained for it, and what cannot be."""
    if not head.guesses and not head.f1:
        return _classifiers(head)
    sentences = []
    if head.guesses:
        shares = listing([f"{title(name)} {share:.1%}" for name, share in head.guesses.items()])
        sentences.append(
            f"Trained to guess words, on the same text, their first guess of {head.positions:,} "
            f"missing words is right so often: {shares}. The LSTM sees only the words before."
        )
    if head.f1:
        shares = listing([f"{title(name)} {share:.1%}" for name, share in head.f1.items()])
        sentences.append(
            "Trained to answer questions from a passage, they reach an F1 (words in common with "
            f"the right answer) of {shares} on {head.questions:,} questions."
        )
    sentences.append(
        "Translation is what encoder-decoder models do; none of these four does it, and it is not "
        "claimed here."
    )
    return " ".join(sentences)


def _classifiers(head: Head) -> str:
    """Why most tasks cannot be tried with classifiers alone, and what can be."""
    less = ""
    if head.cheaper:
        less = f" DistilBERT does BERT’s task here, with {_cheaper(head.cheaper)}."
    few = len(head.labels) <= MOST_LABELS_NAMED
    named = f" ({' and '.join(head.labels)})" if few else ""
    return (
        f"All four end in a head with {len(head.labels)} answers{named}, "
        f"none with one for each of the {head.vocabulary:,} words of the vocabulary, so guessing "
        "words, translation and question answering cannot be tried here. What can be seen is how "
        "each answer forms as the LSTM reads on and as the BiLSTM reads from both sides." + less
    )


def _chance(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def _cheaper(cheaper: Cheaper) -> str:
    return (
        f"{cheaper.disk:.0%} of BERT’s disk space, faster in {cheaper.faster} of "
        f"{cheaper.settings} settings"
    )
