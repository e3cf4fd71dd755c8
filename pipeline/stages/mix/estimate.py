"""Plans of a mix from what is tokenized, without moving a document: to look at, to compare, to edit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.plan.explain import EMPTY
from corpusmill.operators.mix.plan.plan import MixPlan, plan
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.pipeline.config.sections.mixing import mix_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.stages.mix.given_plan import given_plan, reviewed
from corpusmill.pipeline.stages.mix.grouped import groups_of
from corpusmill.pipeline.stages.mix.supply import CountLeaves, supply
from corpusmill.pipeline.stages.tokenize.stage import tokenized_units

READERS = 8
SHOWN = 60


def planned(spec: JobSpec) -> MixPlan:
    """The plan that a run of this job would make now. InputError before anything is tokenized; else as `plan`."""
    given, mix = given_plan(spec.mix), mix_of(spec.mix)
    leaves = leaves_of(spec)
    return plan(leaves, mix) if given is None else reviewed(given, leaves, mix)


def leaves_of(spec: JobSpec) -> LeafTable:
    """What there is to mix; light columns of all documents are read, the first time."""
    workspace = Store(spec.workspace, spec.storage)
    units = tokenized_units(spec, workspace)

    def passes(read: CountLeaves) -> Iterator[pa.Table]:
        with ThreadPoolExecutor(READERS) as pool:
            yield from pool.map(lambda group: read(workspace, group), groups_of(units))

    return supply(workspace, units, mix_of(spec.mix), passes)


def compared(before: MixPlan, after: MixPlan, shown: int = SHOWN) -> str:
    """Two plans of the same leaves side by side, the leaves that change most first."""
    was = {before.leaves.key(i): (int(before.taken[i]), float(before.epochs[i])) for i in range(len(before.leaves))}
    now = {after.leaves.key(i): (int(after.taken[i]), float(after.epochs[i])) for i in range(len(after.leaves))}
    if before.leaves.columns != after.leaves.columns:
        was = {}
    total_was, total_now = int(before.taken.sum()), int(after.taken.sum())
    rows = []
    for leaf in sorted({*was, *now}):
        (had, epochs_had), (has, epochs_has) = was.get(leaf, (0, 0.0)), now.get(leaf, (0, 0.0))
        share_had, share_has = had / max(total_was, 1), has / max(total_now, 1)
        cells = [
            "/".join(value or EMPTY for value in leaf),
            f"{had:,}",
            f"{has:,}",
            f"{share_had:.2%}",
            f"{share_has:.2%}",
        ]
        rows.append((-abs(share_has - share_had), [*cells, f"{epochs_had:.2f}", f"{epochs_has:.2f}"]))
    rows.sort()
    head = ["group", f"{before.unit.words} now", "what-if", "share now", "what-if", "epochs now", "what-if"]
    cells = [head, *(row for _, row in rows[:shown])]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    if len(rows) > shown:
        lines.append(f"... and {len(rows) - shown:,} more groups")
    worth_was, worth_now = float(before.effective.sum()), float(after.effective.sum())
    other = "" if before.unit is after.unit else f" {after.unit.words}"
    lines.append(
        f"{total_was:,} {before.unit.words} now ({worth_was:,.0f} effective); "
        f"what-if: {total_now:,}{other} ({worth_now:,.0f} effective)"
    )
    return "\n".join(lines) + "\n"
