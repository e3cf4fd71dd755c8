"""Two papers that laws ask for: the summary of training content of the EU's AI Act, and California's AB 2013.

Source:   Regulation (EU) 2024/1689, Article 53(1)(d), and the Commission's template for the public summary of training
          content (C(2025) 8311, annex): its sections 1.1 to 3.3. California Civil Code, section 3111 (AB 2013): (a)(1)
          to (a)(12).
Deviates: headings are in our words. Facts of the run are filled in; what only a person can say is marked.
"""

from corpusmill.pipeline.papers.facts import TO_FILL, Amount, Facts, amounts_table, licences_table, traced
from corpusmill.pipeline.report.markdown import code, escaped

TOP_SHARE = 10  # of all sites one in so many is listed: the template's top 10 %
MOST_SITES = 1_000  # listed here; documents*.parquet has the address of each document
BILLION, TRILLION = 10**9, 10**12
PAPER_OF_FACTS = "Filled in from the facts of the run; numbers stand beside the file and the path in it that hold them."
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

{_steps(facts)}

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

**Latest acquisition:** {_period(facts)} Collection goes on: {facts.answer("ongoing")}

**Languages** ({len(facts.by("language")):,} values):

{amounts_table("language", facts.by("language"), 50)}

**Kinds of content:**

{amounts_table("domain", facts.by("domain"), 50)}
"""


def california(facts: Facts) -> str:
    """The twelve items of AB 2013, Markdown."""
    spec, steps = facts.spec, facts.funnel.steps
    sources = "; ".join(f"{escaped(i.source)} ({escaped(i.origin or 'origin not stated')})" for i in spec.inputs)
    points = traced(facts.total.documents, "_profile.json", "total.0.1")
    read = traced(steps[0].documents, "_funnel.json", "steps.0.documents")
    items = (
        ("Sources or owners", f"{sources}. {facts.answer('creator')}"),
        ("How it furthers the intended purpose", facts.answer("purpose")),
        ("Number of data points", f"{points} documents."),
        ("Types of data points", f"Text documents without labels, as token ids.\n\n{_domains(facts)}"),
        ("Copyright, trademark, patent, or public domain", f"{facts.answer('copyright')}\n\n{licences_table(facts)}"),
        ("Bought or licensed", f"{_stated(facts, 'licensed')}{facts.answer('acquired')}"),
        ("Personal information", facts.answer("personal_information")),
        ("Aggregate consumer information", facts.answer("consumer_information")),
        (
            "Cleaning, processing, other changes, and what they are for",
            f"{read} documents were read.\n\n{_steps(facts)}",
        ),
        ("Time of collection", f"{_period(facts)} Collection goes on: {facts.answer('ongoing')}"),
        ("First used in development", facts.answer("first_used")),
        ("Generation of synthetic data", f"{_stated(facts, 'synthetic')}{facts.answer('synthetic')}"),
    )
    told = "\n\n".join(f"## {i}. {title}\n\n{text}" for i, (title, text) in enumerate(items, 1))
    name = escaped(spec.about.title or spec.name)
    return f"# Training data documentation: {name}\n\nFor California's AB 2013. {PAPER_OF_FACTS}\n\n{told}\n"


def _domains(facts: Facts) -> str:
    return amounts_table("domain", facts.by("domain"), 20)


def _period(facts: Facts) -> str:
    """When data was collected, as the job says and as documents carry it; a person has to say it where neither does."""
    dates = f"Documents carry dates of {facts.months[0]} to {facts.months[-1]}." if facts.months else ""
    told = facts.answer("collected") if facts.spec.about.collected or not dates else ""
    return " ".join(part for part in (told, dates) if part)


def _stated(facts: Facts, kind: str) -> str:
    """The sources of which the job states this origin, as a paragraph; nothing where none is."""
    found = [i.source for i in facts.spec.inputs if i.origin == kind]
    return f"Stated as {kind} in the job file: {escaped(', '.join(found))}.\n\n" if found else ""


def _of_kind(facts: Facts, kind: str) -> str:
    mine = {i.source for i in facts.spec.inputs if i.origin == kind}
    if not mine:
        return "None stated."
    amounts = [a for a in facts.by("source") if a.value in mine]
    answers = "".join(f"\n\n{question}: {facts.answer(key)}" for question, key in QUESTIONS[kind])
    if kind == "crawl":
        answers += f"\n\nPeriod: {_period(facts)}"
    return f"{amounts_table('source', amounts, len(amounts))}{answers}"


def _sites(facts: Facts) -> str:
    sites: list[Amount] = facts.sites
    if not sites:
        return "The documents carry no addresses."
    listed = min(MOST_SITES, max(1, -(-len(sites) // TOP_SHARE)))
    exact = "" if facts.sites_are_all else " The smallest are counted together, so that numbers are lower bounds."
    told = f"{len(sites):,} registered domains; the largest {listed:,} by tokens (at least one in ten).{exact}"
    return f"{told}\n\n{amounts_table('domain name', sites[:listed], listed)}"


def _steps(facts: Facts) -> str:
    return "\n".join(f"- {code(name)}: {escaped(told)}" for name, told in facts.steps()) or "None."


def _taken_down(facts: Facts) -> int:
    gone = [part["taken_down"] for part in facts.manifest["parts"] if "taken_down" in part]
    return len({doc_id for told in gone for doc_id in told["documents"]})


def _range(tokens: int) -> str:
    if tokens < BILLION:
        return "less than 1 billion tokens"
    return "1 billion to 10 trillion tokens" if tokens <= 10 * TRILLION else "more than 10 trillion tokens"
