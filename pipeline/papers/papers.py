"""All papers of a dataset, by the name of their file."""

from collections.abc import Mapping

from corpusmill.pipeline.papers.california import california
from corpusmill.pipeline.papers.card import card
from corpusmill.pipeline.papers.croissant import croissant
from corpusmill.pipeline.papers.datasheet import datasheet
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.papers.laws import eu_summary

CARD = "README.md"
OTHERS = {
    "datasheet.md": datasheet,
    "croissant.json": croissant,
    "eu-ai-act-article-53.md": eu_summary,
    "california-ab-2013.md": california,
}
NAMES = (CARD, *OTHERS)


def papers(facts: Facts) -> Mapping[str, bytes]:
    """The content of each; of a dataset without counts of its documents (what is held out) the card alone."""
    found = {CARD: card(facts).encode()}
    if facts.counts.num_rows:
        found |= {name: write(facts).encode() for name, write in OTHERS.items()}
    return found
