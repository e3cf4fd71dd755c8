"""Marks what differs between two texts in HTML, by word, or by character in scripts without spaces between words."""

import difflib
import re
from collections.abc import Sequence

from markupsafe import Markup, escape

PIECES = 400  # words or characters of each text
CONTEXT = 8
LEAST = 4  # characters of a script without spaces; fewer in a row are alike by chance
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
PIECE = re.compile(rf"[{UNSPACED}]\s*|[^\s{UNSPACED}]+\s*")
ALONE = re.compile(f"[{UNSPACED}]")
Change = tuple[Sequence[str], Sequence[str]]


def marked(kept: str, removed: str) -> Markup:
    """The kept text with `del` around what the removed one lacks and `ins` around what it has instead; escaped.

    >>> str(marked("a b <c>", "a x <c>"))
    'a <del>b</del> <ins>x</ins> &lt;c&gt;'
    >>> str(marked("これは例文です。", "これは短文です。"))
    'これは <del>例</del> <ins>短</ins> 文です。'
    """
    out: list[Markup] = []
    for ours, theirs in _changes(_pieces(kept), _pieces(removed)):
        if ours == theirs:
            out.append(_equal(ours))
            continue
        if ours:
            out.append(Markup("<del>{}</del>").format(_joined(ours)))
        if theirs:
            out.append(Markup("<ins>{}</ins>").format(_joined(theirs)))
    return Markup(" ").join(out)


def _pieces(text: str) -> list[str]:
    """The first words and characters of a text; one that white space follows ends in a space."""
    found = (match.group() for match, _ in zip(PIECE.finditer(text), range(PIECES), strict=False))
    return [piece if piece == piece.rstrip() else f"{piece.rstrip()} " for piece in found]


def _changes(ours: list[str], theirs: list[str]) -> list[Change]:
    """Pieces of both texts in order, in turns equal and different ones. Stretches that are alike by chance differ."""
    matcher = difflib.SequenceMatcher(None, [p.rstrip() for p in ours], [p.rstrip() for p in theirs], autojunk=False)
    found: list[Change] = []
    blocks = matcher.get_opcodes()
    for number, (what, a, b, c, d) in enumerate(blocks):
        inside = 0 < number < len(blocks) - 1
        chance = inside and b - a < LEAST and all(ALONE.match(piece) for piece in ours[a:b])
        if what == "equal" and not chance:
            found.append((ours[a:b], ours[a:b]))
        elif found and found[-1][0] != found[-1][1]:
            found[-1] = ([*found[-1][0], *ours[a:b]], [*found[-1][1], *theirs[c:d]])
        else:
            found.append((ours[a:b], theirs[c:d]))
    return found


def _equal(pieces: Sequence[str]) -> Markup:
    """Pieces that both texts have, without the middle of many."""
    context = 3 * CONTEXT if ALONE.match(pieces[0]) else CONTEXT
    if len(pieces) <= 3 * context:
        return escape(_joined(pieces))
    unit = "characters" if ALONE.match(pieces[0]) else "words"
    skipped = Markup("<span class=skip>… {} equal {} …</span>").format(len(pieces) - 2 * context, unit)
    return Markup(" ").join([escape(_joined(pieces[:context])), skipped, escape(_joined(pieces[-context:]))])


def _joined(pieces: Sequence[str]) -> str:
    return "".join(pieces).rstrip()
