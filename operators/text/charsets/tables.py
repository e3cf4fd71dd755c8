"""Puts the trained model and Python's codecs together into the arrays that the kernels read."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.charsets.alphabet import case_of, characters_of, class_of, inventory
from corpusmill.operators.text.charsets.candidates import DOUBLE_BYTE, SCRIPTS, SINGLE_BYTE
from corpusmill.operators.text.charsets.double_byte import table_of
from corpusmill.operators.text.charsets.model import shipped


class OfScript(NamedTuple):
    """The languages of a script."""

    names: tuple[str, ...]
    classes: np.ndarray  # uint8[languages, len(inventory)]
    costs: np.ndarray  # uint8[languages, CLASSES, CLASSES]


class Tables(NamedTuple):
    """Everything the detector reads; made once a process."""

    places: np.ndarray  # int64[len(SINGLE_BYTE), 256]: by byte, the place of its character in the inventory
    cases: np.ndarray  # uint8 by place
    case_costs: np.ndarray
    character_costs: np.ndarray  # uint8 by place
    languages: dict[str, OfScript]
    double_byte: tuple[np.ndarray, ...]  # in the order of DOUBLE_BYTE


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables of the model that ships."""
    model, characters = shipped(), inventory()
    place_of = {character: place for place, character in enumerate(characters)}
    places = [[place_of[c] for c in characters_of(each.codec)] for each in SINGLE_BYTE]
    languages = {}
    for script in SCRIPTS:
        rows = [row for row, own in enumerate(model.scripts) if own == script]
        classes = [[class_of(c, script, model.letters[row]) for c in characters] for row in rows]
        names = tuple(model.names[row] for row in rows)
        languages[script] = OfScript(names, np.array(classes, np.uint8), np.ascontiguousarray(model.pairs[rows]))
    by_name = {each.name: each for each in model.ideographic}
    return Tables(
        np.array(places, np.int64),
        np.array([case_of(c) for c in characters], np.uint8),
        model.cases,
        model.characters,
        languages,
        tuple(table_of(each, by_name[each.language]) for each in DOUBLE_BYTE),
    )
