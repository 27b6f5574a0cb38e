"""The app under Streamlit's AppTest: the real script and models, no browser."""

from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from ui.serve import unforeseen


def pytest_collection_modifyitems(items):
    """A page takes from a tenth of a second to several: too long for `make test-fast`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="session")
def components_looked_for_once():
    """An AppTest looks through all installed packages for parts of pages, which takes longer than
    most pages do: once will do."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True)
def few_runs(monkeypatch):
    """Three calls instead of twenty for each latency, and no pause: nobody looks at the page."""
    from ui.compare import answers, gauges

    monkeypatch.setattr(gauges, "RUNS", 3)
    monkeypatch.setattr(answers, "PAINT_SECONDS", 0)


@pytest.fixture(autouse=True)
def all_foreseen(caplog):
    """An error that nobody raised on purpose is said on the page, but ends the test of it."""
    yield
    found = [record for record in caplog.get_records("call") if record.name == unforeseen.__name__]
    assert not found, found[0].exc_text


@pytest.fixture(autouse=True)
def no_background(monkeypatch):
    """No loading in the background: a test says itself which models are in memory."""
    from ui.serve.pool import pool

    monkeypatch.setattr(pool, "warm_up", lambda: None)


@pytest.fixture(autouse=True)
def exported_at_once(monkeypatch):
    """Models are exported where they are loaded, and waited for; test_exporting waits for none."""
    from ui.serve.exporting import exporting

    monkeypatch.setattr(exporting, "require", lambda model: None)


@pytest.fixture(autouse=True)
def unexplained(request, monkeypatch):
    """No attributions below the gauges, but for tests marked `explained`: they take seconds."""
    if not request.node.get_closest_marker("explained"):
        from ui.compare import explained

        monkeypatch.setattr(explained, "explained", lambda *_: None)


@pytest.fixture(scope="session")
def zoo_folder(tmp_path_factory):
    """Sets of other labels, and models of one's own; `zoo.enter` has the app find them."""
    from tests.app import zoo

    return zoo.write_zoo(tmp_path_factory.mktemp("zoo"))


@pytest.fixture(autouse=True)
def memory(monkeypatch):
    """Figures in place of those measured in fresh processes; tests/unit measures for real."""
    from ui.serve import footprints

    figures = {
        name: 20_000_000 * i for i, name in enumerate(("lstm", "bilstm", "bert", "distilbert"), 1)
    }

    def added(models):
        return {name: figures.get(name, 20_000_000) for name in models}

    monkeypatch.setattr(footprints, "added", added)
    return figures
