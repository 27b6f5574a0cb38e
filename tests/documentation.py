"""Rows of the documentation's tables, for tests of the figures in them."""

from tests.root import ROOT


def table_row(page: str, heading: str, title: str) -> str:
    """The one row called `title` under the heading of docs/`page`."""
    _, _, rest = (ROOT / "docs" / page).read_text("utf-8").partition(f"# {heading}\n")
    section = rest.partition("\n## ")[0]
    (row,) = [line for line in section.splitlines() if line.startswith(f"| {title} |")]
    return row
