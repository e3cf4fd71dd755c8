"""The dataset card: what is in the folder, where it came from, how to load it. Markdown, as dataset hubs show it."""

from collections.abc import Mapping
from typing import Any

from corpusmill.pipeline.files.dataset_layout import parts_pattern
from corpusmill.pipeline.papers.facts import Facts, licences_table
from corpusmill.pipeline.papers.hub import front_matter
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.markdown import escaped

LEAVES_SHOWN = 40
RULES_SHOWN = 5  # of a language


def card(facts: Facts) -> str:
    """The same text for the same dataset: no time, no host, no address that could hold a secret."""
    spec, manifest, funnel = facts.spec, facts.manifest, facts.funnel
    leaves = "\n".join(
        f"| {' | '.join(escaped(word or '-') for word in leaf.key)} "
        f"| {leaf.unique:,} | {leaf.unique_tokens:,} | {leaf.mixed_tokens:,} |"
        for leaf in [leaf for leaf in funnel.leaves if leaf.kept][:LEAVES_SHOWN]
    )
    steps = "\n".join(
        f"| {escaped(s.name)} | {s.documents:,} | {'' if s.tokens is None else format(s.tokens, ',')} |"
        for s in funnel.steps
    )
    title = escaped(spec.about.title or spec.name)
    description = f"{escaped(spec.about.description)}\n\n" if spec.about.description else ""
    return f"""---
{front_matter(facts)}---

# {title}

{description}{facts.amounts}
of up to {manifest["sequence_tokens"]:,} tokens, packed by `{manifest["packing"]}`. The tokenizer lies beside this file
(`tokenizer.json`). Made by corpusmill; `_manifest.json` lists every part with its checksum, `_plan.json` the mix,
`_funnel.json` where each document went{beside(manifest)}.{counted(manifest)}

```python
from datasets import load_dataset
from tokenizers import Tokenizer

rows = load_dataset("parquet", data_files="{parts_pattern(manifest)}", split="train")
print(Tokenizer.from_file("tokenizer.json").decode(rows[0]["input_ids"]))
```

A row is one sequence: `input_ids`; `seq_lens`, the tokens of each piece in it; `doc_ids` and `doc_offsets`, the
document of each piece and where in it the piece starts; `leaf` and `pass`, what the mix drew it for; `n_tokens`.

## Where the documents went

| step | documents | tokens |
|---|---:|---:|
{steps}

{removed(funnel)}## What it is made of

| source | domain | language | unique documents | their tokens | tokens in the mix |
|---|---|---|---:|---:|---:|
{leaves}

{held(manifest)}{none(manifest)}{lacks(manifest)}{less(manifest)}## Licences

{licences(facts)}
"""


def removed(funnel: Funnel) -> str:
    """What the steps removed of each language, the languages with most documents first; nothing where they did not."""
    lines = []
    for language, counts in sorted(funnel.by("language").items(), key=lambda item: (-item[1]["read"], item[0])):
        lost = funnel.lost_by_language.get(language, {})
        if not lost:
            continue
        rules = [f"{escaped(why)} {n:,} ({n / counts['read']:.1%})" for why, n in list(lost.items())[:RULES_SHOWN]]
        if len(lost) > RULES_SHOWN:
            rules.append(f"{len(lost) - RULES_SHOWN} other rules {sum(list(lost.values())[RULES_SHOWN:]):,}")
        lines.append(f"| {escaped(language or '-')} | {counts['read']:,} | {counts['kept']:,} | {'; '.join(rules)} |")
    if not lines:
        return ""
    more = len(lines) - LEAVES_SHOWN
    rest = f"\nand {more} more languages; `_funnel.json` has all.\n" if more > 0 else ""
    head = "| language | documents read | kept | removed by |\n|---|---:|---:|---|\n"
    head = f"## What the steps removed, by language\n\n{head}"
    return head + "\n".join(lines[:LEAVES_SHOWN]) + "\n" + rest + "\n"


def counted(manifest: Mapping[str, Any]) -> str:
    """What the mix is counted in where that is not tokens, and how many of the tokens are trained on."""
    told = ""
    if "supervised_tokens" in manifest:
        told += f" {manifest['supervised_tokens']:,} of the tokens are trained on: `loss_mask` is 1 for them."
    if "mix_unit" in manifest:
        told += f" The mix is counted in {manifest['mix_unit'].replace('_', ' ')}."
    return told


def beside(manifest: Mapping[str, Any]) -> str:
    """What else lies in the folder, if it does."""
    if "document_files" not in manifest:
        return ""
    return (
        ", `documents*.parquet` one row about each document, `datasheet.md` how it was made, `croissant.json` the same "
        "for programs, `eu-ai-act-article-53.md` and `california-ab-2013.md` what these laws ask for"
    )


def licences(facts: Facts) -> str:
    """Sums by licence where they were counted, else the licence of each source."""
    if facts.licences:
        return licences_table(facts)
    return "\n".join(f"- {escaped(i.source)}: {escaped(i.license or 'not stated')}" for i in facts.spec.inputs)


def held(manifest: Mapping[str, Any]) -> str:
    """What is held out of the mix, or, in the card of that, what it is held out of."""
    if "held_out" in manifest:
        what = f"These documents, {manifest['held_out']:.3%} by hash, are in no mix: the dataset above has none of them"
        return f"## Validation\n\n{what}.\n\n"
    if (told := manifest.get("validation")) is None:
        return ""
    what = f"{told['documents']:,} documents, {told['tokens']:,} tokens in {told['sequences']:,} sequences"
    where = "are in no part beside this file. They are a dataset of their own in `validation/`, with a manifest"
    warning = "Read the parts by name: a program that reads this folder with all below it reads these, too"
    return f"## Held out\n\n{what}, {where}.\n{warning}.\n\n"


def none(manifest: Mapping[str, Any]) -> str:
    """The leaves that were planned and got no document, if there are any."""
    told = manifest.get("without_documents")
    what = "Documents are taken whole, and these leaves were to get less than one"
    return f"## What the mix could not take\n\n{what}: {escaped(told)}.\n\n" if told else ""


def lacks(manifest: Mapping[str, Any]) -> str:
    """The stretches of input that could not be read at all, if there are any."""
    rows = "".join(
        f"- {escaped(m['source'])}: {escaped(m['file'])} [{m['start']}, {m['end']}): {escaped(m['reason'])}\n"
        for m in manifest["missing"]
    )
    return f"## What it lacks\n\nThese stretches of input failed and are not in it:\n\n{rows}\n" if rows else ""


def less(manifest: Mapping[str, Any]) -> str:
    """How much was taken out of the dataset after it was made, if anything."""
    gone = [part["taken_down"] for part in manifest["parts"] if "taken_down" in part]
    documents = len({doc_id for told in gone for doc_id in told["documents"]})
    tokens = sum(n for told in gone for n in told["tokens"].values())
    told = f"{documents:,} documents, with {tokens:,} tokens in the mix, after it was made; the tables count them."
    return f"## What was taken down\n\n{told}\n\n" if gone else ""
