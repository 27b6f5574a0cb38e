"""What a model answers to rows of the user's, on one engine, in a process of its own.

A server need not take up a dozen networks for this. Texts go to the process by a pipe, never to
the disk.

python -m model_zoo.deploy.answers IDENTITY MODEL_FOLDER SET_FOLDER   with a JSON list on stdin
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from model_zoo.deploy import kept
from model_zoo.deploy.costs import check_room
from model_zoo.errors import DataError
from model_zoo.evaluation.classification import decide
from model_zoo.host import host, use_threads
from model_zoo.inference.score import WINDOW, score
from model_zoo.measure.process import in_fresh_process
from model_zoo.models.loading import load
from model_zoo.models.registry import remember
from model_zoo.models.sets import model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import TextTokenizer
from model_zoo.worker import work

MOST_ROWS = 2000  # that accuracy is measured on: more would take long and change little
PROCESS_SECONDS = 1800  # after which a process is given up
SEED = 20


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of the user's, drawn from `of`: `texts`, their labels `truth` (N,), if they have any.

    `tokens` is the median length of the texts, special tokens included.
    """

    texts: tuple[str, ...]
    truth: np.ndarray | None
    of: int
    tokens: int


def drawn(
    texts: Sequence[str],
    truth: Sequence[int] | np.ndarray | None,
    tokenizer: TextTokenizer,
    most: int = MOST_ROWS,
) -> Rows:
    """At most `most` of the rows, drawn at random but the same ones each time, in their order.

    Rows without a label (-1), or with nothing in them to read, are not among them. DataError where
    none is left.
    """
    labels = None if truth is None else np.asarray(truth)
    usable = [
        at for at, text in enumerate(texts) if text.strip() and (labels is None or labels[at] >= 0)
    ]
    if len(usable) > most:
        chosen = np.random.default_rng(SEED).choice(len(usable), most, replace=False)
        picked = [usable[at] for at in np.sort(chosen).tolist()]
    else:
        picked = usable
    encoded = tokenizer.encode([texts[at] for at in picked])
    readable = [(at, item) for at, item in zip(picked, encoded, strict=True) if item.words]
    if not readable:
        raise DataError("No row holds a text to read. Choose another column, or another file.")
    return Rows(
        texts=tuple(texts[at] for at, _ in readable),
        truth=None if labels is None else labels[[at for at, _ in readable]],
        of=len(usable),
        tokens=round(median(len(item.ids) for _, item in readable)),
    )


def answers(
    row: ModelSpec, checksum: str, texts: Sequence[str], kept_in: Path | None = None
) -> Iterator[np.ndarray | None]:
    """None while a fresh process computes; at the end the answers (N,) as class indices.

    They are those of `decide`, -1 where the model reads nothing. They are kept in the folder
    `kept_in`, if given, under a checksum of the texts. Raises MeasureError where memory is too
    short for the process, or it fails.
    """
    about = hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()
    asked = kept.conditions(row, checksum, texts=about)
    value = kept.read(kept_in, asked)
    if not isinstance(value, list) or len(value) != len(texts):
        check_room(row)
        arguments = [row.id, str(row.folder), str(model_set(row.id.beside).folder)]
        for value in in_fresh_process(
            "model_zoo.deploy.answers", arguments, seconds=PROCESS_SECONDS, given=list(texts)
        ):
            if value is None:
                yield None
        kept.write(kept_in, asked, value)
    yield np.array(value, dtype=int)


def main() -> int:
    """Print the answers of the model that the arguments name, as JSON."""
    _, identity, folder, set_folder = sys.argv
    use_threads(1, beside=host().cores)

    def do() -> None:
        model = load(remember(identity, Path(folder), Path(set_folder)))
        texts = json.load(sys.stdin)
        given: list[int] = []
        for start in range(0, len(texts), WINDOW):
            (shares,) = score([model], texts[start : start + WINDOW]).probabilities
            unread = np.isnan(shares[:, 0])
            given += np.where(unread, -1, decide(np.nan_to_num(shares))).tolist()
        print(json.dumps(given))

    return work(do)


if __name__ == "__main__":
    sys.exit(main())
