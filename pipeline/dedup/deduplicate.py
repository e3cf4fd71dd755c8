"""All rules over all shards, in order: equal URLs, equal texts, near duplicates; then one table a shard.

A loser of one rule takes no part in the next. Bands are exchanged unfiltered all the same: components only say which
documents to look at together, and losers drop out where the clusters are judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup.exact import Resolved, TextRule, UrlRule
from corpusmill.pipeline.dedup.gathering import by_shard, shard_units
from corpusmill.pipeline.dedup.grouping import group
from corpusmill.pipeline.dedup.index import keep_sets
from corpusmill.pipeline.dedup.judging import LARGEST_LISTED, NearRule
from corpusmill.pipeline.dedup.levels import all_files, written_by_ingest
from corpusmill.pipeline.dedup.members import SendMembers
from corpusmill.pipeline.dedup.records import REASONS, TAKEDOWN
from corpusmill.pipeline.dedup.resolved import OutcomesWritten, resolved_unit
from corpusmill.pipeline.dedup.safeguards import check_ceilings, check_clusters
from corpusmill.pipeline.dedup.settings import KINDS, Settings
from corpusmill.pipeline.dedup.shape import Sources, together
from corpusmill.pipeline.dedup.tables import TableWritten, WriteTable
from corpusmill.pipeline.dedup.takedown import down_among
from corpusmill.pipeline.exchange.rounds import PartitionUnit, run_exchange
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.tally import check

Files = dict[str, int]
R = TypeVar("R", bound=Resolved)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`tables`: each shard's table of duplicates, by its unit; `removed`: what few documents one removes, by its unit;
    `sets`: files of shingle sets of its kept documents, where asked for; `facts`: counts for people and reports.
    """

    tables: Mapping[str, str]
    removed: Mapping[str, Sequence[int]]
    sets: Mapping[str, str]
    facts: Mapping[str, Any]


def deduplicate(work: Work, settings: Settings) -> Outcome:
    """Run what is not done yet of every phase; AccountingError, RemovalCeiling or GiantCluster stop before the end."""
    spec, shards = settings.spec, settings.shards
    if not shards:
        return _judged(settings, [], {}, {})
    settings = replace(
        settings, down=down_among(work, [s.unit for s in shards], settings.takedown, settings.files_bytes)
    )
    files = {kind: all_files(work.store, settings, kind) for kind in KINDS}
    urls, texts = files["url"], Files()
    outcomes: Files = {}
    if spec.url != "off":
        found = _rule(work, "url", urls, UrlRule(ranking=settings.ranking))
        outcomes |= {r["outcomes"]: r["outcomes_bytes"] for r in found}
        texts |= {r["texts"]: r["texts_bytes"] for r in found}
    if spec.text:
        found = _rule(work, "text", files["text"] | texts, TextRule(ranking=settings.ranking))
        outcomes |= {r["outcomes"]: r["outcomes_bytes"] for r in found}
    near: Mapping[str, Any] = {}
    if spec.near is not None:
        found, near = _near(work, settings, files["bands"], outcomes)
        outcomes |= {r["outcomes"]: r["outcomes_bytes"] for r in found}
    told = by_shard(work, outcomes, shards, label="outcomes")
    results = work.phase(
        "tables",
        shard_units(shards, outcomes=told),
        WriteTable(down=settings.down, sources=Sources.of(shards)),
        size_bytes=sum(outcomes.values()),
    )
    return _judged(settings, results, near, keep_sets(work, settings, [r["table"] for r in results]))


def _rule(work: Work, name: str, files: Files, task: Callable[[Store, str, PartitionUnit], R]) -> Sequence[R]:
    partitions = run_exchange(files, label=name, phase=work.phase, unit_bytes=work.unit_bytes)
    return work.phase(name, [p.to_unit() for p in partitions if p.names], task, size_bytes=sum(files.values()))


def _near(
    work: Work, settings: Settings, bands: Files, outcomes: Files
) -> tuple[Sequence[OutcomesWritten], Mapping[str, Any]]:
    near, shards = settings.spec.near, settings.shards
    assert near is not None
    members, largest_bucket = group(work, bands, first_run=settings.first_run)
    units = shard_units(
        shards,
        members=by_shard(work, members, shards, label="members"),
        outcomes=by_shard(work, outcomes, shards, label="verdicts"),
    )
    known = [u for u in units if u["settled"] is not None]
    again = work.phase("settled", known, resolved_unit, size_bytes=work.unit_bytes) if known else []
    new = [s.unit for s in shards if s.resolved is None]
    documents = sum(written_by_ingest(work.store, "documents", "parquet", settings.files_bytes, new).values())
    sent = work.phase("sketches", units, SendMembers(near=near, ranking=settings.ranking), size_bytes=documents)
    sketches = {name: size for r in sent for name, size in r["files"].items()}
    if not sketches:
        return again, {"largest_bucket": largest_bucket, "largest": []}
    partitions = run_exchange(sketches, label="clusters", phase=work.phase, unit_bytes=work.unit_bytes)
    task = NearRule(near=near, ranking=settings.ranking, max_comparisons=settings.max_comparisons)
    judged = work.phase("near", [p.to_unit() for p in partitions], task, size_bytes=sum(sketches.values()))
    clusters = sorted((c for r in judged for c in r["largest"]), key=lambda c: (-c["documents"], c["cluster_id"]))
    facts = {
        "largest_bucket": largest_bucket,
        "largest": clusters[:LARGEST_LISTED],
        "comparisons": sum(r["comparisons"] for r in judged),
        "cut_short": sum(r["cut_short"] for r in judged),
    }
    return [*again, *judged], facts


def _judged(
    settings: Settings, results: Sequence[TableWritten], near: Mapping[str, Any], sets: Mapping[str, str]
) -> Outcome:
    entered = sum(r["entered"] for r in results)
    check(
        "documents that entered dedup",
        came=entered,
        went={"copies": sum(r["copies"] for r in results), "taken down": sum(r["takedown"] for r in results)},
    )
    check_ceilings(settings, results)
    check_clusters(settings, near.get("largest", []), entered)
    facts = {
        "entered": entered,
        "removed": {reason: sum(r["removed"][reason] for r in results) for reason in (*REASONS, TAKEDOWN)},
        "without_words": sum(r["without_words"] for r in results),
        "near": near,
        "shape": together([r["shape"] for r in results if "shape" in r]),
    }
    tables = {s.unit: r["table"] for s, r in zip(settings.shards, results, strict=True)}
    few = {
        s.unit: ids for s, r in zip(settings.shards, results, strict=True) if (ids := r.get("few_removed")) is not None
    }
    return Outcome(tables=tables, removed=few, sets=sets, facts=facts)
