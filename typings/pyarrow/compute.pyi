# Made at import, where no type checker sees it.
from typing import Any

def __getattr__(name: str) -> Any: ...
