"""The models in memory: loaded once, shared by all visitors, dropped where memory is short."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock, RLock, Thread, Timer, get_ident
from time import monotonic, perf_counter, sleep
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from model_zoo.errors import ZooError
from model_zoo.host import (
    free_bytes,
    give_back_memory,
    keep_memory_low,
    resident_bytes,
    use_threads,
)
from model_zoo.inference.predict import predict
from model_zoo.models import loading
from model_zoo.models.files import stamp
from model_zoo.models.network import ModelId
from model_zoo.models.registry import spec, title
from model_zoo.models.sets import model_set
from ui.serve.collecting import collecting
from ui.serve.exporting import exporting
from ui.serve.on_demand import KINDS, key, kind_of
from ui.serve.turns import work

SPARE_BYTES = 60_000_000  # beside a model's weights: loading and using it takes that for a moment
TIDY_SECONDS = 5.0
QUIET_SECONDS = 4.0  # less than that: a timer fires when nothing was asked since it was set
IDLE_SECONDS = 60.0
PATIENCE_SECONDS = 5.0  # with others' work, before a model is loaded into what is left

if TYPE_CHECKING:
    from ui.serve.on_demand import Asked


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, with what getting it there took: milliseconds and resident bytes.

    `stamp` tells its weights files from later ones.
    """

    model: "loading.Model | Asked"
    load_ms: float
    added_bytes: int
    stamp: str


