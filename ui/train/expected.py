"""What a training will take here, before it is started: time, memory, and what fits instead."""

import pandas as pd
import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.tuning.estimate import Estimate, command_line, estimate, offers
from model_zoo.tuning.line import start_next
from model_zoo.tuning.notes import file_notes
from model_zoo.tuning.settings import TITLES, TRANSFORMERS, TrainingSettings
from model_zoo.tuning.speed import TYPICAL, known_speed
from model_zoo.tuning.split import Inspection
from model_zoo.tuning.visitors import check_name_free, create
from ui.frame import mine
from ui.serve.reach import training_allowed
from ui.serve.warming import warming
from ui.show.wording import duration, listing, megabytes, plain, without_options
from ui.train.labelled import Labelled, columns_are_as_shown
from ui.train.plan import chosen, take_offer

_FAILED = "why the training was not started"
_MOST_LABELS = 12  # whose counts are shown before they are folded away
_LOOK_S = 1.0


def file_section(inspection: Inspection) -> None:
    """What is in the file: rows of each part, labels and how many rows each has."""
    st.markdown(
        f"**{inspection.train:,}** rows to learn from, **{inspection.validation:,}** to choose by, "
        f"**{inspection.test:,}** to compare on; **{len(inspection.counts)}** labels; "
        f"{inspection.tokens[0]:.0f} tokens a text on average."
    )
    notes = file_notes(inspection)
    if inspection.cut:
        notes.append(f"About {inspection.cut:.1%} of the texts are cut at 512 tokens.")
    if inspection.test < 100:
        notes.append(
            f"With {inspection.test} rows to compare on, only large differences will be told from "
            "chance. Label more rows, or hold out a larger share (“More choices”)."
        )
    for note in notes:
        st.caption(plain(note))
    counts = inspection.counts
    many = len(counts) > _MOST_LABELS
    with st.expander(f"Rows of each label ({len(counts)})", expanded=not many):
        st.dataframe(
            pd.DataFrame({"label": list(counts), "rows": list(counts.values())}),
            hide_index=True,
            column_config={
                "rows": st.column_config.ProgressColumn(
                    "rows", format="%d", min_value=0, max_value=max(counts.values())
                )
            },
            alt="Every label and how many rows have it",
        )


def start_section(file: Labelled, settings: TrainingSettings, inspection: Inspection) -> None:
    """The estimate, what fits where this does not, and the button that starts the training."""
    why = warming.begin()
    awaited = warming.is_under_way
    st.fragment(_estimate, run_every=_LOOK_S if awaited else None)(
        settings, inspection, why, awaited
    )
    expected = estimate(settings, inspection, known_speed() or TYPICAL)
    try:
        check_name_free(mine.holder(), settings)
    except ZooError as error:
        hint = " “More choices” below the models has a box for that."
        said = f"{without_options(str(error))}{hint * ('--overwrite' in str(error))}"
        st.warning(plain(said), icon=":material/folder:")
        taken = True
    else:
        taken = False
    if expected.too_large:
        _offers(settings, inspection, expected)
    st.button(
        "Start training",
        type="primary",
        icon=":material/model_training:",
        disabled=taken or bool(expected.too_large),
        on_click=_start,
        args=(file,),
    )
    if problem := st.session_state.pop(_FAILED, None):
        st.error(plain(problem), icon=":material/error:")
    with st.expander("The same on another machine"):
        st.caption("Install Quartet there, copy the file, and run:")
        st.code(command_line(settings), language="bash", wrap_lines=True)


def _estimate(settings: TrainingSettings, inspection: Inspection, why: str, awaited: bool) -> None:
    """What to expect; `why` says why nothing was measured here, unless that is `awaited`."""
    if awaited and not warming.is_under_way:
        st.rerun()
    speed = known_speed()
    expected = estimate(settings, inspection, speed or TYPICAL)
    left, right = st.columns(2)
    left.metric("Time", f"{duration(expected.low)} to {duration(expected.high)}", border=True)
    right.metric("Memory at most", megabytes(max(expected.memory_bytes.values())), border=True)
    each = listing(
        [f"{TITLES[name]} {duration(seconds)}" for name, seconds in expected.seconds.items()]
    )
    basis = (
        "By what this machine was measured to do."
        if speed
        else f"As two cores of a server do it; this machine has not been measured yet. {why}"
    )
    st.caption(
        plain(
            f"{basis} {each}, with the runs on parts of the rows for the learning curve, and "
            f"{duration(expected.other_seconds)} for the rest. "
            f"{megabytes(max(0, expected.free_bytes))} are free now. It may stop early, and takes "
            "longer while others use the machine."
        )
    )


def _offers(settings: TrainingSettings, inspection: Inspection, expected: Estimate) -> None:
    """What fits instead of what does not, each with a button that chooses it."""
    names = listing([TITLES[name] for name in expected.too_large])
    needed = max(expected.memory_bytes.values())
    st.warning(
        plain(
            f"Not enough memory here: {names} would take up to {megabytes(needed)}, and "
            f"{megabytes(max(0, expected.free_bytes))} are free."
        ),
        icon=":material/memory:",
    )
    fitting = offers(settings, inspection)
    if not fitting:
        st.caption("Nothing of this fits. Train on a machine with more memory, as below.")
    with st.container(horizontal=True):
        for offer in fitting:
            st.button(
                _called(offer, settings),
                key=f"offer-{'-'.join(offer.models)}-{offer.budget}-{offer.heads_only}",
                on_click=take_offer,
                args=(offer.ordered, offer.budget, offer.heads_only),
            )


def _called(offer: TrainingSettings, settings: TrainingSettings) -> str:
    """What is different about settings that are offered."""
    if not set(offer.models) & set(TRANSFORMERS):
        return f"{listing([TITLES[name] for name in offer.ordered])} only"
    if offer.heads_only and not settings.heads_only:
        return "Heads on frozen encoders"
    return f"Budget “{offer.budget}”"


def _start(file: Labelled) -> None:
    """Put the training in line as it is chosen by now, and start it if it is first."""
    if not columns_are_as_shown(file):
        st.session_state[_FAILED] = (
            "You chose other columns meanwhile. See what is in them, then start the training."
        )
        return
    if not training_allowed():  # asked for by a page that was drawn before
        return
    try:
        _, secret = create(mine.holder(), *chosen(file), file.content)
        mine.take(secret)
        start_next()
    except ZooError as error:
        st.session_state[_FAILED] = without_options(str(error))
