"""Weights that lie in a file of their own, read in: so that a job holds the numbers, wherever they came from."""

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from corpusmill.errors import InvalidAddress, InvalidWeightsFile, JobError, MissingFile
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.source import Path, read
from corpusmill.pipeline.config.base.values import Values
from corpusmill.pipeline.files import referenced as resources

ANY = {"*": 1.0}  # in place of weights that could not be read, so that only this is told


def read_in(full: Mapping[str, Any], around: Surroundings) -> tuple[Values, list[tuple[Path, str]]]:
    """`full` with each `weights: ADDRESS` of the mix replaced by what the file says; and what was wrong."""
    complaints: list[tuple[Path, str]] = []

    def ready(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: ready(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, tuple):
            return tuple(ready(inner, (*path, number)) for number, inner in enumerate(value))
        if not (isinstance(value, str) and path[-1] == "weights"):
            return value
        try:
            address = around.located(value)
            return weights_of(address, resources.read(address))
        except (InvalidAddress, InvalidWeightsFile, MissingFile) as e:
            complaints.append((path, str(e)))
            return ANY

    return {key: ready(value, (key,)) if key == "mix" else value for key, value in full.items()}, complaints


def weights_of(name: str, content: bytes) -> dict[str, float]:
    """Leaf -> weight, by the ending of the file's name. InvalidWeightsFile says what is wrong.

    >>> weights_of("w.csv", b"leaf,weight\\nweb/en,0.8\\nlaw/de,0.2\\n")
    {'web/en': 0.8, 'law/de': 0.2}
    """
    try:
        text = content.decode("utf-8")
        if name.endswith(".csv"):
            return dict(_lines(name, text))
        found = json.loads(text) if name.endswith(".json") else read(text, file=name).data
    except (UnicodeDecodeError, json.JSONDecodeError, JobError) as e:
        raise InvalidWeightsFile(f"{name} cannot be read as weights: {e}") from e
    if not isinstance(found, dict) or not all(isinstance(w, int | float) for w in found.values()):
        raise InvalidWeightsFile(f"{name}: expected a mapping of groups to numbers, e.g. web/en: 0.8")
    return {str(leaf): float(weight) for leaf, weight in found.items()}


def _lines(name: str, text: str) -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row or (number == 1 and row[1:] == ["weight"]):
            continue
        try:
            leaf, weight = row
            value = float(weight)
        except ValueError:
            raise InvalidWeightsFile(f"{name}, line {number}: expected group,weight, found {','.join(row)!r}") from None
        if leaf in seen:
            raise InvalidWeightsFile(f"{name}, line {number}: {leaf!r} stands there twice")
        seen.add(leaf)
        yield leaf, value
