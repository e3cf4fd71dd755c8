"""Which documents have to be looked at together: those joined by shared band keys, however indirectly."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import NotConverged
from corpusmill.operators.dedup.components import components, contracted, large_star, small_star
from corpusmill.operators.dedup.edges import Edges, star_edges
from corpusmill.operators.dedup.survivors import RUN_SHIFT
from corpusmill.pipeline.dedup.records import EDGE, MEMBER, shard_keys, spread
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.key_range import EVERYTHING
from corpusmill.pipeline.exchange.reading import read_part, read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Work

MAX_ROUNDS = 60  # a chain of n nodes takes about log2(n): 10^18 nodes would be done


class BucketUnit(PartitionUnit):
    """A partition of band keys; first_run: only keys that a document of it or of a later run has join documents."""

    first_run: int


class UnionUnit(TypedDict):
    """All files of edges."""

    name: str
    names: list[str]


class EdgesWritten(TypedDict):
    """A file of edges and its bytes. largest_bucket: of the partition; unfinished: documents whose edges changed."""

    edges: str
    bytes: int
    largest_bucket: NotRequired[int]
    unfinished: NotRequired[int]


class MembersWritten(TypedDict):
    """A file of MEMBER records and its bytes."""

    members: str
    bytes: int


def group(work: Work, bands: Mapping[str, int], *, first_run: int = 0) -> tuple[dict[str, int], int]:
    """Files of MEMBER records, with their bytes; and the size of the largest bucket.

    bands: bytes of each file; first_run: only keys that a document of this run or a later one has join documents.
    """
    partitions = run_exchange(bands, label="bands", phase=work.phase, unit_bytes=work.unit_bytes)
    units: list[BucketUnit] = [{**p.to_unit(), "first_run": first_run} for p in partitions]
    found = work.phase("buckets", units, bucket_unit, size_bytes=sum(bands.values()))
    largest = max((r.get("largest_bucket", 0) for r in found), default=0)
    return joined(work, {r["edges"]: r["bytes"] for r in found}), largest


def joined(work: Work, edges: Mapping[str, int]) -> dict[str, int]:
    """Files of MEMBER records, with their bytes, of what edges join.

    edges: bytes of each file of EDGE records, in which every edge is under both its ends.
    """
    if sum(edges.values()) <= work.unit_bytes or len(edges) == 1:
        unit: UnionUnit = {"name": "all", "names": list(edges)}
        members = work.phase("components", [unit], union_unit, size_bytes=0)
        return {r["members"]: r["bytes"] for r in members}
    return _star_rounds(work, edges)


def _star_rounds(work: Work, edges: Mapping[str, int]) -> dict[str, int]:
    """Alternate the two steps over the exchange until every component is a star."""
    for number in range(MAX_ROUNDS):
        both_ends = _keyed(work, edges, f"star{number:02d}-large")
        large = work.phase(f"star{number:02d}-large", both_ends, large_unit, size_bytes=sum(edges.values()))
        if not sum(r.get("unfinished", 0) for r in large):
            members = work.phase("components", both_ends, star_unit, size_bytes=sum(edges.values()))
            return {r["members"]: r["bytes"] for r in members}
        larger_end = _keyed(work, {r["edges"]: r["bytes"] for r in large}, f"star{number:02d}-small")
        small = work.phase(f"star{number:02d}-small", larger_end, small_unit, size_bytes=sum(edges.values()))
        edges = {r["edges"]: r["bytes"] for r in small}
    raise NotConverged(f"components still changed after {MAX_ROUNDS} rounds; this is a fault of the program, report it")


def _keyed(work: Work, edges: Mapping[str, int], label: str) -> list[PartitionUnit]:
    partitions = run_exchange(edges, label=f"{label}-edges", phase=work.phase, unit_bytes=work.unit_bytes)
    return [p.to_unit() for p in partitions]


def bucket_unit(store: Store, folder: str, unit: BucketUnit) -> EdgesWritten:
    """A partition of band keys becomes the fewest edges that join the same documents."""
    partition = partition_of(unit)
    table = read_range(store, partition.names, partition.range)
    stars = star_edges(table["key"].to_numpy(), table["doc_id"].to_numpy(), least=unit["first_run"] << int(RUN_SHIFT))
    written = publish_edges(store, folder, unit, contracted(stars.edges), both_ends=True)
    written["largest_bucket"] = stars.largest_bucket
    return written


def union_unit(store: Store, folder: str, unit: UnionUnit) -> MembersWritten:
    """All edges at once, where they fit."""
    tables = [read_part(store, name, EVERYTHING) for name in unit["names"]]
    table = pa.concat_tables([EDGE.empty_table(), *tables])
    node, other = table["node"].to_numpy(), table["other"].to_numpy()
    once = node < other
    found = components(Edges(low=node[once], high=other[once]))
    return _publish_members(store, folder, unit, found.node, found.root)


def large_unit(store: Store, folder: str, unit: PartitionUnit) -> EdgesWritten:
    """One large-star step over a partition of edges."""
    node, other = _ends(store, unit)
    step = large_star(node, other)
    written = publish_edges(store, folder, unit, step.edges, both_ends=False)
    written["unfinished"] = step.unfinished
    return written


def small_unit(store: Store, folder: str, unit: PartitionUnit) -> EdgesWritten:
    """One small-star step over a partition of edges."""
    node, other = _ends(store, unit)
    step = small_star(node, other)
    return publish_edges(store, folder, unit, step.edges, both_ends=True)


def star_unit(store: Store, folder: str, unit: PartitionUnit) -> MembersWritten:
    """Finished stars, every edge from both ends, become members of components."""
    node, other = _ends(store, unit)
    order = np.lexsort((other, node))
    node, first = np.unique(node[order], return_index=True)
    return _publish_members(store, folder, unit, node, np.minimum(node, other[order][first]))


def _ends(store: Store, unit: PartitionUnit) -> tuple[np.ndarray, np.ndarray]:
    partition = partition_of(unit)
    table = read_range(store, partition.names, partition.range)
    return table["node"].to_numpy(), table["other"].to_numpy()


def publish_edges(store: Store, folder: str, unit: PartitionUnit, edges: Edges, *, both_ends: bool) -> EdgesWritten:
    node, other = edges.high, edges.low
    if both_ends:
        node, other = np.concatenate((node, edges.low)), np.concatenate((other, edges.high))
    table = pa.table({"key": spread(node), "node": node, "other": other}, schema=EDGE)
    name = f"{folder}/{unit['name']}.edges.arrow"
    store.publish(name, encoded(table).to_pybytes())
    return {"edges": name, "bytes": table.nbytes}


def _publish_members(
    store: Store, folder: str, unit: PartitionUnit | UnionUnit, node: np.ndarray, root: np.ndarray
) -> MembersWritten:
    table = pa.table({"key": shard_keys(node), "doc_id": node, "cluster_id": root}, schema=MEMBER)
    name = f"{folder}/{unit['name']}.members.arrow"
    store.publish(name, encoded(table).to_pybytes())
    return {"members": name, "bytes": table.nbytes}
