"""Sets of 6 and of 150 labels, and models of one's own, on every page, wide and narrow."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.app import zoo
from tests.browser.chromium import started
from tests.browser.conftest import guarded
from tests.browser.test_accessibility import READY, grave_violations
from ui.frame.page import MENU


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that finds two more sets, and folders with models."""
    folder = zoo.write_zoo(tmp_path_factory.mktemp("zoo"))
    with guarded(folder, folder / "caches") as env:
        found = {
            "QUARTET_SETS": str(folder / "sets"),
            "QUARTET_MODEL_DIRS": str(folder / "models"),
        }
        with started(env=env | found) as running:
            yield running.address


def address(title, file, **parameters):
    path = "" if title == "Compare" else Path(file).stem
    return f"/{path}?{urlencode(parameters)}"


# Many labels, and of two models the labels are others.
LOOK = {
    "set": "many",
    "models": ",".join(["lstm", "bert", zoo.own("roberta", "many"), zoo.own("albert", "many")]),
}
WITHOUT_TABLE = ("Speed and size",)  # nothing of these models was measured yet


@pytest.mark.parametrize(("file", "title"), MENU, ids=[title for _, title in MENU])
def test_every_page_shows_them(open_page, file, title):
    page = open_page(address(title, file, **LOOK))
    ready = ".js-plotly-plot" if title in WITHOUT_TABLE else READY[title]
    expect(page.locator(ready).first).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_label("Set of models")).to_have_count(1)
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(1000)  # charts are faded in, and fitted
        expect(page.locator(ready).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
        if title == "Compare":
            assert not grave_violations(page)
    if title == "Compare":
        expect(page.locator(".q-card")).to_have_count(4)
        names = page.locator(".q-card").evaluate_all("cards => cards.map(c => c.dataset.model)")
        assert len(set(names)) == 4 and all("many" in name for name in names)


def choose(page, menu, option):
    """Choose an option of a menu; one that opens while its page still runs may be shut again."""
    entry = page.get_by_role("option", name=option)
    for _ in range(20):
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        if not entry.is_visible():
            page.get_by_role("combobox", name=menu).click()
        with suppress(TimeoutError):
            entry.click(timeout=3_000)
            return
    raise AssertionError(f"The menu {menu!r} offers no {option!r}.")


def test_the_menu_of_sets_leads_to_another_and_into_the_address(open_page):
    page = open_page("/")
    expect(page.locator(".q-card .q-label")).to_have_count(4)
    choose(page, "Set of models", "The set six")
    expect(page.locator(".q-card[data-model='six/bert'] .q-label")).to_be_visible()
    page.wait_for_url("**set=six*")
    page.get_by_role("link", name="Attributions").click()
    expect(page.locator(".q-words").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Set of models")).to_have_value("The set six")


def test_a_folder_is_added_in_the_sidebar_and_taken_away(open_page):
    page = open_page("/")
    expect(page.locator(".q-card .q-label")).to_have_count(4)
    page.get_by_test_id("stExpandSidebarButton").click()
    sidebar = page.get_by_test_id("stSidebar")
    choose(page, "Folder", "electra")
    sidebar.get_by_role("button", name="Add it").click()
    expect(page.locator(".q-card[data-model='local/electra'] .q-label")).to_be_visible()
    expect(page.locator(".q-verdict")).to_contain_text("electra answers with labels of its own")
    page.wait_for_url("**local*electra*")
    sidebar.get_by_role("button", name="Take away").click()
    expect(page.locator(".q-card")).to_have_count(4)
