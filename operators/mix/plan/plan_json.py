"""A plan as JSON, to read, to edit and to keep: one leaf a line, the same bytes for the same plan.

`tokens` of a phase, `targets`, `max_tokens` and bounds may be edited; epochs and effective tokens are told for the
reader, and worked out again from what counts when the file is read. A mix that is not counted in tokens says its
`unit`, which takes the place of `tokens` in these names.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.check import breaches
from corpusmill.operators.mix.plan.plan import MixPlan, PhasePlan, too_many_copies
from corpusmill.operators.mix.spec.spec import Multiplier
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.mix.spec.where import Bound, Replay
from corpusmill.operators.mix.supply.leaves import Lanes, LeafTable

FORMAT = "corpusmill mix plan 2"


def to_json(plan: MixPlan) -> bytes:
    """The plan as UTF-8 JSON, ending in a newline."""
    return "\n".join(_lines(plan)).encode() + b"\n"


def _lines(plan: MixPlan) -> Iterator[str]:
    yield "{"
    yield f'"format": {_as_text(FORMAT)},'
    yield f'"seed": {plan.seed},'
    yield f'"held_out": {_as_text(plan.held_out)},'
    if plan.replay:
        yield f'"replay": {_as_text({"where": dict(plan.replay.where), "share": plan.replay.share})},'
    if plan.validation:
        yield '"validation": true,'
    if plan.unit is not Unit.TOKENS:
        yield f'"unit": {_as_text(plan.unit)},'
    yield f'"multiplier": {_as_text(dataclasses.asdict(plan.multiplier) if plan.multiplier else None)},'
    yield f'"unmatched": {_as_text(plan.unmatched)},'
    yield '"phases": ['
    yield ",\n".join(_as_text(_phase(p, plan.unit)) for p in plan.phases)
    yield "],"
    yield f'"columns": {_as_text(plan.leaves.columns)},'
    yield '"leaves": ['
    yield ",\n".join(_leaves(plan))
    yield "]"
    yield "}"


def _phase(phase: PhasePlan, unit: Unit) -> dict[str, object]:
    bounds = [{"where": dict(b.where), "min": b.min, "max": b.max} for b in phase.bounds]
    return {"name": phase.name, unit.value: phase.tokens, "bounds": bounds}


def _leaves(plan: MixPlan) -> Iterator[str]:
    lanes, first = plan.leaves.lanes, plan.leaves.first_lane.tolist()
    rows = np.column_stack([lanes.parts, lanes.documents, lanes.tokens, lanes.largest]).tolist()
    epochs, effective = plan.epochs.round(6).tolist(), np.rint(plan.effective).astype(np.int64).tolist()
    targets, stopped, caps = plan.targets.T.tolist(), plan.stopped.T.tolist(), plan.caps.tolist()
    values = plan.leaves.values
    for i, codes in enumerate(plan.leaves.codes.tolist()):
        yield _as_text(
            {
                "leaf": [values[c][k] for c, k in enumerate(codes)],
                "lanes": rows[first[i] : first[i + 1]],
                f"max_{plan.unit}": caps[i],
                "targets": targets[i],
                "epochs": epochs[i],
                f"effective_{plan.unit}": effective[i],
                "stopped_by": [plan.reasons[k] for k in stopped[i]],
            }
        )


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def from_json(payload: bytes) -> MixPlan:
    """The plan that `to_json` wrote, perhaps edited since. SpecError says what it breaks, all of it."""
    try:
        found = json.loads(payload)
    except ValueError as e:
        raise SpecError(f"not a mix plan, it is not JSON: {e}") from e
    said = found.get("format") if isinstance(found, dict) else None
    if said != FORMAT:
        raise SpecError(f"not a mix plan of this version: expected format {FORMAT!r}, found {said!r}")
    try:
        plan = _plan_of(found)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as e:
        if isinstance(e, SpecError):
            raise
        raise SpecError(f"a mix plan that was edited into something else: {type(e).__name__}: {e}") from e
    wrong = breaches(plan.leaves, plan.phases, plan.caps, plan.targets, slack=0, unit=plan.unit)
    wrong += too_many_copies(plan)
    if wrong:
        raise SpecError("the plan contradicts itself:\n  " + "\n  ".join(wrong))
    return plan


def _plan_of(found: dict[str, Any]) -> MixPlan:
    rows, unit = found["leaves"], Unit(found.get("unit", Unit.TOKENS))
    columns = tuple(found["columns"])
    reasons = tuple(dict.fromkeys(["", *(word for row in rows for word in row["stopped_by"])]))
    places = {word: i for i, word in enumerate(reasons)}
    return MixPlan(
        leaves=_table(columns, rows),
        phases=tuple(_phase_of(p, unit) for p in found["phases"]),
        targets=np.array([row["targets"] for row in rows], np.int64).reshape(len(rows), -1).T.copy(),
        caps=np.array([row[f"max_{unit}"] for row in rows], np.int64),
        stopped=np.array([[places[w] for w in row["stopped_by"]] for row in rows], np.int32).T.copy(),
        reasons=reasons,
        seed=found["seed"],
        held_out=found["held_out"],
        multiplier=_multiplier_of(found["multiplier"]),
        unmatched=tuple(found["unmatched"]),
        replay=_replay_of(found.get("replay")),
        validation=found.get("validation", False) is True,
        unit=unit,
    )


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> LeafTable:
    keys = [tuple(row["leaf"]) for row in rows]
    if keys != sorted(set(keys)):
        raise SpecError("the plan's groups are not sorted, or one occurs twice")
    values = tuple(tuple(sorted({k[i] for k in keys})) for i in range(len(columns)))
    places = [{v: j for j, v in enumerate(column)} for column in values]
    codes = np.array([[p[v] for p, v in zip(places, key, strict=True)] for key in keys], np.int32)
    lanes = np.array([lane for row in rows for lane in row["lanes"]], np.int64).reshape(-1, 4)
    leaf = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row["lanes"]) for row in rows])
    return LeafTable(
        columns=columns,
        values=values,
        codes=codes.reshape(len(rows), len(columns)),
        lanes=Lanes(
            leaf=leaf,
            parts=lanes[:, 0].astype(np.int32),
            documents=lanes[:, 1].copy(),
            tokens=lanes[:, 2].copy(),
            largest=lanes[:, 3].copy(),
        ),
    )


def _phase_of(stored: Mapping[str, Any], unit: Unit) -> PhasePlan:
    bounds = tuple(
        Bound(where={c: tuple(v) for c, v in b["where"].items()}, min=b["min"], max=b["max"]) for b in stored["bounds"]
    )
    return PhasePlan(name=stored["name"], tokens=stored[unit.value], bounds=bounds)


def _replay_of(stored: Mapping[str, Any] | None) -> Replay | None:
    if stored is None:
        return None
    return Replay(where={column: tuple(values) for column, values in stored["where"].items()}, share=stored["share"])


def _multiplier_of(stored: Mapping[str, Any] | None) -> Multiplier | None:
    if stored is None:
        return None
    return Multiplier(column=stored["column"], steps=tuple((start, times) for start, times in stored["steps"]))
