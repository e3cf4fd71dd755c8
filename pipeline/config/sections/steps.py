"""One step a document goes through: an operator by name, with its parameters."""

from typing import Annotated

from pydantic import Field

from corpusmill.operators import load
from corpusmill.operators.contract import Operator
from corpusmill.pipeline.config.base.section import PlainMap, Section


class OnlySpec(Section):
    """Which documents a step is for."""

    source: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of sources; documents of others pass the step by, and have none of its columns."""


class StepSpec(Section):
    """An operator of the `documents` list, recipes already unfolded."""

    operator: str = Field(min_length=1)
    """Name of an operator that ships (`signals.language`) or of a user's own class (`my_package.module.Class`)."""
    params: PlainMap = Field(default_factory=dict)
    """Its parameters, as plain JSON values."""
    recipe: str | None = None
    """`name@version` of the recipe the step came from; null when the job file names it itself."""

    only: OnlySpec | None = None
    """The sources that the step is for, {source: [law, news]}; null: all."""

    def is_for(self, source: str) -> bool:
        """Whether documents of this source go through the step."""
        return self.only is None or source in self.only.source

    def build(self) -> Operator:
        """The operator, not yet equipped with its files (operators.load.equip)."""
        return load.build(self.operator, self.params)
