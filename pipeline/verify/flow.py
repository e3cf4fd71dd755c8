"""Conservation: what each step of the funnel was given is what it passed on and what it says it lost."""

import json
from collections.abc import Mapping
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.operators.mix.select.counts import ExclusionReason
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.report.funnel import CHAT, LOST_SUPERVISED, SUMS
from corpusmill.pipeline.verify.findings import Check

NO_PART = (
    ExclusionReason.EMPTY,
    ExclusionReason.UNSUPERVISED,
    ExclusionReason.HELD,
    ExclusionReason.NOT_HELD,
    ExclusionReason.TIMES_0,
)  # reasons for which a document is in no leaf of a plan

LOST = {  # of a step of the funnel, by what a mix counts in
    Unit.TOKENS: "lost_tokens",
    Unit.SUPERVISED_TOKENS: LOST_SUPERVISED,
    Unit.ROWS: "lost",
}

# What each of these columns of a leaf is the sum of.
SPLIT = {"read": ("failed", "dropped", "not_sampled", "kept"), "kept": ("removed", "unique")}


def conservation(output: Store, manifest: Mapping[str, Any], distinct: int | None) -> Check:
    """Documents from step to step, leaf by leaf, into the plan, and into the parts.

    distinct: documents that the parts hold, each once; null where they were not all counted, or some taken down.
    """
    try:
        told = json.loads(output.read("_funnel.json"))
        steps, leaves = {s["name"]: s for s in told["steps"]}, told["leaves"]
        wrong = _steps(steps, leaves, manifest) + _supply(output, told)
        if distinct is not None and distinct != steps["selected"]["documents"]:
            wrong.append(f"{steps['selected']['documents']:,} documents selected, the parts hold {distinct:,}")
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError) as e:
        return Check(name="conservation", message="", breaches=(f"_funnel.json cannot be read: {e!r}",))
    read, mixed = steps["read"]["documents"], steps["mixed"]["documents"]
    lost = sum(sum(s["lost"].values()) for s in told["steps"])
    figures = f"{read:,} documents read, {lost:,} lost with a reason, {mixed:,} copies written"
    return Check(name="conservation", message=figures, breaches=tuple(wrong))


def _steps(steps: Mapping[str, Any], leaves: list[Mapping[str, Any]], manifest: Mapping[str, Any]) -> list[str]:
    wrong = []
    for before, after in (("read", "kept"), ("kept", "unique"), ("unique", "selected")):
        came, went = steps[before]["documents"], steps[after]["documents"]
        gone = sum(steps[after]["lost"].values())
        if came != went + gone:
            wrong.append(f"{before} {came:,} documents, but {after} {went:,} and lost {gone:,}")
    unique, selected = steps["unique"]["tokens"], steps["selected"]["tokens"]
    if unique != selected + (lost := sum(steps["selected"]["lost_tokens"].values())):
        wrong.append(f"unique {unique:,} tokens, but selected {selected:,} and lost {lost:,}")
    for whole, parts in SPLIT.items():
        wrong += [
            f"{leaf['source']}/{leaf['domain']}/{leaf['language']}: {whole} {leaf[whole]:,}, but "
            + " + ".join(f"{leaf[part]:,} {part}" for part in parts)
            for leaf in leaves
            if leaf[whole] != sum(leaf[part] for part in parts)
        ]
    for column, (step, what) in SUMS.items():
        together = sum(leaf[column] for leaf in leaves)
        if together != steps[step][what]:
            wrong.append(f"leaves have {together:,} {what} together, {step} are {steps[step][what]:,}")
    gone = [part["taken_down"] for part in manifest["parts"] if "taken_down" in part]
    down = {
        "documents": sum(told["copies"] for told in gone),
        "tokens": sum(n for told in gone for n in told["tokens"].values()),
    }
    return wrong + [
        f"{steps['mixed'][what]:,} {what} mixed, {manifest[what]:,} written and {down[what]:,} taken down since"
        for what in ("documents", "tokens")
        if manifest[what] + down[what] != steps["mixed"][what]
    ]


def _supply(output: Store, funnel: Mapping[str, Any]) -> list[str]:
    """The plan's supply is what is unique, less what is held out, multiplied by 0, or empty: exactly, in its unit."""
    try:
        plan = from_json(output.read("_plan.json"))
    except SpecError:
        return []  # told with the mix
    steps = {step["name"]: step for step in funnel["steps"]}
    supply, lost = int(plan.leaves.tokens.sum()), steps["selected"].get(LOST[plan.unit], {})
    if plan.unit is Unit.SUPERVISED_TOKENS:
        unique = funnel[CHAT]["supervised tokens"]
    else:
        unique = steps["unique"]["documents" if plan.unit is Unit.ROWS else "tokens"]
    apart = sum(lost.get(reason, 0) for reason in NO_PART)
    if supply + apart != unique:
        counted = plan.unit.words
        return [f"{unique:,} {counted} are unique, the plan is of {supply:,} and {apart:,} take no part in it"]
    return []
