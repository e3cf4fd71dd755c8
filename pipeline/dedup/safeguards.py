"""What stops a run that would delete a source: a ceiling on its removals, an alarm on giant clusters."""

from collections import Counter
from collections.abc import Sequence

from corpusmill.errors import GiantCluster, RemovalCeiling
from corpusmill.pipeline.dedup.judging import ClusterSize
from corpusmill.pipeline.dedup.records import REASONS
from corpusmill.pipeline.dedup.settings import GIANT_CLUSTER_LEAST, Settings
from corpusmill.pipeline.dedup.tables import TableWritten
from corpusmill.pipeline.files.ids import ROW_BITS


def check_ceilings(settings: Settings, results: Sequence[TableWritten]) -> None:
    """Raise RemovalCeiling naming every source above its ceiling. results: of `tables`, in the order of the shards."""
    entered, removed = Counter[str](), Counter[str]()
    for shard, result in zip(settings.shards, results, strict=True):
        entered[shard.source] += result["entered"]
        removed[shard.source] += sum(result["removed"][reason] for reason in REASONS)
    over = [
        f"{source}: {removed[source]:,} of {n:,} documents ({removed[source] / n:.1%}) would go, "
        f"its limit is {settings.spec.ceiling(source):.1%}"
        for source, n in sorted(entered.items())
        if n and removed[source] > settings.spec.ceiling(source) * n
    ]
    if over:
        raise RemovalCeiling(
            "deduplication would remove more of a source than allowed; if that is right, set "
            "`dedup: {max_removed_share: {SOURCE: SHARE}}`. To see what would go, allow it for a run into another "
            "folder, `--set output=LOOK --set 'dedup.max_removed_share={SOURCE: 1}'`; then `corpusmill inspect "
            "duplicates JOB`\n" + "\n".join(over)
        )


def check_clusters(settings: Settings, largest: Sequence[ClusterSize], entered: int) -> None:
    """Raise GiantCluster when one cluster alone would lose more than its share of all documents."""
    for cluster in largest:
        if cluster["removed"] > max(GIANT_CLUSTER_LEAST, settings.spec.max_cluster_share * entered):
            shard = cluster["cluster_id"] >> ROW_BITS
            source = next((s.source for s in settings.shards if s.number == shard), "?")
            raise GiantCluster(
                f"the cluster of document {cluster['cluster_id']} (source {source}) holds {cluster['documents']:,} "
                f"documents and {cluster['removed']:,} of them would go, of {entered:,} in all; raise the threshold or "
                f"use `verify: text`; if it is right, raise `dedup: {{max_cluster_share: "
                f"{settings.spec.max_cluster_share}}}`"
            )
