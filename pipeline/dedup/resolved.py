"""What an earlier deduplication decided of near duplicates, said again: a later run cannot undo it."""

from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup.gathering import ShardUnit, of_shard, verdicts
from corpusmill.pipeline.dedup.members import near_removals
from corpusmill.pipeline.dedup.records import ADDED, OUTCOME, REASONS, outcome
from corpusmill.pipeline.exchange.files import encoded


class OutcomesWritten(TypedDict):
    """A file of outcomes and its bytes."""

    outcomes: str
    outcomes_bytes: int


def resolved_unit(store: Store, folder: str, unit: ShardUnit) -> OutcomesWritten:
    """Task of a settled shard: its near removals as outcomes. Copies are counted anew: exact ones may have come."""
    assert unit["settled"] is not None
    rows = near_removals(store, unit["settled"])
    said = verdicts(of_shard(store, unit.get("outcomes", []), unit["number"], OUTCOME))
    ids, survivor, clusters = (rows[n].to_numpy() for n in ("doc_id", "survivor", "cluster_id"))
    removed = outcome(
        ids,
        reason=REASONS.index("near"),
        survivor=survivor,
        similarity=pc.fill_null(rows["similarity"], np.nan).to_numpy(),
        cluster_id=clusters,
        band=pc.fill_null(rows["band"], -1).to_numpy(),
    )
    added = outcome(survivor, reason=ADDED, cluster_id=clusters, copies=said.copies_of(ids))
    name = f"{folder}/{unit['name']}.outcomes.arrow"
    table = pa.concat_tables([removed, added])
    store.publish(name, encoded(table).to_pybytes())
    return {"outcomes": name, "outcomes_bytes": table.nbytes}
