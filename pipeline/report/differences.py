"""Marks what differs between two texts, word by word, in HTML."""

import difflib

from markupsafe import Markup, escape

WORDS = 220  # of each text
CONTEXT = 8


def marked(kept: str, removed: str) -> Markup:
    """The kept text with `del` around what the removed one lacks and `ins` around what it has instead; escaped.

    >>> str(marked("a b <c>", "a x <c>"))
    'a <del>b</del> <ins>x</ins> &lt;c&gt;'
    """
    ours, theirs = kept.split()[:WORDS], removed.split()[:WORDS]
    out: list[Markup] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            words = ours[a:b]
            if len(words) > 3 * CONTEXT:
                skipped = len(words) - 2 * CONTEXT
                middle = Markup("<span class=skip>… {} equal words …</span>").format(skipped)
                out += [escape(" ".join(words[:CONTEXT])), middle, escape(" ".join(words[-CONTEXT:]))]
            else:
                out.append(escape(" ".join(words)))
            continue
        if b > a:
            out.append(Markup("<del>{}</del>").format(" ".join(ours[a:b])))
        if d > c:
            out.append(Markup("<ins>{}</ins>").format(" ".join(theirs[c:d])))
    return Markup(" ").join(out)
