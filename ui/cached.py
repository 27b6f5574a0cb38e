"""The library behind Streamlit's caches, keyed by model name. One copy serves all visitors."""

import gc
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from time import perf_counter

import streamlit as st

from model_zoo import registry
from model_zoo.errors import ZooError
from model_zoo.host import resident_bytes
from model_zoo.measure import added_memory
from model_zoo.predict import predict
from model_zoo.results import Course, Encoded, ModelCard
from model_zoo.tokens import encode


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, with what getting it there took: milliseconds and resident bytes."""

    model: registry.Model
    load_ms: float
    added_bytes: int


_loaded: dict[str, Loaded] = {}  # what is in the cache now, to look at without loading
_uses: Counter[str] = Counter()  # since the server's start
measuring = Lock()  # one latency measurement at a time on this server


@st.cache_resource(show_spinner=False)
def _load(name: str) -> Loaded:
    import torch

    # One thread a visitor: with more, a core that is busy elsewhere (another visitor, the browser
    # on the same machine) stalls every step, and a 1 ms LSTM is shown as taking 100 ms.
    torch.set_num_threads(1)
    before, started = resident_bytes(), perf_counter()
    model = registry.load(name)
    predict(model, ["warm-up"])  # a model's first call is many times slower than all others
    took = 1e3 * (perf_counter() - started)
    _loaded[name] = Loaded(model, took, resident_bytes() - before)
    return _loaded[name]


def model(name: str) -> registry.Model:
    """The loaded model, the same one for every session; an error is raised anew, never cached."""
    found = _load(name).model
    _uses[name] += 1
    return found


def loaded(name: str) -> Loaded | None:
    """The model's entry if it is in memory; loads nothing."""
    return _loaded.get(name)


def uses(name: str) -> int:
    """How often the model was asked for since the server's start."""
    return _uses[name]


def unload(name: str) -> None:
    """Drop the model from memory, for all visitors; it is loaded again when it is next used."""
    _load.clear(name)
    _loaded.pop(name, None)
    gc.collect()


def encoded(text: str) -> Encoded:
    """The text as all models read it; needs no model, only their tokenizer."""
    return encode(registry.shared_tokenizer(), [text])[0]


@st.cache_data(show_spinner=False)
def card(name: str) -> ModelCard:
    """What the model's files say of it; loads nothing."""
    return registry.card(name)


@st.cache_data(show_spinner=False, max_entries=200)
def courses(name: str, text: str) -> list[Course]:
    """How the model's answer to `text` forms."""
    from model_zoo.stepwise import stepwise

    return stepwise(model(name), text)


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
                found[name] = added_memory(name, kept_in=_cache_folder())
            except ZooError as error:
                found[name] = str(error)

    Thread(target=measure, name="memory", daemon=True).start()
    return found


def _cache_folder() -> Path | None:
    """The user's cache folder for this app, None where there is no home."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(base) / "quartet"
