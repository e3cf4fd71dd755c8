"""The datasheet: how the dataset was made, question by question; facts are filled in, the rest is left to a person.

Source:   Gebru et al. 2021, "Datasheets for Datasets", arXiv:1803.09010: the sections.
Deviates: the questions are shortened to what is asked of a text corpus.
"""

from corpusmill.pipeline.config.sections.datasets import named_dataset
from corpusmill.pipeline.papers.facts import Facts, amounts_table, licences_table, traced
from corpusmill.pipeline.papers.passages import duplicates_sentence
from corpusmill.pipeline.report.markdown import code, escaped

SHOWN = 50


def datasheet(facts: Facts) -> str:
    """Markdown; the same text for the same dataset."""
    name = escaped(facts.spec.about.title or facts.spec.name)
    parts = (_motivation, _composition, _collection, _preprocessing, _rest)
    sections = "\n\n".join(part(facts) for part in parts)
    return (
        f"# Datasheet of {name}\n\nNumbers stand beside the file and the path in it where they can be looked up.\n\n"
        f"{sections}\n"
    )


def _motivation(facts: Facts) -> str:
    return f"""## Motivation

**For what purpose was it made?** {facts.answer("purpose")}

**Who made it?** {facts.answer("creator")}"""


def _composition(facts: Facts) -> str:
    manifest, steps = facts.manifest, facts.funnel.steps
    unique = next(i for i, s in enumerate(steps) if s.name == "unique")
    read = traced(steps[0].documents, "_funnel.json", "steps.0.documents")
    kept = traced(steps[unique].documents, "_funnel.json", f"steps.{unique}.documents")
    return f"""## Composition

**What are the instances?** Sequences of token ids of up to {manifest["sequence_tokens"]:,} tokens, packed from whole
documents by `{manifest["packing"]}`.

**How many are there?** {traced(manifest["sequences"], "_manifest.json", "sequences")} sequences with
{traced(manifest["tokens"], "_manifest.json", "tokens")} tokens, of
{traced(facts.total.documents, "_profile.json", "total.0.1")} distinct documents.

**Is it a sample?** {read} documents were read, {kept} were kept and unique; the mix (`_plan.json`) took of these
what the tables show.

**Languages**

{amounts_table("language", facts.by("language"), SHOWN)}

**Domains**

{amounts_table("domain", facts.by("domain"), SHOWN)}

**Are there recommended splits?** {_splits(facts)}

**Errors, noise, redundancies, biases?** {facts.answer("limits")}

**Is it self-contained?** Yes: token ids, tokenizer and checksums are in the folder.

**Confidential or personal information?** {facts.answer("personal_information")}"""


def _splits(facts: Facts) -> str:
    told = facts.manifest.get("validation")
    if not told or not told["documents"]:
        return "No."
    held = traced(told["documents"], "_manifest.json", "validation.documents")
    return f"{held} documents are held out, in `validation/`."


def _collection(facts: Facts) -> str:
    months = f"{facts.months[0]} to {facts.months[-1]}" if facts.months else "no known time: the inputs carry no dates"
    sources = "\n".join(
        f"- {escaped(i.source)}: origin {i.origin or 'not stated'}, licence {escaped(i.license or 'not stated')}"
        f"{_published_as(i.dataset)}"
        for i in facts.spec.inputs
    )
    return f"""## Collection

**How were the inputs collected?** {facts.answer("collection")}

**Over what time?** Documents carry dates of {months}.

{sources}"""


def _published_as(name: str | None) -> str:
    """What an input's dataset is published as, with the words to cite it by."""
    if name is None:
        return ""
    found = named_dataset(name)
    return f"; {escaped(found.title)} ({escaped(found.facts.release.strip())}), {escaped(found.citation.strip())}"


def _preprocessing(facts: Facts) -> str:
    how = "\n".join(f"1. {code(name)}: {escaped(told)}" for name, told in facts.steps()) or "No steps."
    return f"""## Preprocessing

The steps, in this order:

{how}

{duplicates_sentence(facts)}

**Is the raw data kept?** The workspace of the job has every document, kept or dropped, with the reason."""


def _rest(facts: Facts) -> str:
    return f"""## Uses

{facts.answer("uses")}

## Distribution

**Licence of the whole:** {facts.answer("license")}

{licences_table(facts)}

## Maintenance

{facts.answer("maintenance")}

**Contact:** {facts.answer("contact")}"""
