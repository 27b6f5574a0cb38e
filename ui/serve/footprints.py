"""The memory that each model adds, measured once a host, in the background."""

from collections.abc import Iterable
from pathlib import Path
from threading import Lock, Thread

from model_zoo.errors import ZooError
from model_zoo.measure.footprint import added_memory
from model_zoo.models.files import fingerprint
from model_zoo.models.registry import spec
from model_zoo.models.spec import ModelSpec
from model_zoo.paths import user_cache
from ui.serve.unforeseen import in_words

MOST_KEPT = 1_000
_Key = tuple[Path, str, str]  # a model's folder, its weights, its engine


class Footprints:
    """What was measured, and a thread that measures what is yet to be. Knows nothing of Streamlit.

    A figure belongs to a folder with the weights that are in it and an engine, not to an identity:
    by whose labels a model is read costs nothing.
    """

    def __init__(self) -> None:
        self._known: dict[_Key, int | str] = {}
        self._awaited: dict[_Key, ModelSpec] = {}
        self._lock = Lock()
        self._at_work = False

    def added(self, models: Iterable[str]) -> dict[str, int | str]:
        """Model -> bytes it adds to a fresh process, or why that could not be measured.

        Measured once, one model after the other: what is not there yet is still to come.
        """
        figures: dict[str, int | str] = {}
        for model in models:
            try:
                row = spec(model)
            except ZooError as error:
                figures[model] = str(error)
                continue
            key = row.folder, fingerprint(row), row.id.engine
            with self._lock:
                if key in self._known:
                    figures[model] = self._known[key]
                else:
                    self._awaited.setdefault(key, row)
        self._go_on()
        return figures

    def _go_on(self) -> None:
        with self._lock:
            if self._awaited and not self._at_work:
                self._at_work = True
                Thread(target=self._measure, name="memory", daemon=True).start()

    def _measure(self) -> None:
        while True:
            with self._lock:
                if not self._awaited:
                    self._at_work = False
                    return
                key, row = next(iter(self._awaited.items()))
            figure: int | str
            try:
                figure = added_memory(row, kept_in=user_cache())
            except Exception as error:  # whatever it is, those that wait are told
                figure = in_words(error)
            with self._lock:
                del self._awaited[key]
                self._known[key] = figure
                while len(self._known) > MOST_KEPT:
                    del self._known[next(iter(self._known))]


_footprints = Footprints()


def added(models: Iterable[str]) -> dict[str, int | str]:
    """As `Footprints.added`, for all visitors of this server."""
    return _footprints.added(models)
