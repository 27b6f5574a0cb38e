"""Choosing a file: what a visit knows of it, and the browser."""

from streamlit.testing.v1 import AppTest


def page():
    from ui.frame.upload import choose_upload

    choose_upload("A file", "upload", {}, lambda content, name: None)


def test_a_new_visit_has_an_uploader_of_its_own():
    """A tab that finds the server started anew would show the file that only the old one had."""
    first = AppTest.from_function(page, default_timeout=300).run()
    known = first.file_uploader[0].proto.id
    assert first.run().file_uploader[0].proto.id == known
    assert AppTest.from_function(page, default_timeout=300).run().file_uploader[0].proto.id != known
