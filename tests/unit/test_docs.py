"""The documentation: links lead somewhere, every page is in the menu, it names what there is."""

import re
from collections import Counter
from pathlib import Path

from model_zoo.commands.parser import COMMANDS
from tests.root import ROOT

DOCS = ROOT / "docs"
BESIDE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PAGES = [*(ROOT / name for name in BESIDE), *sorted(DOCS.rglob("*.md"))]
MENU = re.findall(r": ([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its code, where brackets are no links."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(page: Path) -> set[str]:
    """What a link to a heading of the page is called, here as on the forge."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link within the repository leads to a file, and to a heading of it."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.is_file() and (not anchor or anchor in anchors(target))


def test_links_lead_somewhere():
    links = ((page, link) for page in PAGES for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)))
    within = [one for one in links if not re.match(r"https?://", one[1])]
    assert within and [one for one in within if not leads_somewhere(*one)] == []


def test_links_are_looked_for():
    for wrong in ("nowhere.md", "docs/deploying.md#nothing", "#nothing", "docs"):
        assert not leads_somewhere(ROOT / "README.md", wrong)
    assert "cpu-build-of-torch" in anchors(DOCS / "deploying.md")
    assert "docs/deploying.md#cpu-build-of-torch" in prose(ROOT / "README.md")


def test_every_page_is_in_the_menu_once():
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert Counter(MENU) == Counter(pages | set(BESIDE[1:]))


def test_the_readme_stays_within_two_screens():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 80


def test_every_module_of_the_library_is_on_one_page():
    shown = Counter(
        name
        for page in (DOCS / "api").glob("*.md")
        for name in re.findall(r"^::: (\S+)$", page.read_text("utf-8"), re.MULTILINE)
    )
    modules = Counter(
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in (ROOT / "model_zoo").rglob("*.py")
        if file.name != "__init__.py"
    )
    assert shown == modules


def test_every_variable_is_named_where_operating_is_described():
    named = (DOCS / "operating.md").read_text("utf-8")
    for package in ("model_zoo", "ui"):
        for file in (ROOT / package).rglob("*.py"):
            for name in re.findall(r"[\"'](QUARTET_[A-Z_]+)[\"']", file.read_text("utf-8")):
                assert f"`{name}`" in named, f"{file}: {name}"


def test_every_command_is_named():
    named = (DOCS / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"model_zoo {command.__name__.rpartition('.')[2]} " in named


def test_the_site_draws_nothing_with_scripts_of_other_machines():
    """The theme fetches what draws Mermaid's pictures; docs/hooks.py refuses what is fetched."""
    menu = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert "mermaid" not in menu and not re.search(r"extra_(?:javascript|css)|https?:", menu)
    assert "font: false" in menu
    assert "on_post_build" in (DOCS / "hooks.py").read_text("utf-8")
