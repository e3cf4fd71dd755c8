"""One step a document goes through: an operator by name, with its parameters."""

from pydantic import Field

from corpusmill.operators import load
from corpusmill.operators.contract import Operator
from corpusmill.pipeline.config.base.section import PlainMap, Section


class StepSpec(Section):
    """An operator of the `documents` list, recipes already unfolded."""

    operator: str = Field(min_length=1)
    """Name of an operator that ships (`signals.language`) or of a user's own class (`my_package.module.Class`)."""
    params: PlainMap = Field(default_factory=dict)
    """Its parameters, as plain JSON values."""
    recipe: str | None = None
    """`name@version` of the recipe the step came from; null when the job file names it itself."""

    def build(self) -> Operator:
        """The operator, not yet equipped with its files (operators.load.equip)."""
        return load.build(self.operator, self.params)
