"""Keeps units away from machines whose own faults made units fail, as long as there are other machines.

A machine without room for temporary files fails a unit at once, and so draws more of them than those that do the work.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.execution import machine_faults
from corpusmill.pipeline.execution.outcomes import Done, Failed
from corpusmill.pipeline.execution.run import Run

MANY_FAULTS = 3  # of a machine in a stage; a guess
MACHINES_SHOWN = 20  # by `status`
NODE_LABEL = "ray.io/node-id"  # which Ray gives each of its nodes, with its id


@dataclass(frozen=True)
class Where:
    """What a machine must have for units to run there. label_selector: as Ray takes it; null: any machine."""

    memory_bytes: int | None
    label_selector: dict[str, str] | None


@dataclass
class FaultyMachines:
    """The machines whose own faults made units of a stage fail: how many, by their id in Ray.

    remark: is called with a sentence about each of them, once. least: failures from which on units avoid a machine:
    some at first, for memory or handles may be short for a moment; one for units that are tried again.
    """

    remark: Callable[[str], None]
    least: int = MANY_FAULTS
    _faults: Counter[str] = field(default_factory=Counter[str])

    def note(self, outcome: Done | Failed) -> None:
        """Take in where and how a unit failed."""
        if not isinstance(outcome, Failed) or outcome.kind != machine_faults.KIND or not outcome.node:
            return
        self._faults[outcome.node] += 1
        if self._faults[outcome.node] == 1 and not lifecycle.nodes_with_cpus() <= self._faults.keys():
            self.remark(
                f"a unit failed by the fault of its machine: {outcome.error}; it runs again on another, and after "
                f"{MANY_FAULTS} such failures so do all later units"
            )

    def avoided(self) -> set[str]:
        """The machines that units are not to run on; none where there would be no other."""
        faulty = {node for node, faults in self._faults.items() if faults >= self.least}
        return set() if faulty and lifecycle.nodes_with_cpus() <= faulty else faulty

    def label_selector(self) -> dict[str, str] | None:
        """The nodes that a unit may run on, as Ray takes it; null: all."""
        avoided = self.avoided()
        return {NODE_LABEL: f"!in({','.join(sorted(avoided))})"} if avoided else None


def remarks(run: Run, stage: str) -> Callable[[str], None]:
    """Says what is wrong with a machine: in the log, in the events and in `status`."""

    def remark(text: str) -> None:
        run.display.line(f"warning: {stage}: {text}")
        run.events.write("machine.avoided", stage=stage, message=text)
        run.events.facts["machines"] = [*run.events.facts.get("machines", ()), f"{stage}: {text}"][-MACHINES_SHOWN:]

    return remark
