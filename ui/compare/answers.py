"""What the chosen models answer: a card each, with the agreement on top."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from time import sleep

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import TextError, ZooError
from model_zoo.inference.predict import Prediction, predict
from model_zoo.models.registry import title
from ui.frame import state
from ui.frame.columns import MOST, in_rows
from ui.frame.instead import LOOK_SECONDS, try_again
from ui.frame.text import nothing_to_read
from ui.serve import cached
from ui.serve.exporting import AwaitedError, Export, ExportError, exporting
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.serve.unforeseen import foreseen
from ui.show.cards import (
    changes,
    failed_card,
    prediction_card,
    prediction_line,
    waiting_card,
)
from ui.show.wording import agreement, notices, plain

KEPT_TIMES = 20
# Charts that reach the browser together with the answers are laid out before anything is painted.
# With this pause the answers are seen first, in two thirds of the time on two cores of 2.5 GHz.
PAINT_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Answers:
    """Predictions of the models that could be loaded, for `text` and what it is compared with.

    Both map model names, in registry order, to predictions; `before` is empty where there is
    nothing to compare with.
    """

    text: str
    now: Mapping[str, Prediction]
    before: Mapping[str, Prediction]


def answer(
    reading: str, *, numbers_only: bool = False
) -> tuple[Answers | None, dict[str, DeltaGenerator]]:
    """What each chosen model makes of `reading`, in registry order, with the agreement on top.

    Returns the answers, None where there is nothing to read or nobody to ask, and for each model
    that answered its column, to draw more below its card.

    With `numbers_only`, an answer is a line, and lines stand below one another.

    Predictions are computed on every run: a cached one would show a stale time. All are computed
    before any is drawn, so that a browser at work does not slow what is being timed. A model that
    cannot be loaded says so in its own card; the others go on. What the run before has drawn
    stays until there is something to take its place, or the page would jump at each word.
    """
    view = state.view()
    waits, above = st.empty(), st.container()
    columns = dict(in_rows(view.models, most=1 if numbers_only else MOST))
    slots = _Slots(columns)

    base = view.pinned if view.pinned is not None else view.text
    texts = [reading] if base == reading else [reading, base]
    if not all(text.strip() for text in texts):
        nothing_to_read()
        return None, {}
    predictions: dict[str, list[Prediction]] = {}
    errors: dict[str, ZooError] = {}
    with my_turn(waits):
        for at, name in enumerate(columns):
            if not pool.loaded(name):
                for waiting in columns:
                    slots[waiting].html(waiting_card(waiting, title(waiting)))
                message = f"Loading {plain(title(name))} ({at + 1} of {len(columns)})…"
                waits.progress(at / len(columns), message)
            try:
                with foreseen():
                    model = pool.model(name)
                    predictions[name] = [predict(model, [text])[0] for text in texts]
            except TextError:
                for slot in (*slots.values(), waits):
                    slot.empty()
                nothing_to_read()
                return None, {}
            except ZooError as error:
                errors[name] = error
    now = {name: pair[0] for name, pair in predictions.items()}
    before = {name: pair[1] for name, pair in predictions.items() if len(pair) > 1}

    outvoted = minority(now)
    for name, column in columns.items():
        if name in errors:
            _without_answer(name, errors[name], slots[name], column)
            continue
        if numbers_only:
            line = prediction_line(now[name], cached.card(name), before=before.get(name))
            slots[name].html(line)
            continue
        card = prediction_card(
            now[name],
            cached.card(name),
            dissents=name in outvoted,
            times_ms=_recent_times(now[name]),
            before=before.get(name),
        )
        slots[name].html(card)
    waits.empty()
    exports = {name: e.export for name, e in errors.items() if isinstance(e, AwaitedError)}
    if exports:
        st.fragment(_await_exports, run_every=LOOK_SECONDS)(exports, slots)
    if not now:
        return None, {}
    with above:
        _sum_up(now, before)
    sleep(PAINT_SECONDS)
    return Answers(reading, now, before), {name: columns[name] for name in now}


class _Slots(dict[str, DeltaGenerator]):
    """A place for each model's card in its column, made when something is drawn into it."""

    def __init__(self, columns: Mapping[str, DeltaGenerator]) -> None:
        self._columns = columns

    def __missing__(self, name: str) -> DeltaGenerator:
        self[name] = self._columns[name].empty()
        return self[name]


def _sum_up(now: Mapping[str, Prediction], before: Mapping[str, Prediction]) -> None:
    """Whether the models agree, what of the text they could not read, and what has changed.

    Always three elements: one that is left out would stay from the run before, until this one ends.
    """
    split = " q-split" if is_split(now) else ""
    sentence = agreement(list(now.values()), {name: title(name) for name in now})
    sign = '<span aria-hidden="true">≠ </span>' if split else ""
    st.html(f'<div class="q-verdict{split}" role="status">{sign}{escape(sentence)}</div>')
    if sentences := notices(max(now.values(), key=lambda read: read.dropped)):
        st.warning("  \n".join(map(plain, sentences)), icon=":material/info:")
    else:
        st.empty()
    is_pinned = state.view().pinned is not None
    if before:
        called = ("Pinned" if is_pinned else "As typed", "Now")
        st.html(changes(list(before.values()), list(now.values()), called=called))
    elif is_pinned:
        st.info(
            "Pinned. Edit the sentence, or leave out a word, to see what changes.",
            icon=":material/keep:",
        )
    else:
        st.empty()


def _without_answer(
    name: str, error: ZooError, slot: DeltaGenerator, column: DeltaGenerator
) -> None:
    """The card of a model that failed, or is to be exported first."""
    if isinstance(error, AwaitedError):
        slot.html(waiting_card(name, title(name), str(error)))
        return
    slot.html(failed_card(name, title(name), str(error)))
    if isinstance(error, ExportError):
        with column:
            try_again(name, error.export)


def _await_exports(exports: Mapping[str, Export], slots: Mapping[str, DeltaGenerator]) -> None:
    """Say in the cards how long it takes; run the page again once any of them is over."""
    if not all(export.is_running for export in exports.values()):
        st.rerun()
    for name, export in exports.items():
        slots[name].html(waiting_card(name, title(name), exporting.sentence(export)))


def _recent_times(prediction: Prediction) -> Sequence[float]:
    """Milliseconds of this model's last calls in this visit, the one of `prediction` the last."""
    kept = st.session_state.setdefault("times", {}).setdefault(
        prediction.model, deque(maxlen=KEPT_TIMES)
    )
    kept.append(prediction.tokenize_ms + prediction.forward_ms)
    return tuple(kept)


def is_split(predictions: Mapping[str, Prediction]) -> bool:
    """Whether models that answer with the same labels give different ones."""
    return any(len(set(votes)) > 1 for votes in _votes(predictions).values())


def _votes(predictions: Mapping[str, Prediction]) -> dict[tuple[str, ...], list[str]]:
    """Labels that models answer with -> what each of these models answers."""
    votes: dict[tuple[str, ...], list[str]] = {}
    for prediction in predictions.values():
        votes.setdefault(prediction.labels, []).append(prediction.label)
    return votes


def minority(predictions: Mapping[str, Prediction]) -> set[str]:
    """Names of the models that are outvoted; empty where all agree or the vote is even.

    Only models that answer with the same labels vote together.
    """
    outvoted = set()
    for labels, answers in _votes(predictions).items():
        (first, most), *others = Counter(answers).most_common()
        if others and others[0][1] < most:
            outvoted |= {
                name
                for name, prediction in predictions.items()
                if prediction.labels == labels and prediction.label != first
            }
    return outvoted
