"""What to train and how: the choices, what is in the file, and the settings that come of both."""

import re
from dataclasses import replace
from pathlib import Path

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.tuning.settings import BUDGETS, MODELS, TITLES, TrainingSettings
from model_zoo.tuning.split import Inspection, prepare
from model_zoo.tuning.visitors import names_seen
from ui.frame import mine
from ui.serve.my_turn import my_turn
from ui.show.wording import plain
from ui.train.labelled import Labelled

_BUDGETS = {
    "quick": "Recurrent models in full; of BERT and DistilBERT, the upper layers only.",
    "standard": "All of every model, until held-out rows are answered no better.",
    "thorough": "As standard, three times with other random numbers, to see how much is chance.",
}
_INSPECTED = "what is in the file to train on"  # key and outcome, for a page that is drawn again
_MODELS, _BUDGET, _HEADS = "train-models", "train-budget", "train-heads-only"  # keys of widgets
_TEST, _VALIDATION, _SEED = "train-test", "train-validation", "train-seed"
_KEEP_TEST, _OVERWRITE = "train-keep-test", "train-overwrite"


def plan(file: Labelled) -> tuple[TrainingSettings, Inspection] | None:
    """The settings as chosen, and what is in the file; None, with the reason shown, if unfit."""
    _what()
    with st.expander("More choices"):
        _more()
    st.text_input(
        "Name of the set of models",
        value=_free_name(file.name),
        max_chars=60,
        key=_name_of(file),
        help="Letters, digits, - and _. The four will be found under this name on every page.",
    )
    try:
        return chosen(file)
    except ZooError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def chosen(file: Labelled) -> tuple[TrainingSettings, Inspection]:
    """The settings as they are in the visitor's browser, and what is in the file.

    For a callback, too: what was chosen since the page was drawn counts. ZooError where unfit.
    """
    kept = st.session_state
    settings = TrainingSettings(
        file=Path(file.name),
        text=file.text,
        label=file.label,
        name=kept[_name_of(file)].strip(),
        models=tuple(name for name in MODELS if name in kept[_MODELS]),
        budget=kept[_BUDGET] or BUDGETS[0],
        validation=kept[_VALIDATION] / 100,
        test=kept[_TEST] / 100,
        seed=int(kept[_SEED]),
        header=file.header,
        heads_only=kept[_HEADS],
        keep_test=kept[_KEEP_TEST],
        overwrite=kept[_OVERWRITE],
    )
    return settings, _inspected(file, settings)


def take_offer(models: tuple[str, ...], budget: str, heads_only: bool) -> None:
    """Have the choices be these; a callback."""
    st.session_state[_MODELS], st.session_state[_BUDGET] = list(models), budget
    st.session_state[_HEADS] = heads_only


def _name_of(file: Labelled) -> str:
    """The key of the field for the name."""
    return f"train-name-{file.number}"


def _what() -> None:
    """The models to train and the budget."""
    st.session_state.setdefault(_MODELS, list(MODELS))
    st.session_state.setdefault(_BUDGET, BUDGETS[0])
    with st.container(horizontal=True, gap="large"):
        st.pills(
            "Models",
            list(MODELS),
            selection_mode="multi",
            format_func=TITLES.__getitem__,
            key=_MODELS,
            persist_state="session",
            width="content",
            help="DistilBERT learns from the BERT that is trained with it.",
        )
        budget = st.segmented_control(
            "Budget",
            BUDGETS,
            key=_BUDGET,
            required=True,
            format_func=str.capitalize,
            persist_state="session",
            width="content",
        )
    budget = budget or BUDGETS[0]
    st.caption(f"**{budget.capitalize()}**: {_BUDGETS[budget]}")


def _more() -> None:
    """Shares, seed and switches."""
    left, middle, right = st.columns(3)
    left.slider(
        "Rows to compare on, %", 5, 50, 10, 5, key=_TEST, persist_state="session",
        help="Held out: no model sees them before the end.",
    )  # fmt: skip
    middle.slider(
        "Rows to choose by, %", 5, 50, 10, 5, key=_VALIDATION, persist_state="session",
        help="They say when to stop, and which weights to keep.",
    )  # fmt: skip
    right.number_input(
        "Seed", 0, 2**31 - 1, 0, key=_SEED, persist_state="session",
        help="Of all random numbers: the same seed gives the same models on the same machine.",
    )  # fmt: skip
    st.checkbox(
        "Leave the encoders of BERT and DistilBERT as they are, train their heads alone",
        key=_HEADS,
        persist_state="session",
        help="The head is the last step, which gives the answer; the encoder is the rest. This "
        "takes the least memory, and is less accurate.",
    )
    st.checkbox(
        "Put the held-out rows into the set",
        key=_KEEP_TEST,
        persist_state="session",
        help="Without it, the set holds no row of your file.",
    )
    st.checkbox("Replace a set of the same name", key=_OVERWRITE, persist_state="session")


def _free_name(file: str) -> str:
    """A name for the set, made of the file's, that nothing the visitor sees has yet."""
    stem = re.sub(r"[^\w-]+", "-", Path(file).stem).strip("-")[:50] or "my-models"
    taken = names_seen(mine.holder())
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in taken)


def _inspected(file: Labelled, settings: TrainingSettings) -> Inspection:
    """What is in the file; raises DataError, and is read once for the same choices."""
    parts = (settings.text, settings.label, settings.validation, settings.test, settings.seed)
    key = (file.number, *parts)
    known = st.session_state.get(_INSPECTED)
    if known is None or known[0] != key:
        with st.spinner("Reading the file…", show_time=True), my_turn(st.empty()):
            try:
                # by any name, for the name is no part of what is in the file
                inspection = prepare(replace(settings, name="any"), file.content).inspection
                known = key, inspection
            except ZooError as error:
                known = key, error
        st.session_state[_INSPECTED] = known
    if isinstance(known[1], ZooError):
        raise known[1]
    return known[1]
