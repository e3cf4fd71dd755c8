"""What a later run needs of earlier ones: which shards are settled and by which tables, run by run.

Keys and bands of old shards are files of the exchange already, held in sorted levels. The index adds one small object
a run, `index/RULES/RUN.json`, and, where asked for, the shingle sets of kept documents. Tables are named by their
content, so an older version of the index still points at what it pointed at.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cluster.storage import Store
from pipeline.config.dedup import NearSpec
from pipeline.dedup.levels import grown
from pipeline.dedup.members import SHINGLES, sets_of
from pipeline.dedup.phases import Unit, Work
from pipeline.dedup.settings import Level, Settings
from pipeline.identity import SHARD_BITS
from pipeline.tables import TableWriter


@dataclass(frozen=True)
class Settled:
    """One shard in the index."""

    number: int
    table: str
    sets: str | None


def record(work: Work, settings: Settings, tables: Mapping[str, str], sets: Mapping[str, str]) -> None:
    """Write the version of the index that ends with the last run of these shards."""
    shards = {s.unit: [s.number, tables[s.unit], sets.get(s.unit, s.sets)] for s in settings.shards}
    last = max((s.number >> SHARD_BITS for s in settings.shards), default=0)
    levels = [[v.tier, v.files] for v in grown(work, settings)]
    payload = json.dumps({"run": last, "shards": shards, "levels": levels}, sort_keys=True).encode()
    work.store.publish(f"{folder_of(settings)}/{last:04d}.json", payload)


def with_settled(store: Store, settings: Settings) -> Settings:
    """`settings` with the shards of earlier runs settled, if the newest fitting version of the index holds just those.

    It fits when it was made by the same rules and all its shards are still there, before all others.
    """
    numbers = {s.unit: s.number for s in settings.shards}
    for file in reversed(store.files(folder_of(settings))):
        found = json.loads(store.read(file.uri))
        shards = {unit: Settled(*told) for unit, told in found["shards"].items()}
        others = [n >> SHARD_BITS for unit, n in numbers.items() if unit not in shards]
        fits = all(numbers.get(unit) == s.number for unit, s in shards.items())
        if shards and fits and min(others, default=0) > found["run"]:
            levels = tuple(Level(tier=tier, files=files) for tier, files in found["levels"])
            settled = tuple(_settled(s, shards.get(s.unit)) for s in settings.shards)
            return replace(settings, shards=settled, levels=levels)
    return settings


def _settled(shard: Any, known: Settled | None) -> Any:
    return shard if known is None else replace(shard, settled=known.table, sets=known.sets)


def roll_back(store: Store, settings: Settings, run: int) -> list[str]:
    """Forget `run` and those after it: removes their versions of the index, and gives their names.

    The shards of these runs must leave the inventory too; the next run then stands on what was before.
    """
    gone = [f.uri for f in store.files(folder_of(settings)) if int(Path(f.uri).stem) >= run]
    for name in gone:
        store.delete(name)
    return gone


def units_in(store: Store, settings: Settings) -> set[str]:
    """The ingest units that any version of the index by these rules rests on."""
    versions = [json.loads(store.read(file.uri)) for file in store.files(folder_of(settings))]
    return {unit for version in versions for unit in version["shards"]}


def folder_of(settings: Settings) -> str:
    return f"index/{settings.rules}"


def keep_sets(work: Work, settings: Settings, tables: Sequence[str]) -> dict[str, str]:
    """Write the shingle sets of new shards' kept documents, where the job keeps an index for verification by text."""
    near = settings.spec.near
    if near is None or near.verify != "text" or not settings.spec.index:
        return {}
    told = zip(settings.shards, tables, strict=True)
    units = [{"name": s.unit, "table": table} for s, table in told if s.settled is None]
    found = work.phase("sets", units, KeepSets(near=near), size_bytes=work.unit_bytes + 1)
    return {str(u["name"]): r["sets"] for u, r in zip(units, found, strict=True)}


@dataclass(frozen=True, kw_only=True)
class KeepSets:
    """Task of a shard: the shingle sets of its kept documents with words, as Parquet."""

    near: NearSpec

    def __call__(self, store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
        with store.open(unit["table"]) as f:
            rows = pq.read_table(f, columns=["doc_id", "reason"])
        gone = rows["doc_id"].filter(rows["reason"].is_valid()).to_numpy()
        with store.open(f"sketches/{unit['name']}.parquet") as f:
            sketch = pq.read_table(f, columns=["doc_id", "word_count"])
        ids = sketch["doc_id"].to_numpy()[sketch["word_count"].to_numpy() > 0]
        ids = ids[~np.isin(ids, gone)]
        name = f"sets/{unit['name']}/{Path(unit['table']).name}"
        schema = pa.schema({"doc_id": pa.int64(), "shingles": SHINGLES})
        with tempfile.TemporaryDirectory(prefix="corpusmill-") as there:
            local = Path(there) / "sets.parquet"
            with TableWriter(local, schema) as out:
                for table in sets_of(store, f"documents/{unit['name']}.parquet", ids, self.near):
                    out.write(table)
            store.publish_file(name, local)
        return {"sets": name}
