"""What of the repository stands in the site besides this folder, under the links that lead to it.

Pages link to files beside this folder as they do on the forge, `../SECURITY.md`; those files link
to pages as `docs/code.md`. In the site all of them lie side by side.
"""

import re
from pathlib import Path
from typing import Any

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


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links as they are in the site."""
    if page.file.src_uri in PAGES:
        return re.sub(r"\]\(docs/", "](", markdown)
    return re.sub(r"\]\(\.\./(?=[A-Z]|assets/)", "](", markdown)
