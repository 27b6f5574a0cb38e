"""A model that has to be exported first: nobody waits for it, and it comes by itself."""

import shutil

import pytest
from playwright.sync_api import expect

from model_zoo.backends import exports
from model_zoo.models.files import check_weights
from model_zoo.models.registry import spec
from model_zoo.models.sets import model_set
from tests.browser.chromium import started
from tests.browser.conftest import guarded, measured
from ui.show.wording import MEMORY_AWAITED


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that has no exports yet but those that come with the usual engine."""
    folder = tmp_path_factory.mktemp("server")
    measured(folder, *(name for name in model_set().models if name != "lstm"))
    for name in model_set().models:
        row = spec(name).on("onnx")
        checksum = check_weights(row)
        made = exports.find(row, checksum) or exports.make(row, checksum)
        shutil.copytree(made, folder / "exports" / made.name)
    with (
        guarded(folder, folder) as env,
        started(env=env | {"QUARTET_EXPORTS": str(folder / "exports")}) as running,
    ):
        yield running.address


def test_a_card_fills_in_by_itself_while_the_visitor_goes_on(open_page):
    page = open_page("/?models=lstm")
    usual = page.locator('.q-card[data-model="lstm"] .q-label')
    exported = page.locator('.q-card[data-model="lstm@onnx-int8"]')
    expect(usual).to_be_visible()
    page.get_by_role("button", name="int8", exact=True).click()
    expect(exported).to_contain_text("Being exported for int8: ")
    expect(exported).to_contain_text(", the others go on.")
    expect(usual).to_be_visible()
    page.get_by_role("link", name="Inside", exact=True).click()
    expect(page.get_by_role("heading", name="Inside")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(usual).to_be_visible()
    page.get_by_label("A sentence in English").fill("Half of a sen")
    expect(exported.locator(".q-label")).to_be_visible()
    expect(page.get_by_label("A sentence in English")).to_have_value("Half of a sen")
    facts = page.locator(".q-facts").first
    expect(facts).not_to_contain_text(MEMORY_AWAITED)  # for real, here alone
    expect(facts).not_to_contain_text("not measured")
    expect(page.get_by_test_id("stException")).to_have_count(0)
