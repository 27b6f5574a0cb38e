"""Fixtures of the browser tests: one server and one browser for all, a new visitor for each."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import executable, started

expect.set_options(timeout=60_000)  # the first answer waits for four models to be loaded


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


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Address of a freshly started app."""
    folder = tmp_path_factory.mktemp("server")
    with guarded(folder, folder) as env, started(env=env) as running:
        yield running.address


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(args=["--no-sandbox"], executable_path=executable())
        yield started
        started.close()


@pytest.fixture
def open_page(browser, server):
    """A function that opens an address of the app in a visitor's own context.

    At the end of the test, none of the pages may have raised a script error or a dialog, or asked
    another server for anything.
    """
    contexts, errors = [], []

    def elsewhere(url):
        return [] if url.startswith((server, "data:", "blob:")) else [url]

    def open_(path="/", *, width=1440, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: errors.extend(elsewhere(request.url)))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.set_default_timeout(60_000)
        page.goto(server + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not errors
