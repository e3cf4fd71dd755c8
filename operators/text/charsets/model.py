"""Reads and writes what was learned: costs of pairs of letters by language, and of the characters of East Asia."""

import importlib.resources
import io
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from corpusmill import operators

SHIPPED = "text/charsets/models/charsets.npz"
PER_BIT = 8  # costs are in eighths of a bit
MOST_COST = 255


class Ideographic(NamedTuple):
    """A language of thousands of characters: the common ones, and what each costs, uint8 in eighths of a bit."""

    name: str
    characters: str
    costs: np.ndarray


class Trained(NamedTuple):
    """What training gives and the file holds. All costs are uint8 in eighths of a bit: -log2 of a probability."""

    names: tuple[str, ...]  # of the alphabetic languages
    scripts: tuple[str, ...]
    letters: tuple[str, ...]  # folded, the commonest first
    pairs: np.ndarray  # [languages, CLASSES, CLASSES]: the second class after the first
    cases: np.ndarray  # [CASES, CASES]
    characters: np.ndarray  # by place in `alphabet.inventory`: signs that are no letters, among those of their class
    ideographic: tuple[Ideographic, ...]


def dump(model: Trained) -> bytes:
    """The model as an .npz file; equal models give equal bytes."""
    arrays = {name: _text("\n".join(getattr(model, name))) for name in ("names", "scripts", "letters")}
    arrays |= {name: getattr(model, name) for name in ("pairs", "cases", "characters")}
    arrays["ideographic"] = _text("\n".join(each.name for each in model.ideographic))
    for each in model.ideographic:
        arrays[f"{each.name}_characters"], arrays[f"{each.name}_costs"] = _text(each.characters), each.costs
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # pyright: ignore[reportArgumentType] # its other parameter is no name here
    return buffer.getvalue()


def load(content: bytes) -> Trained:
    """The model in the bytes of a file that `dump` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        names, scripts, letters, others = (
            tuple(arrays[name].tobytes().decode().split("\n"))
            for name in ("names", "scripts", "letters", "ideographic")
        )
        ideographic = tuple(
            Ideographic(name, arrays[f"{name}_characters"].tobytes().decode(), arrays[f"{name}_costs"])
            for name in others
        )
        pairs, cases, characters = arrays["pairs"], arrays["cases"], arrays["characters"]
    return Trained(names, scripts, letters, pairs, cases, characters, ideographic)


@lru_cache(maxsize=1)
def shipped() -> Trained:
    """The model that comes with the package."""
    return load(importlib.resources.files(operators).joinpath(SHIPPED).read_bytes())


def _text(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)
