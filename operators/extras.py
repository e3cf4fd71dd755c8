"""Imports the libraries that some steps need and that are installed with an extra of this project."""

import importlib
from typing import Any


def library(module: str, *, name: str, extra: str) -> Any:
    """The module. ValueError where its library is not installed: what to do.

    >>> library("json", name="json", extra="none").dumps([1])
    '[1]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as e:
        told = f"{name} is not installed: pip install 'corpusmill[{extra}]', or leave this step out"
        raise ValueError(told) from e
