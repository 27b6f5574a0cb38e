"""What to compute on the Attributions page, and computing it, with progress and a way to stop."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import CapabilityError, ZooError
from model_zoo.explain.records import DIFFERENCE, LABEL, Attribution, Trust
from model_zoo.models.network import Capability
from model_zoo.models.registry import having, spec, title
from model_zoo.models.sets import ModelSet
from ui.frame import state
from ui.frame.instead import instead
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.serve.results import Advance
from ui.show.attribution import WITHOUT_GRADIENTS
from ui.show.wording import listing, plain

BASELINES = {"pad": "[PAD], nothing", "mask": "[MASK]", "zero": "zero vector"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which words made one model's answer, and how far to trust that."""

    attribution: Attribution
    trust: Trust


def targets(of: ModelSet) -> dict[str, str]:
    """What can be explained of the set's models, as targets of `attribute`: how each is called."""
    difference = "difference to the runner-up"
    if len(of.labels) == 2:
        difference = f"{of.labels[1]} against {of.labels[0]}"
    own = "what each model says"
    by_label = {  # Streamlit tells entries of a menu by how they are called
        f"{LABEL}{label}": f"“{label}”" if label in (own, difference) else label
        for label in of.labels
    }
    return {"predicted": own, **by_label, DIFFERENCE: difference}


def controls() -> dict[str, str]:
    """What to compute, as chosen: the arguments method, target and baseline of `attribute`."""
    methods, of = cached.methods(), state.current_set()
    called = targets(of)
    with st.container(horizontal=True, vertical_alignment="bottom", key="how"):
        method = st.selectbox(
            "Method",
            list(methods),
            format_func=lambda name: methods[name].title,
            key="method",
            persist_state="session",
            width=260,
        )
        target = st.selectbox(
            "Explain the evidence for",
            list(called),
            format_func=lambda name: called[name],
            key=f"target-{of.name}",
            persist_state="session",
            width=260,
        )
        baseline = st.selectbox(
            "Compared with",
            list(BASELINES),
            format_func=lambda name: BASELINES[name],
            key="baseline",
            persist_state="session",
            width=180,
            help="What stands in a word’s place when it counts as absent: \\[PAD\\] is what fills "
            "up short texts, \\[MASK\\] hides a word, the zero vector is no word at all. Results "
            "depend on it: try another before you believe one.",
        )
    st.caption(plain(methods[method].description))
    return {"method": method, "target": target, "baseline": baseline}


def explain(text: str, arguments: Mapping[str, str]) -> dict[str, Explanation]:
    """The explanation of every chosen model, with progress; a click on Stop ends it early.

    `arguments` are those of `controls`. Models that fail say why and are left out, and so are those
    that do not know the label, or cannot be asked.
    """
    explanations: dict[str, Explanation] = {}
    names = state.view().models
    place = st.empty()
    request = (state.view().set, text, *arguments.values())
    able = _with_gradients(names, arguments["method"])
    progress = _Progress(place, request, len(able))
    for name in able:
        if st.session_state.get("stopped") == request:
            break
        if without := _lacks(name, arguments["target"]):
            st.caption(plain(without))
            continue
        try:
            begin = partial(progress.begin, name)
            explanations[name] = Explanation(
                cached.attribution(name, text, begin, **arguments),
                cached.trust(name, text, begin, **arguments),
            )
        except CapabilityError as error:
            st.caption(plain(str(error)))
        except ZooError as error:
            instead(name, error)
        progress.done += 1
    place.empty()
    if st.session_state.get("stopped") == request:
        left = [title(name) for name in able if name not in explanations]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(plain(f"Stopped before {listing(left)}.") if left else "Stopped.")
            st.button("Go on", on_click=st.session_state.pop, args=("stopped",))
    return explanations


def _with_gradients(names: Sequence[str], method: str) -> list[str]:
    """The models without those that only lack the gradients for it: what can explain them, too."""
    methods = cached.methods()
    differentiable = having(Capability.GRADIENTS, names)
    others = [name for name in having(Capability.EMBEDDINGS, names) if name not in differentiable]
    if not others or not methods[method].gradients:
        return list(names)
    compute = "computes" if len(others) == 1 else "compute"
    titles = listing([title(name) for name in others])
    st.info(
        plain(f"{titles} {compute} no gradients, which “{methods[method].title}” needs."),
        icon=":material/info:",
    )
    other = methods[WITHOUT_GRADIENTS].title.lower()
    st.button(f"Explain all by {other}", on_click=_choose, args=(WITHOUT_GRADIENTS,))
    return [name for name in names if name not in others]


def _choose(method: str) -> None:
    st.session_state["method"] = method


def _lacks(name: str, target: str) -> str:
    """Why the model cannot be explained for this target; empty if it can."""
    label = target.removeprefix(LABEL)
    if label == target or label in spec(name).labels:
        return ""
    return f"{title(name)} has labels of its own and cannot answer “{label}”: nothing to explain."


def spreads(
    text: str, arguments: Mapping[str, str], names: Iterable[str]
) -> dict[str, float | None]:
    """How far a random method's scores vary with the seed, for each model; see `seed_spread`."""
    begin = partial(my_turn, st.empty())
    return {name: cached.spread(name, text, begin, **arguments) for name in names}


class _Progress:
    """A line of progress with a Stop button, drawn once there is something to wait for.

    `request` is what is computed for how many `models`; `done` counts those that are through.
    """

    def __init__(self, place: DeltaGenerator, request: tuple[str, ...], models: int) -> None:
        self.place, self.request, self.models = place, request, models
        self.done = 0
        self.bar: DeltaGenerator | None = None

    @contextmanager
    def begin(self, name: str) -> Iterator[Advance]:
        """To be entered for work on `name`, in a turn for it; gives what to call with rows read."""
        if self.bar is None:
            with self.place.container(horizontal=True, vertical_alignment="center"):
                st.button("Stop", icon=":material/stop:", on_click=_stop, args=(self.request,))
                self.bar = st.empty()
        bar, read = self.bar, 0
        with my_turn(bar) as go_on:

            def advance(rows: int) -> None:
                nonlocal read
                read += rows
                go_on()
                text = f"Explaining {plain(title(name))}: {read:,} readings of the text"
                bar.progress(self.done / self.models, text)

            advance(0)
            yield advance


def _stop(request: tuple[str, ...]) -> None:
    st.session_state["stopped"] = request
