"""Published datasets by name, in pipeline/datasets/NAME.yaml: columns, format, licence, and where the facts are from.

`inputs: {dataset: NAME, paths: ...}` takes what the file says under `input`; what the job writes itself wins.
"""

import datetime
import functools
import importlib.resources
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from ruamel.yaml import YAML

from corpusmill.pipeline import datasets
from corpusmill.pipeline.config.base.section import PlainMap, Positive, Section

SUFFIX = ".yaml"
Text = Annotated[str, Field(min_length=1)]
EXCLUSIVE = ("domain", "language")  # a fixed value, or a field under `columns`; never both


class Facts(Section):
    """Says where the facts about a schema are from, and which of them nobody has confirmed."""

    source: Text
    """The publication that describes the schema."""
    release: Text
    """The version of the dataset that it describes."""
    looked_up: datetime.date
    """The day on which it was looked up."""
    unverified: str = ""
    """What is written here from general knowledge, because no source at hand confirms it."""


class NamedDataset(Section):
    """Describes a published dataset: what an input of it has, and one sample record after its schema."""

    name: Text
    title: Text
    version: Positive
    """Raised by hand whenever `input` changes."""
    about: Text
    """What it is, in a sentence or two."""
    citation: Text
    facts: Facts
    notes: str = ""
    """What a user of it has to know."""
    input: PlainMap
    """Keys of an input of the job file."""
    file: Text
    """The name of a file as it is published; its ending says how the sample is stored."""
    sample: Annotated[tuple[Any, ...], Field(min_length=1)]
    """Records made by hand after the schema; none is taken from the dataset."""
    gives: Annotated[tuple[Any, ...], Field(min_length=1)]
    """The columns that the sample is read as, one mapping for each document."""


@functools.cache
def dataset_names() -> tuple[str, ...]:
    """Every dataset that has a file, sorted."""
    files = importlib.resources.files(datasets).iterdir()
    return tuple(sorted(f.name.removesuffix(SUFFIX) for f in files if f.name.endswith(SUFFIX)))


@functools.cache
def named_dataset(name: str) -> NamedDataset:
    """The description of a dataset, one of `dataset_names`."""
    text = importlib.resources.files(datasets).joinpath(name + SUFFIX).read_text(encoding="utf-8")
    found = dict(YAML(typ="safe").load(text))
    return NamedDataset.model_validate({**found, "sample": tuple(found["sample"]), "gives": tuple(found["gives"])})


def with_dataset(each: Mapping[str, Any]) -> dict[str, Any]:
    """An input of a job file with what its `dataset` says below what it says itself; unchanged without one.

    Columns, types and options are merged key by key; a column that is null is left out. Its source is called as the
    dataset is.

    >>> with_dataset({"dataset": "c4", "paths": ["c4/*.json.gz"], "columns": {"date": None}})["columns"]
    {'url': 'url'}
    """
    name = each.get("dataset")
    if not isinstance(name, str):
        return dict(each)
    if name not in dataset_names():
        return {"source": name, **each}  # so that its name is what is reported, and no lack of another
    below = json.loads(json.dumps(named_dataset(name).input))  # a copy that can be changed
    written = each.get("columns")
    for key in EXCLUSIVE:
        if each.get(key) is not None and isinstance(columns := below.get("columns"), dict):
            columns.pop(key, None)
        if isinstance(written, Mapping) and written.get(key) is not None:
            below.pop(key, None)
    full = {"source": name, **below, **each}
    for key in ("columns", "types", "options"):
        if isinstance(below.get(key), dict) and isinstance(mine := each.get(key, {}), Mapping):
            full[key] = {k: v for k, v in {**below[key], **mine}.items() if v is not None or key == "options"}
    if isinstance(types := full.get("types"), dict):
        kept = full.get("columns", {})
        full["types"] = {column: t for column, t in types.items() if column in kept}
    return full
