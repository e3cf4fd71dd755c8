"""Lists the pages of the site by section. A page that is in no section, or that does not exist, fails a test."""

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Page:
    """A page by its path below docs/."""

    path: str

    def first_sentence(self, docs: Path) -> str:
        """Its first sentence."""
        text = (docs / self.path).read_text(encoding="utf-8")
        prose = [p for p in text.split("\n\n") if p.strip() and p.strip()[0] not in "#!<|`"]
        first = " ".join(prose[0].split()).removeprefix("- ") if prose else ""
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", first).replace("**", "")
        return re.split(r"(?<=[.:])\s", words)[0]


def title_of(page: Path) -> str:
    """Its first heading."""
    found = re.search(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else page.stem


def _in(folder: str) -> list[Page]:
    return [Page(f"{folder}/{path.name}") for path in sorted((DOCS / folder).glob("*.md"))]


SECTIONS = {
    "Learn": [Page("tutorial.md")],
    "Do": _in("how-to"),
    "Look up": [*_in("reference"), Page("benchmarks.md"), Page("kept-by-language.md"), Page("glossary.md")],
    "Understand": [*_in("explain"), Page("architecture.md"), Page("scale.md"), Page("cost.md")],
    "When something is wrong": [Page("ops-by-symptom.md")],
    "Decisions": _in("decisions"),
}
