"""A plan that a person has reviewed, and perhaps edited, in place of one worked out."""

import numpy as np

from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.operators.mix.spec.spec import MixSpec as Mix
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.files import referenced as resources

REMEDY = "write a new one with `corpusmill mix plan JOB --out FILE`, and edit that"


def given_plan(spec: MixSpec) -> str | None:
    """The content of the plan that the job names; null when it names none. MissingFile when it is not there."""
    return None if spec.plan is None else resources.read(spec.plan).decode("utf-8", "replace")


def reviewed(content: str, leaves: LeafTable, spec: Mix) -> MixPlan:
    """The plan, if it keeps its own bounds and caps and is of these documents; else SpecError."""
    plan = from_json(content.encode())
    differ = [
        f"{name} is {theirs!r} in the plan, {ours!r} in the job"
        for name, theirs, ours in (
            ("seed", plan.seed, spec.seed),
            ("held_out", plan.held_out, spec.held_out),
            ("multiplier", plan.multiplier, spec.multiplier),
            ("columns", plan.leaves.columns, leaves.columns),
            ("unit", plan.unit, spec.unit),
        )
        if theirs != ours
    ]
    if not differ:
        differ = other_documents(plan.leaves, leaves, plan.unit.words)
    if differ:
        raise SpecError("\n  ".join(["mix.plan is the plan of other documents or another mix:", *differ, REMEDY]))
    return plan


def other_documents(planned: LeafTable, there: LeafTable, unit: str) -> list[str]:
    """In what the supply of a plan differs from the documents there are, in words; at most three leaves.

    unit: what both count, in words.
    """
    names = [[table.key(i) for i in range(len(table))] for table in (planned, there)]
    if names[0] != names[1]:
        odd = sorted({*names[0]} ^ {*names[1]})[:3]
        return [
            f"leaf {'/'.join(leaf)} is in {'the plan' if leaf in names[0] else 'the documents'} only" for leaf in odd
        ]
    fields = ("parts", "documents", "tokens", "largest")
    if all(np.array_equal(getattr(planned.lanes, f), getattr(there.lanes, f)) for f in fields):
        return []
    changed = [i for i in range(len(there)) if planned.tokens[i] != there.tokens[i]][:3]
    told = [
        f"{'/'.join(there.key(i))}: {planned.tokens[i]:,} {unit} planned, {there.tokens[i]:,} there" for i in changed
    ]
    return told or ["the documents of its leaves are others"]
