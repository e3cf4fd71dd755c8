"""Takes the code of a page of the docs, so that what the page shows is what is tested."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def block(page: str, title: str) -> str:
    """The one code block of a page that begins with a line `# TITLE` or holds it in its head.

    >>> "class" in block("how-to/add-a-reader.md", "operators/readers/tsv.py")
    True
    """
    found = re.findall(rf"^```\w+ title={re.escape(title)}\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)
    (text,) = found
    return text
