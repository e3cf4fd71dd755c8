"""The dataset as Croissant JSON-LD: its files, its two tables with their columns, licences, what the job says of it.

Source: MLCommons Croissant Format Specification 1.0, and its vocabulary for responsible AI (RAI) 1.0.
"""

import json
from collections.abc import Iterator

import pyarrow as pa

from corpusmill.operators.tokens.schema import columns_of
from corpusmill.pipeline.files.dataset_layout import parts_pattern
from corpusmill.pipeline.files.json_values import Json, JsonObject
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.profile.schema import DOCUMENTS

PARQUET = "application/x-parquet"
SPDX = "https://spdx.org/licenses/"
TERMS = ("column", "data", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes")
TERMS += ("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex")
TERMS += (
    "repeated",
    "replace",
    "separator",
    "source",
    "subField",
    "transform",
    "citeAs",
    "equivalentProperty",
    "samplingRate",
)
COLUMNS = {  # what a column holds
    "input_ids": "token ids; never padded",
    "seq_lens": "tokens of each piece",
    "doc_ids": "document of each piece",
    "doc_offsets": "token of the document where the piece starts",
    "leaf": "group of the mix each piece was selected for",
    "pass": "0 the first time a document is used",
    "n_tokens": "tokens",
    "loss_mask": "1 for each token that a model is trained on, else 0",
    "doc_id": "number of the document",
    "source": "name of the input it came from",
    "source_id": "number of the record in its input",
    "url": "address it was fetched from",
    "fetched_at_utc": "when it was fetched, or its date",
    "domain": "domain the job gave it",
    "language": "language",
    "license": "licence the job states for its source",
    "group": "group of the mix",
    "copies": "copies in the dataset",
}
RAI = {
    "rai:dataCollection": "collection",
    "rai:dataLimitations": "limits",
    "rai:dataUseCases": "uses",
    "rai:personalSensitiveInformation": "personal_information",
    "rai:dataReleaseMaintenancePlan": "maintenance",
}


def croissant(facts: Facts) -> str:
    """The JSON-LD, the same text for the same dataset; what nobody said is left out."""
    return json.dumps(dict(_metadata(facts)), indent=1, ensure_ascii=True) + "\n"


def _context() -> JsonObject:
    found: dict[str, Json] = {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
    }
    found |= {term: f"cr:{term}" for term in TERMS}
    typed = {"data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"}}
    return found | typed | {"examples": {"@id": "cr:examples", "@type": "@json"}}


def _metadata(facts: Facts) -> Iterator[tuple[str, Json]]:
    about = facts.spec.about
    yield "@context", _context()
    yield "@type", "sc:Dataset"
    yield "conformsTo", ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
    yield "name", facts.spec.name
    description = f"{facts.amounts}."
    yield "description", f"{about.description} {description}" if about.description else description
    yield "license", _licences(facts)
    yield "inLanguage", facts.languages
    yield "keywords", ["pretraining", "tokenized", "text"]
    if about.homepage:
        yield "url", about.homepage
    if about.creator:
        yield "creator", {"@type": "sc:Organization", "name": about.creator}
    if about.published:
        yield "datePublished", about.published
    if about.version:
        yield "version", about.version
    if about.citation:
        yield "citeAs", about.citation
    for term, key in RAI.items():
        if value := getattr(about, key):
            yield term, value
    yield "distribution", list(_files(facts))
    yield "recordSet", list(_tables(facts))


def _licences(facts: Facts) -> list[str]:
    """Addresses of SPDX licences, the job's words for others."""
    if facts.spec.about.license:
        return [_address(facts.spec.about.license)]
    found = [_address(each.spdx or each.words) for each in facts.licences]
    return found or [_address(i.license) for i in facts.spec.inputs if i.license] or ["not stated"]


def _address(words: str) -> str:
    """The page of one SPDX licence; anything else as it is.

    >>> _address("CC-BY-4.0"), _address("MIT OR Apache-2.0")
    ('https://spdx.org/licenses/CC-BY-4.0', 'MIT OR Apache-2.0')
    """
    from corpusmill.pipeline.papers.spdx import spdx

    found = spdx(words)
    return f"{SPDX}{found}" if found and " " not in found else words


def _files(facts: Facts) -> Iterator[Json]:
    for name in ("tokenizer", "plan", "funnel"):
        file = "tokenizer.json" if name == "tokenizer" else f"_{name}.json"
        yield {
            "@type": "cr:FileObject",
            "@id": file,
            "name": file,
            "contentUrl": file,
            "encodingFormat": "application/json",
            "sha256": facts.manifest[f"{name}_sha256"],
        }
    yield _file_set("parts", parts_pattern(facts.manifest), "Sequences of token ids; checksums are in _manifest.json.")
    if facts.manifest.get("document_files"):
        yield _file_set("document-files", "documents*.parquet", "One row about each document.")


def _file_set(name: str, pattern: str, description: str) -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "description": description,
        "encodingFormat": PARQUET,
        "includes": pattern,
    }


def _tables(facts: Facts) -> Iterator[Json]:
    yield _table("sequences", "parts", columns_of(facts.manifest.get("loss")))
    if facts.manifest.get("document_files"):
        yield _table("documents", "document-files", DOCUMENTS)


def _table(name: str, files: str, schema: pa.Schema) -> Json:
    fields: list[Json] = []
    for field in schema:
        repeated = pa.types.is_list(field.type)
        description: dict[str, Json] = {
            "@type": "cr:Field",
            "@id": f"{name}/{field.name}",
            "name": field.name,
            "description": COLUMNS[field.name],
            "dataType": _type(field.type.value_type if repeated else field.type),
            "source": {"fileSet": {"@id": files}, "extract": {"column": field.name}},
        }
        fields.append(description | ({"repeated": True} if repeated else {}))
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def _type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:DateTime" if pa.types.is_timestamp(kind) else "sc:Text"
