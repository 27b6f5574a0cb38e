"""The library for all visitors: models loaded once, and results kept under their weights."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock, Thread, Timer
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from model_zoo.claims.evidence import Evidence, gather
from model_zoo.errors import ZooError
from model_zoo.explain.flip import Flip
from model_zoo.explain.records import Attribution, Trust
from model_zoo.host import free_bytes, give_back_memory, keep_memory_low, resident_bytes
from model_zoo.inside.attention import Attention
from model_zoo.inside.context import Influence
from model_zoo.inside.gates import Gates
from model_zoo.inside.path import Route
from model_zoo.inside.stepwise import Course
from model_zoo.measure.footprint import added_memory
from model_zoo.measure.sweep import REFERENCE, Sweep
from model_zoo.measure.sweep import read as read_sweep
from model_zoo.models import registry
from model_zoo.models.registry import ModelCard
from model_zoo.quality.checks import Checked
from model_zoo.reading.predict import predict
from model_zoo.text.tokens import Encoded, TextTokenizer
from ui.serve.results import Advance, Begin, Result, Results, at_once

if TYPE_CHECKING:  # importing it brings torch
    from model_zoo.explain.attribute import About


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

# The most that is kept of each kind. Attention maps take up to 75 MB each, gates up to 8 MB.
_results = Results(
    {
        "card": 100,
        "teacher": 100,
        "tokenizer": 1,
        "evidence": 1,
        "courses": 200,
        "attention": 2,
        "gates": 10,
        "influence": 40,
        "path": 40,
        "attribution": 250,
        "trust": 250,
        "spread": 40,
        "flips": 40,
        "check": 400,
    }
)


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
    return _shared_tokenizer().encode([text])[0]


def _shared_tokenizer() -> TextTokenizer:
    first = next(iter(registry.SPECS))
    return _kept("tokenizer", first, lambda _: registry.shared_tokenizer(registry.MODELS_DIR))


def weights(name: str) -> str:
    """The sha256 of the model's weights as they are meant to be now; empty where none is known."""
    return registry.read_checksums(registry.MODELS_DIR).get(name, "")


def _kept(
    kind: str,
    name: str,
    compute: Callable[[Advance], Result],
    *about: Hashable,
    begin: Begin = at_once,
) -> Result:
    """What is kept of the model with its present weights and of `about`; see `Results.get`."""
    return _results.get(kind, (name, weights(name), *about), compute, begin)


def card(name: str) -> ModelCard:
    """What the model's files say of it; loads nothing."""
    return _kept("card", name, lambda _: registry.card(name, registry.MODELS_DIR))


def teacher(name: str) -> str | None:
    """The model that this one was distilled from, if it was."""
    return _kept("teacher", name, lambda _: registry.teacher(name, registry.MODELS_DIR))


def evidence() -> Evidence:
    """What the files of all models say for the comparison table; loads nothing."""
    key = tuple(map(weights, registry.SPECS))
    return _results.get("evidence", key, lambda _: gather(registry.MODELS_DIR))


@st.cache_data(show_spinner=False)
def reference_sweep() -> Sweep:
    """The speed figures that come with the app; DataError where they are missing."""
    return read_sweep(REFERENCE)


def courses(name: str, text: str, begin: Begin = at_once) -> Sequence[Course]:
    """How the model's answer to `text` forms; for `begin`, here and below, see `Results.get`."""

    def compute(_: Advance) -> Sequence[Course]:
        from model_zoo.inside.stepwise import stepwise

        return tuple(stepwise(model(name), text))

    return _kept("courses", name, compute, text, begin=begin)


def attention(name: str, text: str, begin: Begin = at_once) -> Attention:
    """What the Transformer's heads attend to."""

    def compute(_: Advance) -> Attention:
        from model_zoo.inside.attention import attention

        return attention(model(name), text)

    return _kept("attention", name, compute, text, begin=begin)


def gates(name: str, text: str, begin: Begin = at_once) -> Sequence[Gates]:
    """What the gates of a recurrent model do, one record a direction."""

    def compute(_: Advance) -> Sequence[Gates]:
        from model_zoo.inside.gates import gates

        return tuple(gates(model(name), text))

    return _kept("gates", name, compute, text, begin=begin)


