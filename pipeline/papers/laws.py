"""Writes the summary of training content that the EU's AI Act asks for.

Source:   Regulation (EU) 2024/1689, Article 53(1)(d), and the Commission's template for the public summary of training
          content (C(2025) 8311, annex): its sections 1.1 to 3.3.
Deviates: headings are in our words. Facts of the run are filled in; what only a person can say is marked.
"""

from corpusmill.pipeline.papers.facts import TO_FILL, Amount, Facts, amounts_table, licences_table, traced
from corpusmill.pipeline.papers.passages import PAPER_OF_FACTS, collection_period, steps_list
from corpusmill.pipeline.report.markdown import escaped

TOP_SHARE = 10  # of all sites one in so many is listed: the template's top 10 %
MOST_SITES = 1_000  # listed here; documents*.parquet has the address of each document
BILLION, TRILLION = 10**9, 10**12
KINDS = (
    ("public", "2.1 Publicly available datasets"),
    ("licensed", "2.2.1 Private datasets licensed by holders of rights"),
    ("private", "2.2.2 Private datasets of other third parties"),
    ("crawl", "2.3 Data crawled and scraped from online sources"),
    ("user", "2.4 Data of users"),
    ("synthetic", "2.5 Synthetic data"),
    ("other", "2.6 Other sources of data"),
)
# What each kind of source has to answer beside its size: what it is, and the key of the job's `about`.
QUESTIONS = {
    "public": (("Names and links", "acquired"),),
    "licensed": (("Agreements, and with whom", "acquired"),),
    "private": (("Datasets that are publicly known, and from whom", "acquired"),),
    "crawl": (("Crawlers, what they are for, how they behave, what they fetch", "collection"),),
    "user": (("Services that collected it", "collection"),),
    "synthetic": (("Models that made it", "synthetic"),),
    "other": (("What it is", "collection"),),
}


def eu_summary(facts: Facts) -> str:
    """The summary of training content, Markdown."""
    kinds = "\n\n".join(f"### {title}\n\n{_of_kind(facts, kind)}" for kind, title in KINDS)
    unknown = [i.source for i in facts.spec.inputs if i.origin is None]
    unstated = f"Sources without an `origin` in the job file: {escaped(', '.join(unknown))}. {TO_FILL}.\n\n"
    return f"""{_general(facts)}
## 2. Sources

{unstated if unknown else ""}{kinds}

### Largest internet domains

{_sites(facts)}

## 3. Processing

### 3.1 Reservations of rights from text and data mining

{facts.answer("opt_out")} Documents are taken out on request (`takedown`); of this dataset {_taken_down(facts):,} were
so far.

### 3.2 Removal of illegal content

{facts.answer("illegal_content")}

### 3.3 Other information

Steps of the job, some of which can carry rules for 3.1 and 3.2:

{steps_list(facts)}

{licences_table(facts)}
"""


def _general(facts: Facts) -> str:
    """The head of the summary, and its first section."""
    return f"""# Summary of training content: {escaped(facts.spec.about.title or facts.spec.name)}

For Article 53(1)(d) of Regulation (EU) 2024/1689. {PAPER_OF_FACTS} It describes one dataset: a model trained on
several needs all of theirs.

**Version of this summary:** {facts.answer("version")} **Last update:** {facts.answer("published")}

## 1. General information

### 1.1 Provider

**Name:** {facts.answer("creator")} **Contact:** {facts.answer("contact")}

**Authorised representative:** {facts.answer("representative")}

### 1.2 Model

**Names and versions:** {facts.answer("models")}

**Models it depends on:** {facts.answer("model_dependencies")}

**Placed on the Union market:** {facts.answer("placed_on_market")}

### 1.3 Modalities, size, other characteristics

**Modalities:** text, and no other.

**Size of the text,** after processing: {_range(facts.total.tokens)};
{traced(facts.manifest["tokens"], "_manifest.json", "tokens")} tokens.

**Latest acquisition:** {collection_period(facts)} Collection goes on: {facts.answer("ongoing")}

**Languages** ({len(facts.by("language")):,} values):

{amounts_table("language", facts.by("language"), 50)}

**Kinds of content:**

{amounts_table("domain", facts.by("domain"), 50)}
"""


def _of_kind(facts: Facts, kind: str) -> str:
    mine = {i.source for i in facts.spec.inputs if i.origin == kind}
    if not mine:
        return "None stated."
    amounts = [a for a in facts.by("source") if a.value in mine]
    answers = "".join(f"\n\n{question}: {facts.answer(key)}" for question, key in QUESTIONS[kind])
    if kind == "crawl":
        answers += f"\n\nPeriod: {collection_period(facts)}"
    return f"{amounts_table('source', amounts, len(amounts))}{answers}"


def _sites(facts: Facts) -> str:
    sites: list[Amount] = facts.sites
    if not sites:
        return "The documents carry no addresses."
    listed = min(MOST_SITES, max(1, -(-len(sites) // TOP_SHARE)))
    exact = "" if facts.sites_are_all else " The smallest are counted together, so that numbers are lower bounds."
    told = f"{len(sites):,} registered domains; the largest {listed:,} by tokens (at least one in ten).{exact}"
    return f"{told}\n\n{amounts_table('domain name', sites[:listed], listed)}"


def _taken_down(facts: Facts) -> int:
    gone = [part["taken_down"] for part in facts.manifest["parts"] if "taken_down" in part]
    return len({doc_id for told in gone for doc_id in told["documents"]})


def _range(tokens: int) -> str:
    if tokens < BILLION:
        return "less than 1 billion tokens"
    return "1 billion to 10 trillion tokens" if tokens <= 10 * TRILLION else "more than 10 trillion tokens"
