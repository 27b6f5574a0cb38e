"""The row on what the models could be used for: its facts as the page's sentences. Pure."""

from model_zoo.claims.example import Answers, Cheaper, Head

MOST_LABELS_NAMED = 8


def example(_model: str, task: Answers | Cheaper) -> str:
    """Of a model: the answers it knows, or what DistilBERT costs beside BERT."""
    if isinstance(task, Cheaper):
        return _cheaper(task)
    if len(task.labels) > MOST_LABELS_NAMED:
        return f"gives one of {len(task.labels)} answers, nothing else"
    return f"answers {' or '.join(task.labels)}, nothing else"


def examples(head: Head) -> str:
    """Of the row: why most tasks cannot be tried here, and what can be."""
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


def _cheaper(cheaper: Cheaper) -> str:
    return (
        f"{cheaper.disk:.0%} of BERT’s disk space, faster in {cheaper.faster} of "
        f"{cheaper.settings} settings"
    )
