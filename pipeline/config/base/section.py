"""The ground all sections of a job file stand on: frozen, strict about types, closed to unknown keys."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from corpusmill.pipeline.config.base.frozen import frozen

# A value as JSON knows it: what a free-form mapping in a job file may hold; it cannot be changed. Lists stay lists, so
# that it round-trips.
Plain = Any
PlainMap = Annotated[dict[str, Plain], AfterValidator(frozen)]
Complaint = tuple[tuple[str | int, ...], str]  # where inside the section, and what is wrong
Share = Annotated[float, Field(ge=0, le=1)]
COUNTS = ("budget_tokens", "budget_rows", "min_tokens", "min_rows", "shard_tokens")  # may hold 10B, 1.5T, 500M
Positive = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """One section of a job file. Equal sections have equal canonical text; none can be changed once read."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,  # which is how a mapping that is left out cannot be changed either
    )

    @classmethod
    def by_key(cls) -> dict[str, FieldInfo]:
        """The fields by their keys in a job file, which differ from their names where those are words of Python."""
        return {field.alias or name: field for name, field in cls.model_fields.items()}

    def complaints(self) -> Iterator[Complaint]:
        """What is wrong between fields that are right one by one."""
        return iter(())
