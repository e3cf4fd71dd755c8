"""Writes the documentation of training data that California's AB 2013 asks for, item by item.

Source:   California Civil Code, section 3111(a)(1) to (a)(12), as added by AB 2013 (chapter 817, statutes of 2024).
Deviates: headings are in our words. Facts of the run are filled in; what only a person can say is marked. The statute
          is about a system, this paper about one dataset.
"""

from corpusmill.pipeline.papers.facts import Facts, amounts_table, licences_table, traced
from corpusmill.pipeline.papers.passages import PAPER_OF_FACTS, collection_period, duplicates_sentence, steps_list
from corpusmill.pipeline.report.markdown import escaped

DOMAINS_SHOWN = 20


def california(facts: Facts) -> str:
    """The twelve items, Markdown."""
    points = traced(facts.total.documents, "_profile.json", "total.0.1")
    collected = f"{collection_period(facts)} Collection goes on: {facts.answer('ongoing')}"
    items = (
        ("Sources or owners", _sources(facts)),
        ("How it furthers the intended purpose", facts.answer("purpose")),
        ("Number of data points", f"{points} documents."),
        ("Types of data points", f"{_types(facts)}\n\n{amounts_table('domain', facts.by('domain'), DOMAINS_SHOWN)}"),
        ("Copyright, trademark, patent, or public domain", f"{facts.answer('copyright')}\n\n{licences_table(facts)}"),
        ("Bought or licensed", f"{_stated(facts, 'licensed')}{facts.answer('acquired')}"),
        ("Personal information", facts.answer("personal_information")),
        ("Aggregate consumer information", facts.answer("consumer_information")),
        ("Cleaning, processing, other changes, and what they are for", _processing(facts)),
        ("Time of collection, and whether it goes on", collected),
        ("Dates of first use in development", facts.answer("first_used")),
        (
            "Generation of synthetic data, once or still, and what for",
            f"{_stated(facts, 'synthetic')}{facts.answer('synthetic')}",
        ),
    )
    text = "\n\n".join(f"## {i}. {title}\n\n{content}" for i, (title, content) in enumerate(items, 1))
    name = escaped(facts.spec.about.title or facts.spec.name)
    return f"""# Training data documentation: {name}

For section 3111 of California's Civil Code (AB 2013). {PAPER_OF_FACTS} It describes one dataset: a system that was
made with several needs all of theirs.

{text}
"""


def _sources(facts: Facts) -> str:
    """The sources with their origin, who made the whole, and where the inputs are from."""
    sources = "; ".join(f"{escaped(i.source)} ({escaped(i.origin or 'origin not stated')})" for i in facts.spec.inputs)
    return f"{sources}.\n\nMade by: {facts.answer('creator')}\n\nOwners of the sources: {facts.answer('acquired')}"


def _types(facts: Facts) -> str:
    """What a data point is, and its labels: statute (a)(4), with labels (A) and without (B)."""
    tokens = facts.spec.tokens
    if tokens.template is None:
        return "Text documents as token ids, without labels."
    if tokens.packing == "pairs":
        return "Conversations in pairs, as token ids. Label: which one has the better answer, and which the worse."
    return (
        "Conversations, and texts that are none, as token ids without labels; `loss_mask` marks the tokens that are "
        "trained on."
    )


def _processing(facts: Facts) -> str:
    """What was done with the documents, and what for."""
    read = traced(facts.funnel.steps[0].documents, "_funnel.json", "steps.0.documents")
    return f"""{read} documents were read.

{steps_list(facts)}

{duplicates_sentence(facts)} The mix (`_plan.json`) says how much of each group is taken.

What this is for: {facts.answer("processing")}"""


def _stated(facts: Facts, kind: str) -> str:
    """The sources of which the job states this origin, as a paragraph; nothing where none is."""
    found = [i.source for i in facts.spec.inputs if i.origin == kind]
    return f"Stated as {kind} in the job file: {escaped(', '.join(found))}.\n\n" if found else ""
