"""Keeps units away from machines whose own faults made units fail, as long as there are other machines.

A machine without room for temporary files fails a unit at once, and so draws more of them than those that do the work.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.execution import machine_faults
from corpusmill.pipeline.execution.outcomes import Done, Failed
from corpusmill.pipeline.execution.run import Run

MACHINES_SHOWN = 20  # by `status`
NODE_LABEL = "ray.io/node-id"  # which Ray gives each of its nodes, with its id


@dataclass(frozen=True)
class Where:
    """What a machine must have for units to run there. label_selector: as Ray takes it; null: any machine."""

    memory_bytes: int | None
    label_selector: dict[str, str] | None


@dataclass
class FaultyMachines:
    """The machines whose own faults made units of a stage fail, by their id in Ray. remark: is called with a sentence
    about each of them, once.
    """

    remark: Callable[[str], None]
    _nodes: set[str] = field(default_factory=set)

    def note(self, outcome: Done | Failed) -> None:
        """Take in where and how a unit failed."""
        if not isinstance(outcome, Failed) or outcome.kind != machine_faults.KIND:
            return
        if outcome.node and outcome.node not in self._nodes:
            self._nodes.add(outcome.node)
            if self.are_avoided():
                self.remark(f"a unit failed by the fault of its machine: {outcome.error}; later ones run on the others")

    def are_avoided(self) -> bool:
        """Whether there are others: where there are none, units are tried there again."""
        return bool(self._nodes) and not lifecycle.nodes_with_cpus() <= self._nodes

    def label_selector(self) -> dict[str, str] | None:
        """The nodes that a unit may run on, as Ray takes it; null: all."""
        if not self.are_avoided():
            return None
        return {NODE_LABEL: f"!in({','.join(sorted(self._nodes))})"}


def remarks(run: Run, stage: str) -> Callable[[str], None]:
    """Says what is wrong with a machine: in the log, in the events and in `status`."""

    def remark(text: str) -> None:
        run.display.line(f"warning: {stage}: {text}")
        run.events.write("machine.avoided", stage=stage, message=text)
        run.events.facts["machines"] = [*run.events.facts.get("machines", ()), f"{stage}: {text}"][-MACHINES_SHOWN:]

    return remark
