# Arrow's Python is made in Cython and typed nowhere that is right: for the type checker it is opaque. What a column may
# hold is checked where it matters, at run time, on every batch (operators.contract).
from typing import Any

def __getattr__(name: str) -> Any: ...