def influence(name: str, text: str, start: int, begin: Begin = at_once) -> Influence:
    """What each position of `text` can see, from token `start` on."""

    def compute(_: Advance) -> Influence:
        from model_zoo.inside.context import influence

        return influence(model(name), text, start)

    return _kept("influence", name, compute, text, start, begin=begin)


def path(name: str, text: str, begin: Begin = at_once) -> Route:
    """The way the tokens' representations take through the model."""

    def compute(_: Advance) -> Route:
        from model_zoo.inside.path import path

        return path(model(name), text)

    return _kept("path", name, compute, text, begin=begin)


def methods() -> "Mapping[str, About]":
    """The attribution methods there are, by name."""
    from model_zoo.explain.attribute import METHODS

    return METHODS


def attribution(name: str, text: str, begin: Begin = at_once, **how: Any) -> Attribution:
    """What the words of `text` did for the model's answer."""

    def compute(advance: Advance) -> Attribution:
        from model_zoo.explain.attribute import attribute

        waited = 0.0

        def told(rows: int) -> None:
            nonlocal waited
            started = perf_counter()
            advance(rows)  # draws, and may wait for others
            waited += perf_counter() - started

        found = attribute(model(name), text, advance=told, **how)
        return replace(found, seconds=found.seconds - waited)

    return _kept("attribution", name, compute, text, *sorted(how.items()), begin=begin)


def trust(name: str, text: str, begin: Begin = at_once, **how: Any) -> Trust:
    """How far that attribution can be trusted."""

    def compute(advance: Advance) -> Trust:
        from model_zoo.explain.faithfulness import trust

        found = attribution(name, text, begin, **how)
        return trust(model(name), found, advance=advance)

    return _kept("trust", name, compute, text, *sorted(how.items()), begin=begin)


def rolled_out(name: str, text: str, begin: Begin = at_once) -> tuple[tuple[str, ...], np.ndarray]:
    """The tokens of `text` and attention rollout over them (N, N), special tokens left out."""
    from model_zoo.inside.attention import hide_special, rollout

    found = attention(name, text, begin)
    return found.tokens[1:-1], hide_special(rollout(found.weights))


def spread(name: str, text: str, begin: Begin = at_once, **how: Any) -> float | None:
    """How far a random method's scores vary with the seed."""

    def compute(_: Advance) -> float | None:
        from model_zoo.explain.faithfulness import seed_spread

        return seed_spread(model(name), attribution(name, text, **how))

    return _kept("spread", name, compute, text, *sorted(how.items()), begin=begin)


def flips(
    name: str, text: str, scores: tuple[float, ...], begin: Begin = at_once
) -> tuple[Flip | None, Flip | None]:
    """The smallest removal and the exchange that turn the model's answer; where to look first."""

    def compute(_: Advance) -> tuple[Flip | None, Flip | None]:
        from model_zoo.explain.flip import by_exchange, by_removal

        asked = model(name)
        return by_removal(asked, text, scores), by_exchange(asked, text, scores)

    return _kept("flips", name, compute, text, scores, begin=begin)


def checked(name: str, check: str, begin: Begin = at_once) -> Checked:
    """How the model does in one behaviour check."""

    def compute(_: Advance) -> Checked:
        from model_zoo.quality.checks import CHECKS, ask

        return ask(model(name), CHECKS[check])

    return _kept("check", name, compute, check, begin=begin)


def rank_agreement(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation of two models' or methods' scores."""
    from model_zoo.explain.faithfulness import rank_agreement

    return rank_agreement(one, other)


def memory() -> dict[str, int | str]:
    """Model name -> bytes it adds to a fresh process, or why that could not be measured.

    Measured once a host and set of weights, in the background, one model after the other: a name
    that is not there yet is still being measured.
    """
    return _memory(tuple(map(weights, registry.SPECS)))


@st.cache_resource(show_spinner=False, max_entries=1)
def _memory(weights: tuple[str, ...]) -> dict[str, int | str]:
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
