"""Fixtures of the browser tests: one server and one browser for all, a new visitor for each."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from model_zoo.measure import footprint
from model_zoo.models.sets import model_set
from tests.browser.chromium import executable, started

PATIENCE = 300_000  # milliseconds: the first answer waits for four exports, on a busy machine
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@contextmanager
def guarded(folder, caches):
    """An environment for the app: no home, and an attempt to reach another machine is a failure."""
    calls = folder / "calls"
    guard = Path(__file__).parent / "guard"
    yield {
        "HOME": "/nowhere",
        "PYTHONPATH": str(guard),
        "QUARTET_CALLS": str(calls),
        "XDG_CACHE_HOME": str(caches),
    }
    assert not calls.exists(), calls.read_text()


def measured(caches, *models):
    """Write down each model's memory, as a server did that ran on this machine before.

    Measuring it takes a process a model, whose time the pages under test would want for.
    """
    made_up = footprint._Figure(100_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(footprint, "_in_fresh_process", lambda *_: iter([made_up]))
        for name in models:
            footprint.added_memory(name, kept_in=caches / "quartet")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Address of a freshly started app."""
    folder = tmp_path_factory.mktemp("server")
    measured(folder, *model_set().models)
    with guarded(folder, folder) as env, started(env=env) as running:
        yield running.address


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(args=["--no-sandbox"], executable_path=executable())
        yield started
        started.close()


class Tab:
    """A tab that one visitor after the other uses.

    What the browser has compiled of the app's scripts stays in it, which is half of the time that
    a page takes; nothing that a visitor leaves behind does.
    """

    def __init__(self, browser):
        self.troubles: list[str] = []
        self.server = ""
        self._context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", self._asks)

    def _asked(self, url):
        if not url.startswith((self.server, "about:", "data:", "blob:")):
            self.troubles.append(url)

    def _asks(self, dialog):
        self.troubles.append(dialog.message)
        dialog.dismiss()

    def open(self, server, path, *, width, scheme):
        self.server = server
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)
        self.page.goto(server + path)

    def leave(self):
        """What went wrong for this visitor; the next one finds a new tab."""
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
        self._context.clear_cookies()
        self.page.goto("about:blank")
        troubles, self.troubles = self.troubles, []
        return troubles

    def close(self):
        self._context.close()


@pytest.fixture(scope="session")
def tabs(browser):
    """Tabs that nobody uses at the moment."""
    tabs = []
    yield tabs
    for tab in tabs:
        tab.close()


@pytest.fixture
def open_page(browser, server, tabs):
    """A function that opens an address of the app for a visitor of its own.

    At the end of the test, none of the pages may have raised a script error or a dialog, or asked
    another server for anything.
    """
    used = []

    def open_(path="/", *, width=1440, scheme="light"):
        tab = tabs.pop() if tabs else Tab(browser)
        used.append(tab)
        tab.open(server, path, width=width, scheme=scheme)
        return tab.page

    yield open_
    troubles = [trouble for tab in used for trouble in tab.leave()]
    tabs.extend(used)
    assert not troubles
