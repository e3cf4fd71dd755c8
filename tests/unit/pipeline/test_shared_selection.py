"""Small units share a unit of selection; large ones have their own."""

from types import SimpleNamespace
from typing import Any

from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.stages.pack.stage import SHARED_BYTES, SHARED_UNITS, select_units

PLANNED: Any = SimpleNamespace(fingerprint="mix")


def units(*sizes: int | None) -> list[Any]:
    names = [f"u{n}" for n in range(len(sizes))]
    axes = Result("axes", {name: {"tokens": f"t-{name}"} for name in names}, Tally(), ran=0)
    tokenized = {f"t-{name}": {} if size is None else {"bytes": size} for name, size in zip(names, sizes, strict=True)}
    return select_units(PLANNED, axes, tokenized)


def test_small_ones_share_up_to_so_many_bytes():
    half = SHARED_BYTES // 2
    found = units(half, half, half, SHARED_BYTES * 3, 5, 6)
    assert [[axes for axes, _ in u["units"]] for u in found] == [["u0", "u1"], ["u2"], ["u3"], ["u4", "u5"]]
    assert [u["size_bytes"] for u in found] == [2 * half, half, SHARED_BYTES * 3, 11]
    assert len({u["name"] for u in found}) == 4


def test_no_unit_has_more_than_so_many_and_one_of_unknown_size_is_alone():
    assert [len(u["units"]) for u in units(*[1] * (SHARED_UNITS + 1))] == [SHARED_UNITS, 1]
    assert [len(u["units"]) for u in units(None, None)] == [1, 1]


def test_its_name_says_what_it_selects_from():
    assert units(1, 1)[0]["name"] != units(1)[0]["name"]
