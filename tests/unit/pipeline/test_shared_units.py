"""Small files share a unit: grouped once and for good, read together, each failing alone; old inventories go on."""

import dataclasses
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import IdsExhausted
from corpusmill.operators.readers.jsonl import Jsonl
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.files.ids import SLOT_ROW_BITS, digest, doc_ids, slot_of
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.stages.ingest import parts as ingest
from corpusmill.pipeline.workspace import inventory, sharing
from corpusmill.pipeline.workspace.inventory import numbered
from corpusmill.pipeline.workspace.shards import Shard, Shards, UnitFiles

SPEC = "name: j\ninputs: [{source: a, paths: ['*.jsonl.gz']}]\ndocuments: [signals.counts]\ndedup: {near: off}\n"


def listed(*numbers: int, size: int = 100, source: str = "a", etag: str = "1"):
    return [(InputFile(source, f"/{source}{n:05d}", size, etag), "jsonl", Jsonl()) for n in numbers]


def units(shards: Shards) -> list[list[str]]:
    return [[s.uri for s in group.files] for group in shards.groups()]


def test_few_files_have_units_of_their_own_and_many_small_ones_share():
    few = numbered([], listed(*range(sharing.FEW_FILES)), update=False)
    assert [len(unit) for unit in units(few.current)] == [1] * sharing.FEW_FILES
    many = numbered([], listed(*range(1200)) + listed(9999, size=sharing.SMALL_BYTES), update=False)
    assert sorted(len(unit) for unit in units(many.current)) == [1, 1200 - 2 * 511, 511, 511]
    large = numbered([], listed(*range(40), size=900_000), update=False)
    assert [len(unit) for unit in units(large.current)] == [18, 18, 4]  # 16 MiB each


def test_a_unit_holds_files_of_one_source():
    both = listed(*range(50)) + listed(*range(50), source="b")
    assert [{uri[1] for uri in unit} for unit in units(numbered([], both, update=False).current)] == [{"a"}, {"b"}]


def test_adding_a_file_changes_no_unit_and_taking_one_away_changes_only_its_own():
    first = numbered([], listed(*range(1200)), update=False)
    more = numbered(first.all, listed(*range(1201)), update=False)
    assert units(more.current) == [*units(first.current), ["/a01200"]]
    assert more.current[: len(first.current)] == first.current
    fewer = numbered(more.all, listed(*(n for n in range(1201) if n != 700)), update=False)
    assert [unit for unit in units(more.current) if unit not in units(fewer.current)] == [units(more.current)[1]]
    assert set(fewer.current.identities()) < set(more.current.identities())
    back = numbered(fewer.all, listed(*range(1201)), update=False)
    assert back.current == more.current


def test_a_changed_file_leaves_its_unit_and_gets_a_number_of_its_own():
    first = numbered([], listed(*range(50)), update=False)
    changed = numbered(first.all, listed(*range(49)) + listed(49, etag="2"), update=False)
    assert [len(unit) for unit in units(changed.current)] == [49, 1]
    updated = numbered(first.all, listed(*range(49)) + listed(49, etag="2"), update=True, published=ids(first.current))
    assert [len(unit) for unit in units(updated.current)] == [50, 1]
    assert [s.run for s in updated.new] == [1]


def test_files_of_a_source_whose_changes_replace_them_have_units_of_their_own():
    first = numbered([], listed(*range(50)), update=False, replaced={"a"})
    assert len(units(first.current)) == 50


def ids(shards: Shards) -> set[int]:
    return set(shards.identities().tolist())


def test_no_two_shards_have_the_same_identity_and_ids_of_a_unit_do_not_meet():
    found = numbered([], listed(*range(600)), update=False).current
    assert len(ids(found)) == 600
    rows = np.array([0, (1 << SLOT_ROW_BITS) - 1])
    made = [doc_ids(run=s.run, shard=s.shard, rows=rows, uri=s.uri, slot=s.slot) for s in found]
    assert np.all(np.diff(np.concatenate(made)) > 0)
    assert [int(slot_of(each)[1]) for each in made] == [s.slot for s in found]
    with pytest.raises(IdsExhausted, match="shares a unit"):
        doc_ids(run=0, shard=0, rows=rows + 1, uri="/a", slot=1)


def test_an_inventory_of_before_goes_on_under_the_names_it_had(tmp_path):
    """The names of its units are what they were: a hash of the shard without a slot."""
    store, spec = Store(str(tmp_path)), parse(SPEC)
    old = [Shard(0, n, "a", "readers.jsonl", f"/a{n:05d}", 0, 100, 100, "1") for n in range(50)]
    rows = [{k: v for k, v in dataclasses.asdict(s).items() if k != "slot"} for s in old]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    store.publish(inventory.NAME, sink.getvalue())
    known = inventory.read(store)
    assert list(known) == old
    files = [(file, "readers.jsonl", reader) for file, _, reader in listed(*range(100))]
    found = numbered(known, files, update=False)
    assert [len(unit) for unit in units(found.current)] == [1] * 50 + [50]
    prints, keys = ingest._fingerprints(spec, 0, known.groups())
    names = [digest(ingest.VERSION, row, prints["a", "readers.jsonl"], keys, None) for row in rows]
    assert [u["name"] for u in ingest.units(spec, found.current)][:50] == names


def test_a_unit_goes_to_its_worker_whole():
    (group,) = numbered([], listed(*range(50)), update=False).current.groups()
    unit = json.loads(json.dumps(group.to_unit()))
    assert UnitFiles.from_unit(unit).files == group.files
    assert (unit["uri"], unit["size"]) == ("/a00000 and 49 more", 5000)
    assert len(unit["files"]) < 50 * 60
