"""The library behind Streamlit's caches, keyed by model name. One copy serves all visitors."""

import gc
import os
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, RLock, Thread, Timer
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from model_zoo import registry
from model_zoo.errors import ZooError
from model_zoo.footprint import added_memory
from model_zoo.host import free_bytes, give_back_memory, keep_memory_low, resident_bytes
from model_zoo.predict import predict
from model_zoo.results import (
    Attention,
    Attribution,
    Checked,
    Course,
    Encoded,
    Flip,
    Gates,
    Influence,
    ModelCard,
    Route,
    Sweep,
    Trust,
)
from model_zoo.sweep import REFERENCE
from model_zoo.sweep import read as read_sweep
from model_zoo.tokens import encode

if TYPE_CHECKING:  # importing it brings torch
    from model_zoo.attribute import About

Advance = Callable[[int], None]  # told of rows computed since
Begin = Callable[[], AbstractContextManager[Advance]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, with what getting it there took: milliseconds and resident bytes.

    `stamp` tells its weights file from a later one.
    """

    model: registry.Model
    load_ms: float
    added_bytes: int
    stamp: tuple[int, ...] | None


_loaded: dict[str, Loaded] = {}  # what is in the cache now, to look at without loading
_loading = {name: RLock() for name in registry.SPECS}
_uses: Counter[str] = Counter()  # since the server's start
_last_used: dict[str, float] = {}
_dropped: dict[str, str] = {}
_tidying: Timer | None = None
SPARE_BYTES = 60_000_000  # beside a model's weights: loading and using it takes that for a moment
TIDY_SECONDS = 5.0
# Not st.cache_data: that may not draw progress. The key holds all that a result depends on.
_explained: OrderedDict[tuple, Any] = OrderedDict()
_keeping = Lock()
KEPT_EXPLANATIONS = 500


def model(name: str) -> registry.Model:
    """The loaded model, the same one for every session; an error is raised anew, never kept.

    A model whose weights file is no longer the one that was loaded is loaded again, which fails
    where the file is gone or damaged. Where memory is short, the model that was not asked for the
    longest is dropped first; see `dropped`.
    """
    import torch

    # One thread a visitor: with more, a core that is busy elsewhere (another visitor, the browser
    # on the same machine) stalls every step, and a 1 ms LSTM is shown as taking 100 ms. Set every
    # time: matrix products heed what their own thread set, and each run of a page is a new thread.
    torch.set_num_threads(1)
    with _loading[registry.spec(name).name]:
        entry = _loaded.get(name)
        if entry and entry.stamp != _stamp(name):
            unload(name)
            entry = None
        if entry is None:
            _make_room(name)
            entry = _loaded[name] = _load(name)
            _dropped.pop(name, None)
    _uses[name] += 1
    _last_used[name] = monotonic()
    return entry.model


def _load(name: str) -> Loaded:
    before, started, stamp = resident_bytes(), perf_counter(), _stamp(name)
    model = registry.load(name)
    predict(model, ["warm-up"])  # a model's first call is many times slower than all others
    took = 1e3 * (perf_counter() - started)
    return Loaded(model, took, resident_bytes() - before, stamp)


def _stamp(name: str) -> tuple[int, ...] | None:
    """Changes when the model's weights file does; None where there is no file."""
    try:
        found = (registry.MODELS_DIR / name / registry.WEIGHTS).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _make_room(name: str) -> None:
    """Drop models until `name` fits into the memory that is left, or no other one is loaded."""
    while not _fits(name):
        others = [other for other in list(_loaded) if other != name]
        if not others:
            return
        least = min(others, key=lambda other: _last_used.get(other, 0.0))
        unload(least)
        _dropped[least] = name


def _fits(name: str) -> bool:
    """Whether the memory that is left has room for one more model."""
    try:
        return free_bytes() >= 4 * card(name).parameters + SPARE_BYTES
    except ZooError:  # loading will say what is wrong
        return True


def loaded(name: str) -> Loaded | None:
    """The model's entry if it is in memory; loads nothing."""
    return _loaded.get(name)


def uses(name: str) -> int:
    """How often the model was asked for since the server's start."""
    return _uses[name]


def dropped() -> dict[str, str]:
    """Models dropped for want of memory and not loaded since, each with what took its place."""
    return dict(_dropped)


def unload(name: str) -> None:
    """Drop the model from memory, for all visitors; it is loaded again when it is next used."""
    _loaded.pop(name, None)
    gc.collect()
    give_back_memory()


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Load the models in the background, once a server; a page meanwhile waits only for its own."""
    keep_memory_low()
    Thread(target=_load_what_fits, name="warm-up", daemon=True).start()


def _load_what_fits() -> None:
    """Load the models, but drop none for one that nobody has asked for yet."""
    for name in registry.SPECS:
        if _fits(name):
            with suppress(ZooError):  # it is said where the model is asked for
                model(name)
    give_back_memory()


def tidy() -> None:
    """Give back, a little later, what the work of this run leaves behind; one timer a server."""
    global _tidying
    if _tidying is None or not _tidying.is_alive():
        _tidying = Timer(TIDY_SECONDS, give_back_memory)
        _tidying.daemon = True
        _tidying.start()


def encoded(text: str) -> Encoded:
    """The text as all models read it; needs no model, only their tokenizer."""
    return encode(registry.shared_tokenizer(), [text])[0]


@st.cache_data(show_spinner=False)
def card(name: str) -> ModelCard:
    """What the model's files say of it; loads nothing."""
    return registry.card(name)


@st.cache_data(show_spinner=False)
def reference_sweep() -> Sweep:
    """The speed figures that come with the app; DataError where they are missing."""
    return read_sweep(REFERENCE)


@st.cache_data(show_spinner=False, max_entries=200)
def courses(name: str, text: str) -> list[Course]:
    """How the model's answer to `text` forms."""
    from model_zoo.stepwise import stepwise

    return stepwise(model(name), text)


@st.cache_resource(show_spinner=False, max_entries=2)  # up to 75 MB each; short texts take no time
def attention(name: str, text: str) -> Attention:
    """What the Transformer's heads attend to; shared as it is, without a copy for each visitor."""
    from model_zoo.attention import attention

    return attention(model(name), text)


@st.cache_data(show_spinner=False, max_entries=10)  # up to 8 MB each
def gates(name: str, text: str) -> list[Gates]:
    """What the gates of a recurrent model do, one record a direction."""
    from model_zoo.gates import gates

    return gates(model(name), text)


@st.cache_data(show_spinner=False, max_entries=40)
def influence(name: str, text: str, start: int) -> Influence:
    """What each position of `text` can see, from token `start` on."""
    from model_zoo.context import influence

    return influence(model(name), text, start)


@st.cache_data(show_spinner=False, max_entries=40)
def path(name: str, text: str) -> Route:
    """The way the tokens' representations take through the model."""
    from model_zoo.path import path

    return path(model(name), text)


def methods() -> "Mapping[str, About]":
    """The attribution methods there are, by name."""
    from model_zoo.attribute import METHODS

    return METHODS


def attribution(
    name: str, text: str, begin: Begin = lambda: nullcontext(_ignore), **how: Any
) -> Attribution:
    """What the words of `text` did for the model's answer; see `_kept` for `begin`."""

    def compute(advance: Advance) -> Attribution:
        from model_zoo.attribute import attribute

        waited = 0.0

        def told(rows: int) -> None:
            nonlocal waited
            started = perf_counter()
            advance(rows)  # draws, and may wait for others
            waited += perf_counter() - started

        found = attribute(model(name), text, advance=told, **how)
        return replace(found, seconds=found.seconds - waited)

    return _kept(("attribution", name, text, *sorted(how.items())), compute, begin)


def trust(name: str, text: str, begin: Begin = lambda: nullcontext(_ignore), **how: Any) -> Trust:
    """How far that attribution can be trusted."""

    def compute(advance: Advance) -> Trust:
        from model_zoo.faithfulness import trust

        found = attribution(name, text, begin, **how)
        return trust(model(name), found, advance=advance)

    return _kept(("trust", name, text, *sorted(how.items())), compute, begin)


def _kept(key: tuple, compute: Callable[[Advance], Any], begin: Begin) -> Any:
    """What is kept under `key` and the weights of the model it names; computed if there is nothing.

    If it has to be computed, that is done within `begin`, and what that gives is told of progress;
    both may raise to stop, and then nothing is kept.
    """
    key = (*key, registry.read_checksums(registry.MODELS_DIR).get(key[1]))
    with _keeping:
        if key in _explained:
            _explained.move_to_end(key)
            return _explained[key]
    with begin() as advance:
        found = compute(advance)
    with _keeping:
        _explained[key] = found
        while len(_explained) > KEPT_EXPLANATIONS:
            _explained.popitem(last=False)
    return found


def _ignore(rows: int) -> None:
    """For those who do not want to know of progress."""


def rolled_out(name: str, text: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The tokens of `text` and attention rollout over them (N, N), special tokens left out."""
    from model_zoo.attention import hide_special, rollout

    found = attention(name, text)
    return found.tokens[1:-1], hide_special(rollout(found.weights))


@st.cache_data(show_spinner=False, max_entries=40)
def spread(name: str, text: str, **how: Any) -> float | None:
    """How far a random method's scores vary with the seed."""
    from model_zoo.faithfulness import seed_spread

    found = attribution(name, text, **how)
    return seed_spread(model(name), found)


@st.cache_data(show_spinner=False, max_entries=40)
def flips(name: str, text: str, scores: tuple[float, ...]) -> tuple[Flip | None, Flip | None]:
    """The smallest removal and the exchange that turn the model's answer; where to look first."""
    from model_zoo.flip import by_exchange, by_removal

    loaded_model = model(name)
    return by_removal(loaded_model, text, scores), by_exchange(loaded_model, text, scores)


@st.cache_resource(show_spinner=False, max_entries=400)
def checked(name: str, check: str, weights: str) -> Checked:
    """How the model, with the weights of this sha256, does in one behaviour check."""
    from model_zoo.checks import CHECKS, ask

    return ask(model(name), CHECKS[check])


def rank_agreement(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation of two models' or methods' scores."""
    from model_zoo.faithfulness import rank_agreement

    return rank_agreement(one, other)


@st.cache_resource(show_spinner=False)
def memory() -> dict[str, int | str]:
    """Model name -> bytes it adds to a fresh process, or why that could not be measured.

    Measured once a host, in the background, one model after the other: a name that is not there
    yet is still being measured.
    """
    found: dict[str, int | str] = {}

    def measure() -> None:
        for name in registry.SPECS:
            try:
                found[name] = added_memory(name, kept_in=cache_folder())
            except ZooError as error:
                found[name] = str(error)

    Thread(target=measure, name="memory", daemon=True).start()
    return found


def cache_folder() -> Path | None:
    """The user's cache folder for this app, None where there is no home."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(base) / "quartet"
