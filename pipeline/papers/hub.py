"""The metadata of a dataset card as the Hugging Face hub reads it: YAML, every value as JSON on one line."""

from collections.abc import Iterator, Mapping
from typing import Any

from corpusmill.pipeline.files.dataset_layout import parts_pattern
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.report.markdown import yaml_value

# Identifiers of the hub that are an SPDX one in small letters, or another word for it.
LICENCES = {
    *("apache-2.0", "mit", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0"),
    *("cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-4.0", "gpl-3.0", "gpl-2.0"),
    *("bsd-2-clause", "bsd-3-clause", "mpl-2.0", "unlicense", "isc", "afl-3.0", "wtfpl", "gfdl", "pddl"),
}
OTHER_WORDS = {"odc-by-1.0": "odc-by", "pddl-1.0": "pddl", "gfdl-1.3-or-later": "gfdl", "odbl-1.0": "odbl"}
SIZES = (
    *((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")),
    *((10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B")),
    *((10_000_000_000, "1B<n<10B"), (100_000_000_000, "10B<n<100B"), (1_000_000_000_000, "100B<n<1T")),
)


def front_matter(facts: Facts) -> str:
    """The lines between the two `---` of a card."""
    return "".join(f"{key}: {value}\n" for key, value in _lines(facts))


def _lines(facts: Facts) -> Iterator[tuple[str, str]]:
    spec, manifest = facts.spec, facts.manifest
    yield "pretty_name", yaml_value(spec.about.title or spec.name)
    if facts.languages:
        yield "language", yaml_value(facts.languages)
        yield "multilinguality", yaml_value(["multilingual" if len(facts.languages) > 1 else "monolingual"])
    yield from ((key, yaml_value(value)) for key, value in licence_of(facts).items())
    yield "size_categories", yaml_value([size_category(int(manifest["sequences"]))])
    yield "task_categories", "[text-generation]"
    yield "task_ids", "[language-modeling]"
    yield "annotations_creators", "[no-annotation]"
    yield "language_creators", "[found]"
    yield "source_datasets", "[original]"
    yield "tags", yaml_value(tags_of(facts))
    yield "configs", f"\n- config_name: default\n  default: true\n  data_files: {splits(manifest)}{documents(manifest)}"


def licence_of(facts: Facts) -> JsonObject:
    """`license` of the hub, and for one that it does not know its name: that of the job, else those of its sources."""
    if facts.spec.about.license:
        return _one(facts.spec.about.license)
    words = [each.spdx or each.words for each in facts.licences if each.words != "not stated"]
    if len(words) == 1 and len(facts.licences) == 1:
        return _one(words[0])
    known = [name for name in map(hub_licence, words) if name is not None]
    if words and len(known) == len(words) == len(facts.licences):
        return {"license": sorted(set(known))}
    return {"license": "other", "license_name": "several"} if words else {"license": "unknown"}


def _one(words: str) -> JsonObject:
    name = hub_licence(words)
    return {"license": name} if name else {"license": "other", "license_name": words}


def hub_licence(words: str) -> str | None:
    """The hub's identifier of a licence; null where it has none.

    >>> hub_licence("CC-BY-4.0"), hub_licence("ODC-By-1.0"), hub_licence("see LICENSES.md")
    ('cc-by-4.0', 'odc-by', None)
    """
    low = words.lower()
    found = OTHER_WORDS.get(low, low)
    return found if found in LICENCES or low in OTHER_WORDS else None


def size_category(rows: int) -> str:
    """The hub's word for a number of rows.

    >>> size_category(999), size_category(1000), size_category(2 * 10**12)
    ('n<1K', '1K<n<10K', 'n>1T')
    """
    return next((word for most, word in SIZES if rows < most), "n>1T")


def tags_of(facts: Facts) -> list[str]:
    """Words that the dataset is found by."""
    domains = [a.value for a in facts.by("domain") if a.value][:8]
    return ["pretraining", "tokenized", "packed-sequences", "corpusmill", *domains]


def splits(manifest: Mapping[str, Any]) -> str:
    """What the hub reads as which split: the parts beside the card for training, those held out apart."""
    parts = parts_pattern(manifest)
    if not manifest.get("validation", {}).get("documents"):
        return parts
    return f"\n  - {{split: train, path: {parts}}}\n  - {{split: validation, path: validation/{parts}}}"


def documents(manifest: Mapping[str, Any]) -> str:
    """The configuration of the rows about documents, where there are any."""
    if not manifest.get("document_files"):
        return ""
    return "\n- config_name: documents\n  data_files: documents*.parquet"
