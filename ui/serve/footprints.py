"""The memory that each model adds, measured once a host, in the background."""

import os
from pathlib import Path
from threading import Thread

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.measure.footprint import added_memory
from model_zoo.models.registry import SPECS
from ui.serve.cached import weights


def added() -> dict[str, int | str]:
    """Model name -> bytes it adds to a fresh process, or why that could not be measured.

    Measured once a host and set of weights, one model after the other: a name that is not there yet
    is still being measured.
    """
    return _added(tuple(map(weights, SPECS)))


@st.cache_resource(show_spinner=False, max_entries=1)
def _added(weights: tuple[str, ...]) -> dict[str, int | str]:
    added_bytes: dict[str, int | str] = {}

    def measure() -> None:
        for name in SPECS:
            try:
                added_bytes[name] = added_memory(name, kept_in=cache_folder())
            except ZooError as error:
                added_bytes[name] = str(error)

    Thread(target=measure, name="memory", daemon=True).start()
    return added_bytes


def cache_folder() -> Path | None:
    """The user's cache folder for this app, None where there is no home."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(base) / "quartet"
