"""Measuring the options for deployment: with progress, stopped by any click, kept in the visit."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from time import monotonic

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.deploy.answers import Rows, drawn
from model_zoo.deploy.options import Survey
from model_zoo.deploy.survey import Stage, every_engine, survey
from model_zoo.errors import ZooError
from model_zoo.models.files import set_tokenizer
from model_zoo.models.network import ModelId
from model_zoo.models.registry import MOST_MODELS, spec
from model_zoo.models.sets import ModelSet
from model_zoo.paths import user_cache
from ui.frame import asked
from ui.frame.own_rows import own_rows
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.serve.turns import sweeps
from ui.show.wording import duration, plain

REDRAW_SECONDS = 0.25
_OWN = "own surveys"  # name of a set -> the OwnSurvey made beside it
_SURVEY, _FAILED = "survey", "why the survey failed"


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """What this visitor measured beside a set, on the rows of the file called `rows`, if on any.

    `about` are the texts and the weights that answers are of. Not `finished` while under way, and
    if it was stopped.
    """

    survey: Survey
    rows: str
    about: tuple[tuple[str, ...], tuple[str, ...]]
    finished: bool


def own_survey(of: ModelSet) -> OwnSurvey | None:
    """What this visitor has measured beside the set, by now; None where nothing was."""
    return st.session_state.get(_OWN, {}).get(of.name)


def request(anew: bool) -> None:
    """Have the options measured by the end of this run; `anew`, though they are kept."""
    asked.ask(_SURVEY, anew)


def requested() -> bool:
    """Whether the options are to be measured in this run, and that is yet to come."""
    return asked.is_asked(_SURVEY)


def failure() -> str:
    """Why the last measurement could not be made; empty where it could."""
    return st.session_state.get(_FAILED, "")


def measure_options_if_requested(
    of: ModelSet, models: Sequence[str], place: DeltaGenerator
) -> None:
    """Measure if the button was pressed, with progress in `place`; then run the page again.

    Of the first MOST_MODELS, each on every engine. Called when all else is drawn. Any widget used
    meanwhile ends it: what was measured by then is in the session already, and on this host's disk,
    from where it is taken up.
    """
    anew = asked.take(_SURVEY)
    if anew is None:
        return
    st.session_state.pop(_FAILED, None)
    with place.container():
        bar = st.progress(0.0, "Reading your rows…")
        st.button("Stop", icon=":material/stop:", help="What was measured by then is kept.")
    try:
        with my_turn(bar, line=sweeps):
            _measure(of, models, anew, bar)
    except ZooError as error:
        st.session_state[_FAILED] = str(error)
    st.rerun()


def _measure(of: ModelSet, names: Sequence[str], anew: bool, bar: DeltaGenerator) -> None:
    usual = list(dict.fromkeys(ModelId(name).on(ModelId.ENGINE) for name in names))[:MOST_MODELS]
    rows, name = _rows(of)
    about = rows.texts if rows else (), tuple(map(cached.weights, usual))
    before = own_survey(of)
    stages = survey(
        every_engine([spec(model) for model in usual]),
        of.labels,
        rows,
        kept_in=user_cache(),
        anew=anew,
        answered=before.survey.answers if before and before.about == about and not anew else None,
    )
    started, drawn_at = monotonic(), 0.0
    latest: Survey | None = None
    with closing(stages):
        while True:
            with my_turn(bar, lone=True):  # others need not wait for the end of it all
                stage = next(stages, None)
            if stage is None:
                break
            latest = stage.survey
            _keep(of, OwnSurvey(latest, name, about, finished=False))
            if monotonic() - drawn_at > REDRAW_SECONDS:
                drawn_at = monotonic()
                bar.progress(*_progress(stage, drawn_at - started))
    if latest:
        _keep(of, OwnSurvey(latest, name, about, finished=True))


def _rows(of: ModelSet) -> tuple[Rows | None, str]:
    """The rows that are open on Your data, if their labels are the set's, and their file's name."""
    data = own_rows()
    if data is None or data.meant != of.labels:
        return None, ""
    return drawn(data.texts, data.labels, set_tokenizer(of)), data.name


def _keep(of: ModelSet, own: OwnSurvey) -> None:
    st.session_state.setdefault(_OWN, {})[of.name] = own


def _progress(stage: Stage, spent: float) -> tuple[float, str]:
    """Share that is done, 0 to 1, and what is being done, after `spent` seconds."""
    share = spent / (spent + stage.seconds_left or 1)
    return min(1.0, share), f"{plain(stage.doing)}: about {duration(stage.seconds_left)} left"
