"""A picture as a file: SVG, PNG, PDF and CSV, with its sentence and the date inside."""

import csv
import struct
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.looks import grave_violations

TODAY = f", {date.today():%Y-%m-%d} "


def download(page, key, kind):
    """The file's name and what is in it."""
    place = page.locator(f".st-key-{key}")
    place.get_by_label("Download this picture").click()
    with page.expect_download() as given:
        place.get_by_role("button", name=kind).click()
    return given.value.suggested_filename, Path(given.value.path()).read_bytes()


def table(body):
    """Comment lines, and the rows below them."""
    lines = body.decode().splitlines()
    rows = [line for line in lines if not line.startswith("# ")]
    return lines[: -len(rows)], list(csv.DictReader(rows))


def test_a_picture_is_saved_as_svg_png_and_csv_and_printed(open_page):
    page = open_page("/models?tab=How they were trained")
    expect(page.locator(".q-download")).to_have_count(2)
    name, svg = download(page, "training-held_out_accuracy", "SVG")
    texts = "".join(ET.fromstring(svg).itertext())
    assert name == "training-held_out_accuracy.svg"
    assert f"Quartet, The four models{TODAY}" in texts and "DistilBERT" in texts
    _, png = download(page, "training-held_out_accuracy", "PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG") and width > 1500 and height > 1000  # fit for print
    said, rows = table(download(page, "training-held_out_loss", "CSV")[1])
    assert said[0].startswith(f"# Quartet, The four models{TODAY}")
    assert {row["series"] for row in rows} == {"LSTM", "BiLSTM", "BERT", "DistilBERT"}
    assert all(0 < float(row["y"]) < 1 for row in rows)
    page.locator(".q-download summary").first.click()
    assert not grave_violations(page)
    # the browser prints it, as vectors
    place = page.locator(".st-key-training-held_out_loss")
    place.get_by_label("Download this picture").press("Enter")
    place.get_by_role("button", name="PDF").press("Enter")
    sheet = page.frame_locator("iframe[title='picture to be printed']")
    expect(sheet.locator("svg").first).to_be_attached()
    expect(sheet.get_by_text("Quartet, The four models")).to_be_attached()


def test_the_sentence_is_in_the_files(open_page):
    page = open_page("/?text=%3DNot+%3Cb%3Ebad%3C/b%3E,+%22he%22+said.&models=lstm")
    expect(page.locator(".q-words")).to_be_visible()
    expect(page.locator(".st-key-by-word .q-download")).to_be_visible()
    said, rows = table(download(page, "by-word", "CSV")[1])
    assert said[0] == '# sentence: =Not <b>bad</b>, "he" said.'
    assert "'=" in [row["x"] for row in rows]  # a table program would compute it
    assert "bad" in [row["x"] for row in rows]
    _, svg = download(page, "by-word", "SVG")
    assert "=Not <b>bad</b>" in "".join(ET.fromstring(svg).itertext())
