"""What ingest gathers: exact counts, the same whatever the batches and the grouping of units."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.cluster.storage import Store
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.decide.bounds import Bounds
from corpusmill.operators.signals.counts import Counts
from corpusmill.operators.text.cell_counts import NO_VALUE, count_cells
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.evidence import merge
from corpusmill.pipeline.evidence.cells import edges
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.evidence.follow import MOST, MOST_NEAR
from corpusmill.pipeline.evidence.gather import Gatherer
from corpusmill.pipeline.evidence.packed import pack, unpack
from corpusmill.pipeline.evidence.rows import weights
from corpusmill.pipeline.evidence.safe_gatherer import SafeGatherer
from corpusmill.pipeline.run.labelled import LabelledTexts
from corpusmill.pipeline.steps.chain import Chain

STEPS = (
    ("signals.counts", Counts()),
    ("decide.bounds", Bounds(bounds={"word_count": (5, 40), "char_count": (None, 120)})),
    ("decide.bounds", Bounds(bounds={"line_count": (None, 3)})),
)


def table(rows: int, begin: int = 0) -> pa.Table:
    """Documents of 1 to 60 words in one to six lines; every third in German."""
    ids = np.arange(begin, begin + rows)
    texts = [("word " * (i % 60 + 1)).strip() + "\nline" * (i % 6) for i in ids.tolist()]
    columns = {name: pa.nulls(rows, dtype) for name, dtype in STANDARD.items()}
    columns |= {"doc_id": pa.array(ids), "text": pa.array(texts, TEXT)}
    columns["language"] = pa.array(["de" if i % 3 == 0 else "en" for i in ids.tolist()])
    return pa.table(columns)


def gathered(parts: list[pa.Table], share: float = 0.5) -> bytes:
    chain = Chain(LabelledTexts(), STEPS, {})
    found = Gatherer(chain, "a", share, last=True)
    for part in parts:
        found.add(chain.run(Batch(part)))
    return found.packed()


def evidence(content: bytes) -> Evidence:
    return Evidence(name="x", **unpack(content))


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=60))
def test_a_bin_holds_the_numbers_between_its_edges(numbers):
    values = np.array([[np.nan if v is None else v for v in numbers]])
    zeros = np.zeros(len(numbers), np.int64)
    for one in range(len(numbers)):
        found = count_cells(values[:, one : one + 1], zeros[:1], np.zeros((1, 1), np.int8), zeros[:1] + 7)
        bins = found.parts()[3]
        if numbers[one] is None:
            assert bins.tolist() == [NO_VALUE]
        else:
            assert edges(bins)[0] <= numbers[one] < edges(bins + 1)[0]
        assert found.sizes.tolist() == [7]


def test_the_bytes_do_not_depend_on_batches():
    whole = table(3000)
    cut = [whole.slice(i, 170) for i in range(0, 3000, 170)]
    assert gathered([whole]) == gathered(cut) == gathered([whole.slice(i, 1000) for i in range(0, 3000, 1000)])


def test_documents_that_are_dropped_before_their_language_is_measured_have_none():
    steps = (
        ("signals.counts", Counts()),
        ("decide.bounds", Bounds(bounds={"word_count": (5, None)})),
        ("signals.language", load.equip(load.build("signals.language", {}), load.shipped)),
    )
    chain = Chain(LabelledTexts(), steps, {})
    found = Gatherer(chain, "a", 0.5, last=True)
    found.add(chain.run(Batch(table(300).drop_columns("language"))))
    counted = unpack(found.packed())["cells"].filter(pc.field("axis") == "language")
    assert set(counted["value"].to_pylist()) > {""}


def test_what_is_merged_is_what_one_unit_gathers_whatever_the_groups():
    parts = [unpack(gathered([table(400, begin)])) for begin in (0, 400, 800)]
    one = merge.together(parts)
    two = merge.together([merge.together(parts[:2]), parts[2]])
    three = merge.together([parts[2], merge.together(parts[:1]), parts[1]])
    assert pack(one) == pack(two) == pack(three)
    whole = unpack(gathered([table(1200)]))
    for name in ("cells", "rules"):
        assert one[name].equals(whole[name])


def test_adding_up_a_few_at_a_time_changes_no_byte(tmp_path, monkeypatch):
    store, names = Store(str(tmp_path)), ["a", "b", "c"]
    for begin, name in enumerate(names):
        store.publish(merge.address(name), gathered([table(400, 400 * begin)]))
    merge.merge(store, "whole", names)
    monkeypatch.setattr(merge, "HELD_BYTES", 0)
    merge.merge(store, "pieces", names)
    assert store.read(merge.address("pieces")) == store.read(merge.address("whole"))


def test_counts_are_those_of_the_documents():
    found = evidence(gathered([table(1200)]))
    chain = Chain(LabelledTexts(), STEPS, {})
    outcome = chain.run(Batch(table(1200)))
    kept = outcome.kept.table
    assert found.kept("de").documents == pc.sum(pc.equal(kept["language"], "de")).as_py()
    assert found.groups("source")["a"].documents == kept.num_rows
    assert (
        found.kept("en").size_bytes
        == pc.sum(pc.binary_length(kept.filter(pc.equal(kept["language"], "en"))["text"])).as_py()
    )
    first = next(gone for gone in outcome.dropped if gone.number == 1)
    words, chars = first.table["word_count"].to_numpy(), first.table["char_count"].to_numpy()
    alone = int(((words < 5) & (chars <= 120)).sum())
    rows = found.rules.filter(
        pc.and_(pc.equal(found.rules["axis"], "source"), pc.equal(found.rules["reason"], "word_count<5"))
    )
    assert rows["alone_documents"].to_pylist() == [alone]
    assert rows["step"].to_pylist() == ["decide.bounds"]
    later = found.rules.filter(pc.equal(found.rules["reason"], "line_count>3"))
    assert set(later["step"].to_pylist()) == {"decide.bounds#2"}


def test_dropped_documents_that_are_drawn_are_measured_to_the_end():
    found = evidence(gathered([table(1200)], share=1.0))
    rows = found.rows.filter(pc.greater_equal(found.rows["step_number"], 0))
    assert rows.num_rows == found.dropped("de", 1).documents + found.dropped("en", 1).documents + sum(
        found.dropped(language, 2).documents for language in ("de", "en")
    )
    assert rows["line_count"].null_count == 0
    assert evidence(gathered([table(1200)], share=0.0)).rows["step_number"].to_pylist().count(1) == 0


def test_a_fault_of_the_gatherer_costs_no_document():
    chain = Chain(LabelledTexts(), STEPS, {})
    found = SafeGatherer(Gatherer(chain, "a", 1.0, last=True))
    found.add(chain.run(Batch(table(10))))
    found.gatherer.chain = None
    assert evidence(found.packed()).rows.num_rows == 0
    assert found.fault is not None


@pytest.mark.parametrize("most", [1, 5])
def test_excerpts_are_the_nearest_to_a_bound(most):
    found = evidence(gathered([table(1200)])).excerpts
    near = found.filter(pc.and_(pc.equal(found["kind"], "kept"), pc.equal(found["reason"], "word_count<5")))
    assert near["measured"].to_pylist()[:most] == [5.0] * min(most, near.num_rows)
    drawn = found.filter(pc.equal(found["kind"], "drawn"))
    assert {"word_count<5", "char_count>120", "line_count>3", ""} <= set(drawn["reason"].to_pylist())


def test_of_many_dropped_documents_the_lowest_drawn_are_measured_and_stand_for_all():
    found = evidence(gathered([table(4000, begin) for begin in range(0, 40_000, 4000)], share=0.2))
    rates = {(r["step_number"], r["near"]): r["rate"] for r in found.rates.to_pylist() if r["step_number"] == 1}
    for near, most, share in ((False, MOST, 0.2), (True, MOST_NEAR, 1.0)):
        rows = found.rows.filter(pc.and_(pc.equal(found.rows["step_number"], 1), pc.equal(found.rows["near"], near)))
        assert rows.num_rows == most
        assert pc.max(rows["draw"]).as_py() < rates[1, near] < share
    dropped = sum(found.dropped(language, 1).documents for language in ("de", "en"))
    mine = found.rows.filter(pc.equal(found.rows["step_number"], 1))
    # three standard errors of 96 and 192 rows
    assert weights(mine, found.rates).sum() == pytest.approx(dropped, rel=0.2)
