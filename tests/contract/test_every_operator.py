"""Promises that hold for every operator file, present and future. Adding a file adds its tests."""

import dataclasses
import inspect
import pickle

import pyarrow as pa
import pytest
from hypothesis import given, settings

from corpusmill.errors import ContractError
from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Extract, Operator, Reader, Resource, Rewrite, Signal
from tests.contract.documents import TEXTS, batch_of
from tests.contract.needed import FOUND, PARAMS

NAMES = load.names()
ON_BATCHES = tuple(n for n in NAMES if not issubclass(load.find(n), Reader))
ADDING = tuple(n for n in ON_BATCHES if issubclass(load.find(n), Rewrite | Signal))
DECIDING = tuple(n for n in ON_BATCHES if issubclass(load.find(n), Decision))


def operator(name: str) -> Operator:
    """The operator with its files in its hands, parameters where it has no default."""
    op = load.equip(load.build(name, PARAMS.get(name, {})), load.shipped)
    return dataclasses.replace(op, found=Resource("found", FOUND[name])) if name in FOUND else op


def run(op: Operator, texts: list[str | None]) -> pa.Table:
    """What the operator gives for these texts, as a table."""
    assert not isinstance(op, Reader)
    batch = batch_of(texts, op.columns_read())
    out = op(batch)
    return pa.table({"drop_reason": out}) if isinstance(op, Decision) else out.table


@pytest.mark.thorough
@pytest.mark.parametrize("name", ON_BATCHES)
@given(first=TEXTS, right=TEXTS)
@settings(max_examples=40)
def test_result_does_not_depend_on_where_batches_are_cut(name, first, right):
    op = operator(name)
    whole = run(op, [*first, *right])
    parts = pa.concat_tables([run(op, first), run(op, right)])
    kept = [c for c in whole.column_names if c != "doc_id"]
    assert whole.select(kept).equals(parts.select(kept))


@pytest.mark.thorough
@pytest.mark.parametrize("name", [n for n in ON_BATCHES if n not in DECIDING])
@given(texts=TEXTS)
@settings(max_examples=40)
def test_rows_and_columns_it_does_not_declare_are_untouched(name, texts):
    op = operator(name)
    assert isinstance(op, Extract | Rewrite | Signal)
    before = batch_of(texts, {**op.columns_read(), "other": pa.string()}).table
    mine = [c for c in before.column_names if c not in op.columns_added()]
    assert op(Batch(before)).table.select(mine).equals(before.select(mine))


@pytest.mark.parametrize("name", DECIDING)
def test_the_values_here_make_it_keep_and_drop(name):
    reasons = run(operator(name), [str(i) for i in range(400)])["drop_reason"]
    assert 0 < reasons.null_count < len(reasons)


@pytest.mark.parametrize("name", ["signals.url", "signals.domain", "signals.blocklist"])
def test_the_values_here_are_addresses_to_what_reads_one(name):
    op = operator(name)
    assert isinstance(op, Signal)
    out = run(op, [str(i) for i in range(40)])
    assert any(len(set(out[column].to_pylist())) > 1 for column in op.columns_added())


@pytest.mark.parametrize("name", ON_BATCHES)
def test_empty_batch_still_carries_the_declared_columns(name):
    op = operator(name)
    out = run(op, [])
    if isinstance(op, Extract | Rewrite | Signal):
        assert {n: out.schema.field(n).type for n in op.columns_added()} == dict(op.columns_added())


@pytest.mark.parametrize("name", NAMES)
def test_survives_the_trip_to_a_worker(name):
    op = load.build(name, PARAMS.get(name, {}))
    assert pickle.loads(pickle.dumps(op)) == op


@pytest.mark.parametrize("name", ON_BATCHES)
def test_missing_column_is_named(name):
    op = operator(name)
    assert not isinstance(op, Reader)
    first = next(iter(op.columns_read()))
    with pytest.raises(ContractError, match=f"reads column '{first}'"):
        op(batch_of(["a"], {}))


@pytest.mark.parametrize("name", NAMES)
def test_module_docstring_names_its_source(name):
    assert "Source:" in (inspect.getmodule(load.find(name)).__doc__ or "")


@pytest.mark.parametrize("name", ADDING)
def test_running_twice_is_refused(name):
    op = operator(name)
    assert isinstance(op, Rewrite | Signal)
    once = op(batch_of(["a"], op.columns_read()))
    if op.adds:
        with pytest.raises(ContractError, match="would overwrite column"):
            op(once)
    else:
        assert op(once).table.column_names == once.table.column_names
