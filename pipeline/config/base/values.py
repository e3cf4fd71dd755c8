"""Types values of a job file: what YAML and JSON can hold, lists also as tuples once they are checked."""

from typing import TypeAlias

Value: TypeAlias = "bool | int | float | str | list[Value] | tuple[Value, ...] | dict[str, Value] | None"
Values: TypeAlias = dict[str, Value]