class Pool:
    """Loaded models by identity, with a lock for each. Knows nothing of Streamlit."""

    def __init__(self) -> None:
        self._loaded: dict[str, Loaded] = {}
        self._locks: dict[str, RLock] = {}
        self._uses: Counter[str] = Counter()
        self._last_used: dict[str, float] = {}
        self._dropped: dict[str, str] = {}
        self._leaving: WeakSet[Any] = WeakSet()  # networks of dropped models, while in use
        self._loading = Lock()
        self._asking: set[int] = set()  # threads that wait for a model
        self._warming = Lock()
        self._tidying = Lock()
        self._untidy = Event()
        self._last_seen = 0.0  # when a page was begun or ended, or a model was asked for

    def model(self, name: str) -> loading.Model:
        """The model, the same one for every visitor; an error is raised anew, never kept.

        A model whose weights file is no longer the one that was loaded is loaded again, which fails
        where the file is gone or damaged. Where memory is short, the model that was not asked for
        the longest is dropped first; see `dropped`. Raises UnknownModelError, WeightsError and
        RoomError, and AwaitedError at once where the model has to be exported first.
        """
        # One thread a visitor: with more, a core that is busy elsewhere (another visitor, the
        # browser on the same machine) stalls every step, and a 1 ms LSTM is shown as taking 100 ms.
        # Set every time: torch's products heed what their own thread set, and each run of a page
        # is a new thread.
        use_threads(1)
        model = self._kept(name, spec(name).id, lambda: stamp(name), lambda: _classifier(name))
        assert isinstance(model, loading.Model)
        return model

    def on_demand(self, kind: str, name: str) -> Any:
        """The model `name` of an `on_demand.KINDS`; in all else as `model`."""
        use_threads(1)
        identity = key(kind, name)
        of = KINDS[kind]
        return self._kept(identity, identity, lambda: of.stamp(name), lambda: of.load(name))

    def _kept(
        self,
        name: str,
        lock: str,
        stamped: Callable[[], str],
        load: Callable[[], "loading.Model | Asked"],
    ) -> "loading.Model | Asked":
        """The model in memory under `name`, loaded if it is not there as its files are now."""
        with self._asks(), self._locks.setdefault(lock, RLock()):
            entry = self._loaded.get(name)
            if entry and entry.stamp != stamped():
                self.unload(name)
                entry = None
            if entry is None:
                if not kind_of(name):
                    exporting.require(name)
                with self._loading:  # two at once would both take the room that there is for one
                    self._make_room(name)
                    entry = self._loaded[name] = _timed(load, stamped())
                self._dropped.pop(name, None)
        self._uses[name] += 1
        self._last_seen = self._last_used[name] = monotonic()
        return entry.model

    @contextmanager
    def _asks(self) -> Iterator[None]:
        """This thread waits for a model in this block."""
        self._asking.add(get_ident())
        try:
            yield
        finally:
            self._asking.discard(get_ident())

    def loaded(self, name: str) -> Loaded | None:
        """The model's entry if it is in memory; loads nothing."""
        return self._loaded.get(name)

    def uses(self, name: str) -> int:
        """How often the model was asked for since the server's start."""
        return self._uses[name]

    def dropped(self) -> dict[str, str]:
        """Models dropped for want of memory and not loaded since, each with what took its place."""
        return dict(self._dropped)

    def unload(self, *names: str) -> None:
        """Drop these models, for all visitors; each is loaded again when it is next used."""
        for name in names:
            if entry := self._loaded.pop(name, None):
                self._leaving.add(entry.model.network)
        collecting.settle()
        give_back_memory()

    def warm_up(self) -> None:
        """Load the models in the background, once; a page meanwhile waits only for its own."""
        self._last_seen = monotonic()
        if self._warming.acquire(blocking=False):
            keep_memory_low()
            Thread(target=self._load_what_fits, name="warm-up", daemon=True).start()

    def tidy(self) -> None:
        """Give back, a little later, what work leaves behind; one timer at a time."""
        self._last_seen = monotonic()
        self._tidy_later()

    def _tidy_later(self) -> None:
        self._untidy.set()
        if self._tidying.acquire(blocking=False):
            timer = Timer(TIDY_SECONDS, self._tidy)
            timer.daemon = True
            timer.start()

    def _tidy(self) -> None:
        self._untidy.clear()
        quiet = self._is_quiet()
        try:
            self._give_back(quiet)
        finally:
            self._tidying.release()
        if not quiet or self._untidy.is_set():  # what was asked meanwhile came too late this time
            self._tidy_later()

    def _is_quiet(self) -> bool:
        """Whether nobody is being served, and was not in the last seconds."""
        return not work.running() and monotonic() - self._last_seen > QUIET_SECONDS

    def _give_back(self, quiet: bool) -> None:
        """Where little is left, models that torch has loaded are not kept for two engines.

        The largest first: they cost the most, and a host with so little has few visitors. Models
        that are loaded on demand are dropped: few pages ask for them.
        """
        collecting.tidy(quiet=quiet or free_bytes() < SPARE_BYTES)
        give_back_memory()
        largest_first = sorted(self._loaded.items(), key=lambda item: -item[1].added_bytes)
        for name, entry in largest_first:
            if free_bytes() >= SPARE_BYTES:
                return
            if kind_of(name):
                self._drop_idle(name)
            elif entry.model.network.release():
                collecting.settle()
                give_back_memory()

    def _drop_idle(self, name: str) -> None:
        """Drop a model that was not asked for of late."""
        if monotonic() - self._last_used.get(name, 0.0) > IDLE_SECONDS:
            self.unload(name)

    def _load_what_fits(self) -> None:
        """Load the models, but drop none for one that nobody has asked for yet."""
        for name in model_set().models:
            if _fits(name):
                with suppress(Exception):  # the page says so where the model is asked for
                    self.model(name)
        collecting.settle()
        give_back_memory()

    def _make_room(self, name: str) -> None:
        """Drop models until `name` fits into the memory that is left, or no other one is loaded.

        None for one that would not fit even then.
        """
        if not kind_of(name) and ModelId(name).is_own:
            loaded = sum(entry.added_bytes for entry in list(self._loaded.values()))
            if not _fits(name, loaded):
                return  # loading it says so
        while not _fits(name):
            others = [other for other in list(self._loaded) if other != name]
            if not others:
                self._await_room(name)
                return
            least = min(others, key=lambda other: self._last_used.get(other, 0.0))
            self.unload(least)
            self._dropped[least] = name

    def _await_room(self, name: str) -> None:
        """Wait for others that are at work with a dropped model: it is in memory until they end."""
        ends = monotonic() + PATIENCE_SECONDS
        while not _fits(name) and self._is_held() and monotonic() < ends:
            sleep(0.05)
            give_back_memory()

    def _is_held(self) -> bool:
        """Whether a dropped model is in use, by somebody who does not ask for one in turn."""
        return bool(self._leaving) and work.running() > len(self._asking)


def _classifier(name: str) -> loading.Model:
    model = loading.load(name)
    predict(model, ["warm-up"])  # a model's first call is many times slower than all others
    return model


def _timed(load: Callable[[], "loading.Model | Asked"], taken: str) -> Loaded:
    before, started = resident_bytes(), perf_counter()
    model = load()
    load_ms = 1e3 * (perf_counter() - started)
    return Loaded(model, load_ms, resident_bytes() - before, taken)


def called(name: str) -> str:
    """What people read for a model that is in memory, or was."""
    if asked := kind_of(name):
        kind, own = asked
        return kind.called(own)
    return title(name)


def _fits(name: str, more_bytes: int = 0) -> bool:
    """Whether the memory that is left, and so many bytes more, have room for one more model."""
    try:
        if asked := kind_of(name):
            kind, own = asked
            needed = kind.needed_bytes(own)
        else:
            needed = loading.needed_bytes(name)
    except ZooError:  # loading will say what is wrong
        return True
    return free_bytes() + more_bytes >= needed + SPARE_BYTES


pool = Pool()  # one for the server
