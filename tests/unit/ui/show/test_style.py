"""The style sheet: what it hides is there to be hidden."""

from pathlib import Path

import streamlit

from ui.show.style import STYLE

LABEL = "Download as CSV"


def test_tables_have_no_download_that_passes_the_guard_against_formulas_by():
    assert f'[data-testid="stElementToolbarButton"]:has([aria-label^="{LABEL}"])' in STYLE
    scripts = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("*.js")
    texts = [script.read_text("utf-8") for script in scripts]
    assert any(f"label:`{LABEL}`" in text for text in texts), "it is called otherwise now"
    assert any('"data-testid":`stElementToolbarButton`' in text for text in texts)
