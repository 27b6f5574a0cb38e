"""Which model to deploy on which engine, by what the visitor needs and this machine measures."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.deploy.advise import Advice, Needs, advise
from model_zoo.deploy.answers import MOST_ROWS
from model_zoo.deploy.options import Option, Survey, as_csv, front
from model_zoo.deploy.package import check_packable, check_room, file_name, write_package
from model_zoo.deploy.survey import BATCHES, TOKENS, usual_threads
from model_zoo.deploy.wording import accuracy_about, called, sentences
from model_zoo.errors import ZooError
from model_zoo.models.engines import DEPLOYABLE, TORCH, engine
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from model_zoo.models.sets import ModelSet
from ui.frame.captions import caption, how_to_read
from ui.frame.own_rows import own_rows
from ui.show.theme import PLAIN
from ui.show.wording import counted, interval, listing, megabytes, plain
from ui.speed.option_figures import SHAPES, trade_off
from ui.speed.surveys import OwnSurvey, failure, own_survey, request, requested


def adviser_section(of: ModelSet) -> DeltaGenerator:
    """Needs, the button, and what was measured with one recommendation.

    Returns the place for the measurement's progress.
    """
    st.header("What to deploy")
    st.markdown(
        "Every model on every engine, the program that computes it "
        f"({listing([engine(name).title for name in DEPLOYABLE])}), on "
        f"{listing([str(count) for count in usual_threads()])} threads and with "
        f"{listing([str(size) for size in BATCHES])} texts a call, each in a fresh process on this "
        "machine: times, and the most memory it takes by itself."
    )
    st.caption(plain(_about_rows(of)))
    needs = _needs()
    own = own_survey(of)
    again = bool(own and own.finished)
    st.button(
        "Measure the options again" if again else "Measure the options",
        icon=":material/speed:",
        on_click=request,
        args=(again,),
        help="Takes minutes, and seconds where this host has measured them before. Visitors take "
        "turns.",
    )
    place = st.empty()
    if not requested():
        if problem := failure():
            place.error(plain(problem), icon=":material/error:")
        elif own and not own.finished:
            place.warning(
                "This ended early: what was measured is kept. Press the button again to go on from "
                "there.",
                icon=":material/timer_off:",
            )
    if own and (own.survey.options or own.survey.left_out):
        _result(own, needs)
    return place


def _about_rows(of: ModelSet) -> str:
    """Which rows accuracy will be measured on, and how long the text is that is timed."""
    data = own_rows()
    if data is None or data.meant != of.labels:
        return (
            f"Timed on a text of {TOKENS} tokens. Accuracy: that of the models’ own validation "
            "rows, and none for engines that answer otherwise than torch. Open a file of your own "
            "on Your data to have both of your texts."
        )
    rows = len(data.texts)
    up_to = f"{MOST_ROWS:,} of its {rows:,} rows" if rows > MOST_ROWS else f"its {rows:,} rows"
    what = (
        f"agreement with torch is measured on {up_to}. They have no labels, so accuracy is that of "
        "the models’ own validation rows."
        if data.labels is None
        else f"accuracy is measured on {up_to}, where they have labels."
    )
    return f"Timed on a text as long as the median of {data.name}; {what}"


_FIELDS = (  # key, label, what it starts with, step, format, help
    (
        "latency", "p95, ms, at most", 10.0, 1.0, "%.1f",
        "95 of 100 calls with one text take no longer. Empty: any.",
    ),
    (
        "memory", "Memory, MB, at most", 300.0, 50.0, "%.0f",
        "The most that is resident of a process that only serves the model. Empty: any.",
    ),
    (
        "loss", "Accuracy loss, points, at most", 1.0, 0.5, "%.1f",
        "Percentage points below the most accurate option. Empty: any.",
    ),
)  # fmt: skip


def _needs() -> Needs:
    """What the visitor needs; an emptied field does not matter."""
    given = []
    with st.container(horizontal=True, key="needs"):
        for name, label, start, step, form, about in _FIELDS:
            key = f"need-{name}"
            st.session_state.setdefault(key, start)  # given as `value`, it could not be emptied
            given.append(
                st.number_input(
                    label,
                    min_value=0.0,
                    value=None,
                    step=step,
                    format=form,
                    key=key,
                    persist_state="session",
                    placeholder="any",
                    width=200,
                    help=about,
                )
            )
    latency, memory, loss = given
    return Needs(latency, memory, None if loss is None else loss / 100)


def _result(own: OwnSurvey, needs: Needs) -> None:
    survey = own.survey
    advice = advise(survey, needs)
    first, *more = sentences(survey, advice)
    draw = st.success if advice.recommended else st.warning
    draw(
        "\n\n".join([f"**{plain(first)}**", *map(plain, more)]),
        icon=":material/recommend:" if advice.recommended else ":material/block:",
    )
    for model, reason in survey.left_out.items():
        st.caption(plain(f"{title(model)} is left out: {reason}"))
    if not survey.options:
        return
    _figure(survey, advice)
    st.dataframe(
        pd.DataFrame([_row(option, survey, advice) for option in survey.options]),
        hide_index=True,
        key="options",
        alt="Every option with its figures, a row each",
    )
    when, on = datetime.fromisoformat(survey.taken), survey.host
    rows = f" Rows: {own.rows}." if own.rows else ""
    taken = f"{when:%d %B %Y, %H:%M}".lstrip("0")
    caption(
        plain(
            "As torch: share of answers that are the same as torch’s. p against torch: how likely "
            "so large a difference in right answers is by chance alone (McNemar’s test, "
            "adjusted for all models put beside that one, after Holm). "
            f"{accuracy_about(survey)}{rows} Put together {taken}, {on.processor}, "
            f"{counted(on.cores, 'core')}; what this host had measured before was used again."
        )
    )
    _downloads(survey, advice)


def _figure(survey: Survey, advice: Advice) -> None:
    """The options whose accuracy is known, and which of them none beats."""
    unbeaten = front(survey.single)
    known = [option for option in survey.single if option.accuracy is not None]
    if not known:
        st.info(
            "No option’s accuracy is known, so none can be drawn. Open a file with labels on Your "
            "data.",
            icon=":material/info:",
        )
        return
    points = [
        f"{called(option)}: {option.accuracy:.1%} at {option.p95_ms:.1f} ms and "
        f"{megabytes(option.memory_bytes)}."
        for option in unbeaten
    ]
    st.plotly_chart(
        trade_off(
            known, unbeaten, advice.option if advice.recommended else None, advice.needs.latency_ms
        ),
        key="options-figure",
        config=PLAIN,
        alt=f"Accuracy against p95 of one text, log axis. Beaten by none: {' '.join(points)}",
    )
    shapes = listing([f"{SHAPES[name]} {engine(name).title}" for name in DEPLOYABLE])
    how_to_read(
        f"One text a call. Up and to the left is better. Shapes: {shapes}; the larger, the more "
        "memory. Filled marks are beaten by no other in time, memory and accuracy together; the "
        "ring is the recommendation, the dotted line the time you allow.",
        "where a difference of accuracy may be chance, so may be which marks are filled. Work of "
        "other visitors beside the measurement makes times longer, above all on more than one "
        "thread.",
    )


def _row(option: Option, survey: Survey, advice: Advice) -> dict[str, str | int | float | None]:
    identity = ModelId(option.model)
    torch = identity.on(TORCH)
    test = survey.compare(identity, torch) if identity != torch else None
    return {
        "pick": "★" if option == advice.option and advice.recommended else "",
        "model": title(option.model),
        "threads": option.threads,
        "texts a call": option.batch,
        "p95, ms": round(option.p95_ms, 2),
        "median, ms": round(option.median_ms, 2),
        "texts a second": round(option.texts_per_second, 1),
        "memory, MB": round(option.memory_bytes / 1e6),
        "disk, MB": round(option.disk_bytes / 1e6, 1),
        "accuracy (95 %)": interval(option.accuracy, option.ci95),
        "as torch": "–" if option.agreement is None else f"{option.agreement:.1%}",
        "p against torch": "–" if test is None else f"{test.adjusted:.2g}",
        "calls": option.runs,
    }


def _downloads(survey: Survey, advice: Advice) -> None:
    """The recommended option as a zip, or why there is none, and all figures."""
    problem = ""
    with st.container(horizontal=True, key="adviser-downloads"):
        try:
            option = check_packable(advice)
            check_room(option)
            st.download_button(
                f"Take {plain(title(option.model))} along (zip, {megabytes(option.disk_bytes)})",
                _zip(survey, advice),
                file_name(option),
                "application/zip",
                icon=":material/deployed_code:",
                on_click="ignore",
                help="The network, its tokenizer and labels, a small server that needs no torch, "
                "its requirements, and these figures."
                if ModelId(option.model).engine != TORCH
                else "The weights, tokenizer and labels, a small server, its requirements, and "
                "these figures.",
            )
        except ZooError as error:
            problem = str(error)
        st.download_button(
            "Figures of all options (CSV)",
            as_csv(survey),
            f"quartet-options-{survey.taken[:10]}.csv",
            "text/csv",
            on_click="ignore",
        )
    if problem:
        st.caption(plain(problem))


def _zip(survey: Survey, advice: Advice) -> Callable[[], bytes]:
    """What makes the zip, once it is wanted."""

    def write() -> bytes:
        stream = BytesIO()
        write_package(survey, advice, stream)
        return stream.getvalue()

    return write
