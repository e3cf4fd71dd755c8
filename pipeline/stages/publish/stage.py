"""The stage that publishes: is the output that dataset already, and if not, write it."""

from collections.abc import Mapping

from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.stages.publish.contents import contents
from corpusmill.pipeline.stages.publish.put import Published, publish, stands
from corpusmill.pipeline.stages.stage import Stage, State, Status


class PublishStage(Stage[Published]):
    """Publishes the dataset: its files and, last, its manifest."""

    name = "publish"

    def look(self, state: State) -> Status[Published]:
        made = contents(state)
        manifest = made.manifest()
        there = stands(state.output, manifest, made.files(manifest))
        return Status(outcome=Published(manifest, made.funnel, wrote=False) if there else None)

    def run(self, run: Run, state: State) -> Published:
        return publish(run, contents(state))

    def ran(self, outcome: Published) -> Mapping[str, int]:
        return {self.name: int(outcome.wrote)}
