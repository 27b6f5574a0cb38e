"""Trainings under way, in line, or stopped: how far each is, and what can be done with it."""

from collections.abc import Callable
from time import time

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.tuning.job import Job, Kind, State, jobs
from model_zoo.tuning.line import place, start_next
from model_zoo.tuning.progress import Progress
from model_zoo.tuning.settings import TITLES
from model_zoo.tuning.visitors import called
from ui.frame import mine
from ui.frame.captions import caption
from ui.show.theme import PLAIN
from ui.show.wording import duration, in_line, plain, without_options
from ui.train.figures import MEASURES, curves

_LOOK_S = 1.0
_PROBLEM = "problem with a training"
_ICONS = {  # in the order in which trainings are shown
    Kind.RUNNING: ":material/model_training:",
    Kind.WAITING: ":material/hourglass:",
    Kind.PAUSED: ":material/pause_circle:",
    Kind.INTERRUPTED: ":material/power_off:",
    Kind.FAILED: ":material/error:",
}
_STAGES = {
    "reading": "reading the file",
    "comparing": "comparing the models on the held-out rows",
    "writing": "writing the set",
}


_ASKED = {"pause": "Pausing: what was learnt is kept…", "cancel": "Being thrown away…"}


def trainings_section() -> None:
    """The visitor's that have not ended, and that there are others; drawn anew every second while
    something goes on."""
    current = _standing()
    if not current:
        return
    st.header("Trainings", anchor=False)
    moving = any(kind in (Kind.WAITING, Kind.RUNNING) for kind in current.values())
    st.fragment(_trainings, run_every=_LOOK_S if moving else None)(current)


def _standing() -> dict[str, Kind]:
    """The visitor's trainings that have not ended, and others' in line; those under way first."""
    start_next()  # nobody else may be there to keep the line moving
    who = mine.holder()
    states = {
        job.name: kind
        for job in jobs()
        if not (kind := job.state.kind).stopped or who.owns(job.owner)
    }
    order = list(_ICONS)
    names = sorted(
        (name for name, kind in states.items() if not kind.ended),
        key=lambda name: order.index(states[name]),  # those alike as they came
    )
    return {name: states[name] for name in names}


def _trainings(before: dict[str, Kind]) -> None:
    if _standing() != before:  # another came, or one has stopped or ended
        st.rerun()
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(plain(problem), icon=":material/error:")
    by_name = {job.name: job for job in jobs()}
    there = [by_name[name] for name in before if name in by_name]
    who = mine.holder()
    theirs = [job for job in there if not who.owns(job.owner)]
    if said := _of_others([job for job in theirs if not job.state.kind.stopped]):
        st.caption(said)
    for job in there:
        if who.owns(job.owner):
            with st.container(border=True):
                _training(job, job.state)


def _of_others(theirs: list[Job]) -> str:
    """That the place is taken, and for how long: all that is told of other visitors' trainings."""
    running = [job for job in theirs if job.state.kind is Kind.RUNNING]
    waiting = len(theirs) - len(running)
    said = []
    if running:
        left = _left(running[0].progress()) or ", for how long is not known yet"
        said.append(f"Somebody else’s training is under way{left}.")
    if waiting:
        said.append(f"{waiting} of others {'is' if waiting == 1 else 'are'} in line.")
    return " ".join(said)


def _training(job: Job, state: State) -> None:
    """One training: where it stands, its curves, and its buttons."""
    progress = job.progress()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{_ICONS[state.kind]} **{plain(called(job))}**", width="stretch")
        _buttons(job, state)
    if state.kind is Kind.RUNNING:
        doing = _ASKED.get(job.requested()) or _doing(progress)
        st.progress(min(1.0, progress.done), plain(doing))
    elif state.kind is Kind.WAITING:
        st.caption(f"In line. {in_line(place(job))}")
    else:
        done = f" {progress.done:.0%} is done and kept." if progress.done else ""
        st.caption(plain(f"{without_options(_why(state))}{done}"))
    if any(run.loss or run.accuracy for run in progress.runs.values()):
        for column, measure in zip(st.columns(2), MEASURES, strict=True):
            column.plotly_chart(
                curves(progress.runs.values(), measure),
                key=f"{measure}-{job.name}",
                config=PLAIN,
                alt=_in_words(progress, measure),
            )
        caption(
            "Accuracy on the rows to choose by (higher is better), and training loss, how little "
            "probability the right answers get (lower is better), all models on one scale. "
            "Runs on parts of the rows are left out. **When not to trust it:** a model is chosen "
            "by these rows, so its accuracy here is a little too good; the comparison at the end "
            "is on rows that none has seen."
        )


def _buttons(job: Job, state: State) -> None:
    if state.kind in (Kind.RUNNING, Kind.WAITING) and not state.here:
        _button("Pause", "pause", job, job.pause, disabled=bool(job.requested()))
    if state.kind.stopped:
        _button("Go on", "play_arrow", job, job.go_on)
    word = "Throw away" if state.kind.stopped else "Cancel"
    with st.popover(word, icon=":material/delete:"):
        st.caption("What was learnt so far is deleted, and so is the copy of the file.")
        _button("Yes, throw it away", "delete", job, job.cancel)


def _button(
    label: str, icon: str, job: Job, act: Callable[[], None], disabled: bool = False
) -> None:
    st.button(
        label,
        key=f"{act.__name__}-{job.name}",
        icon=f":material/{icon}:",
        disabled=disabled,
        on_click=_do,
        args=(job, act),
    )


def _do(job: Job, act: Callable[[], None]) -> None:
    if not mine.holder().owns(job.owner):  # gone since, and another has its name
        return
    try:
        act()
        start_next()
    except ZooError as error:
        st.session_state[_PROBLEM] = without_options(str(error))


def _doing(progress: Progress) -> str:
    """What a training does just now, and how long it will take."""
    current = next((run for run in progress.runs.values() if not run.ended), None)
    doing = _STAGES.get(progress.stage, "starting")
    if progress.stage == "training" and current:
        part = "all rows" if current.share == 1 else f"{current.share:.0%} of the rows"
        doing = f"{TITLES[current.model]} learns from {part}"
    return f"{progress.done:.0%}: {doing}{_left(progress)}"


def _left(progress: Progress) -> str:
    """How long it will take, if that is known, to end a sentence with."""
    if not progress.left:
        return ""
    since = max(0.0, time() - progress.at)
    return f", about {duration(max(1.0, progress.left - since))} left"


def _why(state: State) -> str:
    """Why a training has stopped."""
    if state.kind is Kind.PAUSED:
        return "Paused."
    if state.kind is Kind.INTERRUPTED:
        return (
            "Its process ended without a word, with the machine or for want of memory. Press "
            "“Go on”."
        )
    return state.message or "It failed. Press “Go on” to try again."


def _in_words(progress: Progress, measure: str) -> str:
    if measure == "loss":
        last = [
            f"{TITLES[run.model]} {run.loss[-1][1]:.2f}"
            for run in progress.runs.values()
            if run.share == 1 and run.loss
        ]
        return f"Training loss so far: {', '.join(last)}"
    best = [
        f"{TITLES[run.model]} {max(value for _, value in run.accuracy):.1%}"
        for run in progress.runs.values()
        if run.share == 1 and run.accuracy
    ]
    return f"Training so far; best on the rows to choose by: {', '.join(best) or 'none yet'}"
