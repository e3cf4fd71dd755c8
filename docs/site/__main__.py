"""Writes the pages of the site to build/docs, and the index for programs; `make site` then builds them, strictly.

Pages stay as they are in the repository, but for links to files outside docs/: on the site these are names without a
link.
"""

import re
import shutil
from pathlib import Path

from docs.site.contents import SECTIONS, Page, title_of

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
BUILD = ROOT / "build"
LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)]*)?\)")
ABOUT = "Turns crawls into training-ready token datasets: extract, filter, deduplicate globally, mix exactly, pack."
NO_PAGES = {"generator", "site", "__pycache__"}


def main() -> None:
    """Write build/docs and build/zensical.toml."""
    pages = BUILD / "docs"
    shutil.rmtree(pages, ignore_errors=True)
    for path in sorted(DOCS.rglob("*")):
        place = path.relative_to(DOCS)
        if path.is_dir() or place.parts[0] in NO_PAGES or path.suffix == ".py":
            continue
        target = pages / ("index.md" if place.name == "README.md" else place)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            target.write_text(for_site(path.read_text(encoding="utf-8"), path), encoding="utf-8")
        else:
            target.write_bytes(path.read_bytes())
    (pages / "llms.txt").write_text(llms_txt(), encoding="utf-8")
    (BUILD / "zensical.toml").write_text(configuration(), encoding="utf-8")


def for_site(text: str, page: Path) -> str:
    """A page with links that lead somewhere on the site: to README.md of a folder as to its index, none out of docs/.

    >>> for_site("see [it](../pipeline/why/find.py), [the index](README.md#a)", DOCS / "tutorial.md")
    'see it, [the index](index.md#a)'
    """

    def link(found: re.Match[str]) -> str:
        target = (page.parent / found["target"]).resolve()
        if not target.is_relative_to(DOCS) or target.is_dir():
            return found["words"]
        name = found["target"].replace("README.md", "index.md")
        return f"[{found['words']}]({name}{found['anchor'] or ''})"

    return LINK.sub(link, text)


def llms_txt() -> str:
    """What there is to read, for programs: https://llmstxt.org."""
    lines = [
        "# corpusmill",
        "",
        f"> {ABOUT}",
    ]
    for section, pages in SECTIONS.items():
        lines += ["", f"## {section}", ""]
        lines += [
            f"- [{title_of(DOCS / page.path)}]({page.path.removesuffix('.md')}/){_summary(page)}" for page in pages
        ]
    return "\n".join(lines) + "\n"


def _summary(page: Page) -> str:
    first = page.first_sentence(DOCS)
    return f": {first}" if first else ""


def configuration() -> str:
    """The configuration of the site: every page in its section."""
    sections = []
    for section, pages in SECTIONS.items():
        inside = ", ".join(f'"{_place(page)}"' for page in pages)
        sections.append(f'  {{"{section}" = [{inside}]}},')
    nav = "\n".join(['  {"Home" = "index.md"},', *sections])
    return f"""[project]
site_name = "corpusmill"
site_description = "Turns crawls into training-ready token datasets"
docs_dir = "docs"
site_dir = "site"
nav = [
{nav}
]

[project.theme]
features = ["navigation.sections", "navigation.top", "search.highlight", "content.code.copy"]
palette = [
  {{media = "(prefers-color-scheme: light)", scheme = "default"}},
  {{media = "(prefers-color-scheme: dark)", scheme = "slate"}},
]
"""


def _place(page: Page) -> str:
    return page.path.replace("README.md", "index.md")


if __name__ == "__main__":
    main()
