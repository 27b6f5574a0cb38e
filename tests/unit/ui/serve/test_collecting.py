"""What is set aside is not looked through, and what has become garbage is freed all the same."""

import gc
import weakref

import pytest

from model_zoo.models import loading
from tests import foreign
from ui.serve import collecting as module
from ui.serve.collecting import Collecting
from ui.serve.pool import Pool

pytestmark = pytest.mark.slow  # looks through all that the process holds, again and again


class Thing:
    """Part of a cycle, so that only the collector can free it."""

    def __init__(self):
        self.me = self


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No timer that an earlier test's pages have left looks through all meanwhile."""
    monkeypatch.setattr(Pool, "_give_back", lambda pool, quiet: None)
    with module.collecting._lock:  # one that has begun has ended
        pass


@pytest.fixture(autouse=True)
def set_aside_again():
    """Later tests are as quick as they were."""
    yield
    gc.freeze()


@pytest.fixture
def settled(monkeypatch):
    monkeypatch.setattr(module, "LONG_SECONDS", float("inf"))  # however busy this machine is
    collecting = Collecting()
    collecting.settle()
    return collecting


def test_once_settled_there_is_little_to_look_through(settled):
    aside = gc.get_freeze_count()
    assert aside > 100_000  # this process has imported torch and others
    gc.freeze()
    assert gc.get_freeze_count() - aside < aside / 50


def test_what_comes_later_is_freed_as_ever(settled):
    alive = weakref.ref(Thing())
    before = gc.get_freeze_count()
    settled.tidy(quiet=False)
    assert alive() is None
    assert gc.get_freeze_count() <= before  # and nothing more was set aside


def test_what_was_set_aside_is_freed_at_the_latest_when_it_settles(settled):
    thing = Thing()
    alive = weakref.ref(thing)
    settled.settle()
    del thing
    gc.collect()
    assert alive() is not None  # or there would be no need to settle
    settled.settle()
    assert alive() is None


@pytest.mark.parametrize(
    "quiet, seconds, looked",
    [(True, 59, False), (True, 61, True), (False, 61, False), (False, 601, True)],
)
def test_all_is_looked_through_between_visits_or_after_a_long_time(
    settled, monkeypatch, quiet, seconds, looked
):
    thing = Thing()
    alive = weakref.ref(thing)
    settled.settle()
    del thing
    now = module.monotonic()
    monkeypatch.setattr(module, "monotonic", lambda: now + seconds)
    settled.tidy(quiet=quiet)
    assert (alive() is None) is looked


@pytest.mark.parametrize("quiet", [True, False])
def test_later_imports_are_set_aside_too(settled, monkeypatch, quiet):
    monkeypatch.setattr(module, "LONG_SECONDS", 0.0)
    before = gc.get_freeze_count()
    kept = [[] for _ in range(50_000)]
    settled.tidy(quiet=quiet)
    assert gc.get_freeze_count() >= before + len(kept)


def test_an_unloaded_model_is_gone(tmp_path, monkeypatch):
    foreign.write_set(tmp_path / "six", "six", foreign.SIX)
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path))
    monkeypatch.setattr("ui.serve.pool.exporting.require", lambda name: None)

    def load_in_a_cycle(name, load=loading.load):
        model = load(name)
        cycle = [model.network]
        cycle.append(cycle)
        weakref.finalize(model.network, gone.append, name)
        held.append(cycle)
        return model

    gone, held = [], []
    monkeypatch.setattr(loading, "load", load_in_a_cycle)
    pool = Pool()
    pool.model("six/bilstm")
    Collecting().settle()
    held.clear()  # now only the collector finds the cycle, and it was set aside
    pool.unload("six/bilstm")
    assert gone == ["six/bilstm"]


def test_the_warm_up_sets_aside_what_it_has_loaded(monkeypatch):
    monkeypatch.setattr("ui.serve.pool.model_set", lambda: type("none", (), {"models": {}}))
    gc.unfreeze()
    Pool()._load_what_fits()
    assert gc.get_freeze_count() > 100_000
