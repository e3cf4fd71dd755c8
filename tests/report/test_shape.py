"""What deduplication removed, counted for the report."""

import numpy as np
import pyarrow as pa

from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.dedup.shape import Sources, shape, together
from corpusmill.pipeline.dedup.tables import SCHEMA
from corpusmill.pipeline.files.ids import doc_ids


def ids(shard: int, *rows: int) -> list[int]:
    return doc_ids(run=0, shard=shard, rows=np.array(rows), uri="").tolist()


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, SCHEMA)


SHARDS = [EnteredShard(unit=f"u{n}", number=n, source="ab"[n > 1], priority=1, uri="") for n in range(4)]


def test_sources_are_those_of_the_shards():
    found = Sources.of(SHARDS)
    assert found.names == ("a", "b")
    assert found.of_documents(np.array([*ids(0, 5), *ids(1, 0), *ids(2, 9), *ids(3, 1)])).tolist() == [
        "a",
        "a",
        "b",
        "b",
    ]


def test_pairs_sizes_and_similarities_add_up():
    sources = Sources.of(SHARDS)
    (kept,), (one, two, three) = ids(0, 1), ids(2, 1, 2, 3)
    first = shape(table([{"doc_id": kept, "copies": 4, "cluster_id": kept}]), sources)
    removed = {"reason": "near", "survivor": kept, "similarity": 0.85}
    second = shape(
        table([
            {"doc_id": one, **removed},
            {"doc_id": two, **removed, "similarity": 0.999},
            {"doc_id": three, "reason": "text", "survivor": kept},
        ]),
        sources,
    )  # fmt: skip
    found = together([first, second])
    assert found["sizes"] == {"4": 1}
    assert found["pairs"] == [("b", "a", 3)]
    assert found["similarity"] == {"85": 1, "99": 1}
    assert [(e["survivor"], e["removed"], e["removed_for_it"]) for e in found["examples"]] == [(kept, one, 2)]
    assert together([second, first]) == found


def test_nothing_removed_is_nothing_counted():
    assert together([shape(table([]), Sources.of(SHARDS))]) == {
        "sizes": {},
        "similarity": {},
        "pairs": [],
        "examples": [],
    }
