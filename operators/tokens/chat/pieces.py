"""Forms of a template as the arrays that kernels read."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from corpusmill.operators.tokens.chat.derive import Derived
from corpusmill.operators.tokens.chat.laid import Pieces
from corpusmill.operators.tokens.rows import offsets_of


def controls_in(text: str, special: re.Pattern[str], ids: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """The special tokens in a text: begin and end in characters, and id."""
    return [(found.start(), found.end(), ids[found.group()]) for found in special.finditer(text)]


def byte_places(text: str, places: Sequence[int]) -> list[int]:
    """Places in characters as places in bytes of UTF-8; they need not be sorted.

    >>> byte_places("aé好b", [4, 0, 2])
    [7, 0, 3]
    """
    if text.isascii():
        return list(places)
    found, before, at = dict[int, int](), 0, 0
    for place in sorted(set(places)):
        at += len(text[before:place].encode())
        found[place] = at
        before = place
    return [found[place] for place in places]


def pieces_of(forms: Sequence[Derived], special: re.Pattern[str], ids: Mapping[str, int]) -> Pieces:
    """The arrays of these forms. ids: of the special tokens, by content."""
    literals = [literal for derived in forms for literal in derived.form.literals]
    encoded = [literal.encode() for literal in literals]
    controls = [controls_in(literal, special, ids) for literal in literals]
    at = [
        byte_places(literal, [place for begin, end, _ in found for place in (begin, end)])
        for literal, found in zip(literals, controls, strict=True)
    ]
    ends = [place for places in at for place in places]
    spans = [
        (a, *byte_places(d.form.literals[a], [b]), c, *byte_places(d.form.literals[c], [e]))
        for d in forms
        for (a, b), (c, e) in d.form.spans
    ]
    return Pieces(
        first_slot=offsets_of([len(derived.form.slots) for derived in forms]),
        turn=np.array([turn for derived in forms for turn in derived.form.slots], np.int64),
        trim_begin=np.array([flag for derived in forms for flag in derived.trims_begin], np.bool_),
        trim_end=np.array([flag for derived in forms for flag in derived.trims_end], np.bool_),
        data=np.frombuffer(b"".join(encoded) + b"\0", np.uint8),
        literal=offsets_of([len(literal) for literal in encoded]),
        first_control=offsets_of([len(found) for found in controls]),
        control_begin=np.array(ends[0::2], np.int64),
        control_end=np.array(ends[1::2], np.int64),
        control_id=np.array([token for found in controls for _, _, token in found], np.int32),
        first_span=offsets_of([len(derived.form.spans) for derived in forms]),
        span_places=np.array(spans, np.int64).reshape(-1, 4),
    )
