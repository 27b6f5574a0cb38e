"""What of the repository stands in the site besides this folder, under the links that lead to it.

Pages link to files beside this folder as they do on the forge, `../SECURITY.md`; those files link
to pages as `docs/code.md`. In the site all of them lie side by side.

The site calls no other machine. The theme would fetch what draws Mermaid's pictures, so a picture
of who imports whom is a table here.
"""

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
FILES = ("assets/screenshot.png", "assets/icon.svg", "assets/icon.png", "CITATION.cff", "LICENSE",
         "NOTICE")  # fmt: skip


def on_files(files: Files, config: Any) -> Files:
    """Add what lies beside the folder."""
    for name in PAGES + FILES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


# What a browser fetches when it opens a page, or a style sheet: not what a link leads to.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)=[\"']?(?:https?:)?//"
    r"|<link\b(?![^>]*canonical)[^>]*\bhref=[\"']?(?:https?:)?//"
    r"|(?:url\(|@import )[\"']?(?:https?:)?//"
    r"|class=[\"']?mermaid",
    re.IGNORECASE,
)


def table(picture: re.Match[str]) -> str:
    """A Mermaid graph of arrows `a --> b` as a table with a row for every a."""
    rows: dict[str, list[str]] = {}
    for one, other in re.findall(r"^ *(\w+) --> (\w+)$", picture[1], re.MULTILINE):
        rows.setdefault(one, []).append(other)
    lines = [f"| {one} | {', '.join(others)} |" for one, others in rows.items()]
    return "\n".join(["| room | imports from |", "|---|---|", *lines]).replace("ui_", "ui/")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links as they are in the site, and no pictures that need another machine."""
    markdown = re.sub(r"^```mermaid\n(.*?)^```$", table, markdown, flags=re.DOTALL | re.MULTILINE)
    if page.file.src_uri in PAGES:
        return re.sub(r"\]\(docs/", "](", markdown)
    return re.sub(r"\]\(\.\./(?=[A-Z]|assets/)", "](", markdown)


def on_post_build(config: Any) -> None:
    """Raise PluginError for a page that would have a browser call another machine."""
    for file in sorted(Path(config.site_dir).rglob("*.*")):
        if file.suffix in (".html", ".css") and (found := FETCHED.search(file.read_text("utf-8"))):
            raise PluginError(f"{file} would fetch from another machine: {found[0]}")
