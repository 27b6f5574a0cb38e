"""Sets of 6 and of 150 labels, and models of one's own, on every page, wide and narrow."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from playwright.sync_api import TimeoutError, expect

from model_zoo.models.sets import model_set
from tests.app import zoo
from tests.browser.chromium import started
from tests.browser.conftest import guarded, measured
from tests.browser.looks import PLOT, grave_violations, look, run_over
from tests.browser.test_accessibility import READY
from ui.frame.page import MENU

# Many labels, and of two models the labels are others.
LOOK = {
    "set": "many",
    "models": ",".join(["lstm", "bert", zoo.own("roberta", "many"), zoo.own("albert", "many")]),
}
WITHOUT_TABLE = ("Speed and size",)  # nothing of these models was measured yet


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that finds two more sets, and folders with models."""
    folder = zoo.write_zoo(tmp_path_factory.mktemp("zoo"))
    with pytest.MonkeyPatch.context() as patch:
        zoo.enter(patch, folder)
        sets = [f"{name}/{model}" for name in ("six", "many") for model in model_set().models]
        own = ["local/electra", zoo.own("roberta", "many"), zoo.own("albert", "many")]
        measured(folder / "caches", *model_set().models, *sets, *own)
        with guarded(folder, folder / "caches") as env, started(env=env) as running:
            yield running.address


def test_every_page_shows_them(open_page):
    page = open_page(f"/?{urlencode(LOOK)}")
    for _, title in MENU:
        if title != MENU[0][1]:
            page.get_by_role("link", name=title, exact=True).click()
            expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        ready = PLOT if title in WITHOUT_TABLE else READY[title]
        expect(page.locator(ready).first).to_be_visible()
        run_over(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_label("Set of models")).to_have_count(1)
        for width, scheme in ((390, "dark"), (1440, "light")):
            look(page, width, scheme)
            expect(page.locator(ready).first).to_be_visible()
            if title == "Compare":
                assert not grave_violations(page)
        if title == "Compare":
            names = page.locator(".q-card").evaluate_all("cards => cards.map(c => c.dataset.model)")
            assert len(set(names)) == len(names) == 4 and all("many" in name for name in names)


def choose(page, menu, option):
    """Choose an option of a menu; one that opens while its page still runs may be shut again."""
    entry = page.get_by_role("option", name=option)
    for _ in range(20):
        run_over(page)
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
