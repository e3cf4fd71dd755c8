"""Passages that several papers share: when data was collected, how it was processed."""

from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.report.markdown import code, escaped

PAPER_OF_FACTS = "Filled in from the facts of the run; numbers stand beside the file and the path in it that hold them."


def collection_period(facts: Facts) -> str:
    """When data was collected, as the job says and as documents carry it; a person has to say it where neither does."""
    dates = f"Documents carry dates of {facts.months[0]} to {facts.months[-1]}." if facts.months else ""
    stated = facts.answer("collected") if facts.spec.about.collected or not dates else ""
    return " ".join(part for part in (stated, dates) if part)


def steps_list(facts: Facts) -> str:
    """The steps of the job in their order, a Markdown list with what each does."""
    return "\n".join(f"- {code(name)}: {escaped(does)}" for name, does in facts.steps()) or "None."


def duplicates_sentence(facts: Facts) -> str:
    """How duplicates were removed, in one sentence."""
    dedup = facts.spec.dedup
    near = "no" if dedup.near is None else f"from {dedup.near.threshold:g} on"
    text = "yes" if dedup.text else "no"
    return f"Duplicates are removed by address ({dedup.url}), by text ({text}), by similarity\n({near})."
