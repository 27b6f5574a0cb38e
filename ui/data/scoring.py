"""Scoring the visitor's rows: with progress, and nothing finished is lost when it is stopped."""

from time import perf_counter

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.inference.score import Scored, score
from model_zoo.models.registry import MOST_MODELS, spec
from model_zoo.text.notices import notices_of_rows
from ui.data.beyond import beyond_section
from ui.data.dataset import Dataset, ScoringKey, rows_to_score
from ui.data.naming import titles
from ui.data.reuse import beside, known
from ui.frame import state
from ui.frame.engine_pills import engine_pills
from ui.frame.instead import ready
from ui.frame.model_pills import model_pills
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.show.wording import duration, listing, plain

BLOCK = 256  # rows that are finished, and kept, together
REDRAWN_S = 0.25


def score_rows(data: Dataset) -> Scored | None:
    """What the chosen models make of the rows, as far as they have been scored; None before that.

    Draws the choice of models, the button that starts, and progress with one that stops.
    """
    asked = _models()
    names = tuple(ready(asked))
    if not names:
        if not asked:
            st.info("Choose at least one model.", icon=":material/checklist:")
        return None
    beyond_section(data, asked, state.current_set())
    key = (data.text, names, tuple(map(cached.weights, names)))
    numbers = sum(len(spec(name).labels) for name in names)
    blocks = data.blocks(key, numbers)
    total, done = rows_to_score(data, numbers), sum(map(len, blocks))
    if total < len(data.frame):
        st.caption(
            f"**The first {total:,} of {len(data.frame):,} rows are scored**: these models give "
            f"{numbers:,} probabilities for each. Ask fewer models for more rows; the command line "
            "has no such limit."
        )
    if data.awaited and data.awaited[0] == data.text and data.awaited[1] & set(names):
        data.running = True
    place = st.empty()
    problem = ""
    if data.running and done < total:
        # the same shape as below: what is left of the run before would move when it goes
        with place.container(horizontal=True, vertical_alignment="center"):
            try:
                _run(data, key, blocks, total)
            except ZooError as error:
                problem = str(error)
        place.empty()
        data.running = False
        done = sum(map(len, blocks))
    missing = frozenset(asked) - frozenset(names)
    data.awaited = (data.text, missing) if missing and done == total else None
    if done < total:
        with place.container(horizontal=True, vertical_alignment="center"):
            whole_file = "all" if total == len(data.frame) else "the first"
            left = f"the remaining {total - done:,}" if done else f"{whole_file} {total:,}"
            st.button(
                f"Score {left} rows", type="primary", icon=":material/play_arrow:",
                on_click=_set_running, args=(data, True),
            )  # fmt: skip
            if done:
                st.info(f"Stopped: what follows is from the first {done:,} rows.")
    if problem:
        st.error(plain(problem), icon=":material/error:")
    scored = data.so_far(key)
    if scored and (said := notices_of_rows((scored.unknown > 0).sum(), (scored.dropped > 0).sum())):
        st.caption(plain(" ".join(said)))
    return scored


def _models() -> tuple[str, ...]:
    """The models the visitor wants to ask, here as on Compare."""
    lineup = state.lineup()
    model_pills(
        "Models to ask",
        "asked",
        titles(list(lineup)),
        help="The Transformers take nearly all of the time: for a first look at many rows, leave "
        f"them out. At most {MOST_MODELS} at once.",
    )
    engine_pills("asked-on")
    return tuple(name for name in lineup if name in state.view().models)


def _set_running(data: Dataset, running: bool) -> None:
    data.running = running


def _run(data: Dataset, key: ScoringKey, blocks: list[Scored], total: int) -> None:
    """Add block after block to `blocks`. A click anywhere ends it here; so does a ZooError.

    Models that scored a block before, beside others, do not read it again. Whatever was clicked,
    the page runs again, and goes on from here unless it was Stop.
    """
    st.button("Stop", icon=":material/stop:", on_click=_set_running, args=(data, False))
    bar = st.empty()
    first = done = sum(map(len, blocks))
    names, asked = key[1], len(key[1])  # models that read a block
    with my_turn(bar) as go_on:
        bar.progress(done / total, f"Loading {plain(listing(list(titles(names).values())))}…")
        models = {name: pool.model(name) for name in names}
        texts = data.texts
        started = drawn = perf_counter()
        read = 0  # rows times models since this run began

        def advance(_: str, rows: int) -> None:
            nonlocal read, drawn
            go_on()
            read += rows
            if (now := perf_counter()) - drawn >= REDRAWN_S:
                drawn = now
                rate = read / asked / (now - started)
                share = (first + read / asked) / total
                left = duration((1 - share) * total / rate)
                speed = f"{rate:,.0f} rows a second"
                bar.progress(
                    min(1.0, share), f"{share:.0%} of {total:,} rows · {speed} · {left} left"
                )

        while done < total:
            part = texts[done : min(done + BLOCK, total)]
            before = known(data.scored, key, len(blocks), len(part))
            new = [models[name] for name in names if not before or name not in before.models]
            asked = max(1, len(new))
            if before is None:
                blocks.append(score(new, part, advance=advance))
            elif new:
                blocks.append(beside(before, score(new, part, advance=advance), names))
            else:
                blocks.append(before)
            done += len(part)
