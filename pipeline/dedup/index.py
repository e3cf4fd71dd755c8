"""What a later run needs of earlier ones: which shards are settled and by which tables, run by run.

Keys and bands of old shards are files of the exchange already, held in sorted levels. The index adds one small object a
run, `index/RULES/RUN-SHARDS.json`, and, where asked for, the shingle sets of kept documents. Tables are named by
their content, so an older version of the index still points at what it pointed at.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.dedup import NearSpec
from corpusmill.pipeline.dedup.levels import grown
from corpusmill.pipeline.dedup.members import SHINGLES, sets_of
from corpusmill.pipeline.dedup.records import REASONS
from corpusmill.pipeline.dedup.settings import EnteredShard, Level, Settings
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.ids import SHARD_BITS, digest
from corpusmill.pipeline.files.tables import TableWriter, read_table

FOLDER = "index"
VERSION_NAME = re.compile(r"index/[0-9a-f]{32}/\d{4}-[0-9a-f]{32}\.json")


def record(work: Work, settings: Settings, tables: Mapping[str, str], sets: Mapping[str, str]) -> None:
    """Write the version of the index that ends with the last run of these shards.

    Its name holds its last run, and which shards it is of: a run over a sample takes no other version's place.
    """
    shards = {s.unit: [s.number, tables[s.unit], sets.get(s.unit, s.sets)] for s in settings.shards}
    last = max((s.number >> SHARD_BITS for s in settings.shards), default=0)
    levels = [[v.tier, v.files] for v in grown(work, settings)]
    payload = json.dumps({"run": last, "shards": shards, "levels": levels}, sort_keys=True).encode()
    work.store.publish(f"{folder_of(settings)}/{last:04d}-{digest(sorted(shards))}.json", payload)


def with_resolved(store: Store, settings: Settings) -> Settings:
    """`settings` with the shards of earlier runs settled, if a version of the index holds just those; else as it is.

    It fits when it was made by the same rules and all its shards are still there, before all others. Of several, the
    one that settles most.
    """
    numbers = {s.unit: s.number for s in settings.shards}
    best: Mapping[str, Any] = {"shards": {}, "levels": []}
    for file in store.files(folder_of(settings)):
        found = json.loads(store.read(file.uri))
        others = [n >> SHARD_BITS for unit, n in numbers.items() if unit not in found["shards"]]
        fits = all(numbers.get(unit) == number for unit, (number, _, _) in found["shards"].items())
        if fits and min(others, default=0) > found["run"] and len(found["shards"]) > len(best["shards"]):
            best = found
    settled = tuple(_resolved(s, best["shards"].get(s.unit)) for s in settings.shards)
    return replace(settings, shards=settled, levels=tuple(Level(tier=t, files=f) for t, f in best["levels"]))


def _resolved(shard: EnteredShard, entry: Sequence[Any] | None) -> EnteredShard:
    """The shard with what the index says of it: its number, its table, its file of shingle sets."""
    return shard if entry is None else replace(shard, resolved=entry[1], sets=entry[2])


def forget(store: Store, numbers: set[int]) -> None:
    """Delete every version of the index, by whatever rules, that rests on one of these shards."""
    for name, version in versions(store).items():
        if any(number in numbers for number, _, _ in version["shards"].values()):
            store.delete(name)


def versions(store: Store) -> Mapping[str, Mapping[str, Any]]:
    """Every version of the index there is, by whatever rules, by its name."""
    names = [f.uri for f in store.files(FOLDER) if VERSION_NAME.fullmatch(f.uri)]
    return {name: json.loads(store.read(name)) for name in names}


def folder_of(settings: Settings) -> str:
    return f"{FOLDER}/{settings.rules}"


def keep_sets(work: Work, settings: Settings, tables: Sequence[str]) -> dict[str, str]:
    """Write the shingle sets of new shards' kept documents, where the job keeps an index for verification by text."""
    near = settings.spec.near
    if near is None or near.verify != "text" or not settings.spec.index:
        return {}
    told = zip(settings.shards, tables, strict=True)
    compared = [(s, table) for s, table in told if not settings.spec.excludes(s.source, near=True)]
    units: list[SetsUnit] = [{"name": s.unit, "table": table} for s, table in compared if s.resolved is None]
    found = work.phase("sets", units, KeepSets(near=near), size_bytes=work.unit_bytes + 1)
    return {u["name"]: r["sets"] for u, r in zip(units, found, strict=True)}


class SetsUnit(TypedDict):
    """A shard: its ingest unit, and its table of duplicates."""

    name: str
    table: str


class SetsWritten(TypedDict):
    """A file of shingle sets."""

    sets: str


@dataclass(frozen=True, kw_only=True)
class KeepSets:
    """Task of a shard: the shingle sets of its kept documents with words, as Parquet."""

    near: NearSpec

    def __call__(self, store: Store, folder: str, unit: SetsUnit) -> SetsWritten:
        with store.open(unit["table"]) as f:
            rows = read_table(f, columns=["doc_id", "reason"])
        removed = pc.is_in(rows["reason"], value_set=pa.array(REASONS))  # one taken down stays among the compared
        gone = rows["doc_id"].filter(removed).to_numpy()
        with store.open(f"sketches/{unit['name']}.parquet") as f:
            sketch = read_table(f, columns=["doc_id", "word_count"])
        ids = sketch["doc_id"].to_numpy()[sketch["word_count"].to_numpy() > 0]
        ids = ids[~np.isin(ids, gone)]
        name = f"sets/{unit['name']}/{Path(unit['table']).name}"
        schema = pa.schema({"doc_id": pa.int64(), "shingles": SHINGLES})
        with scratch.folder() as there:
            local = there / "sets.parquet"
            with TableWriter(local, schema) as out:
                for table in sets_of(store, f"documents/{unit['name']}.parquet", ids, self.near):
                    out.write(table)
            store.publish_file(name, local)
        return {"sets": name}
