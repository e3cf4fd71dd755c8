"""Shows what a step changed in a text: changed lines, word by word, with what cannot be seen written out."""

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

CONTEXT_WORDS = 4
MOST_WORDS = 4_000  # of a changed stretch that are compared with each other: a second at most; a guess
MOST_SHOWN = 20  # changed stretches of a text


def changes(before: str, after: str, most: int = MOST_SHOWN) -> list[str]:
    """Each changed stretch on a line, `LINE: words [-removed-] {+added+} words`; of many the first `most`.

    >>> changes("one line\\nsoft\\u00adhyphen here\\n", "one line\\nsofthyphen here\\n")
    ['line 2: [-soft\\\\xadhyphen-] {+softhyphen+} here']
    """
    found: list[str] = []
    left = 0
    old, new = before.split("\n"), after.split("\n")
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        if len(found) == most:
            left += 1
            continue
        where = f"line {a + 1}" if b - a < 2 else f"lines {a + 1} to {b}"
        found.append(f"{where}: {' '.join(words_changed(_words(old[a:b]), _words(new[c:d])))}")
    return [*found, f"and {left} more changed stretches"] if left else found


def words_changed(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The words of a stretch, removed ones as [-...-], added ones as {+...+}; long equal runs are shortened."""
    if max(len(old), len(new)) > MOST_WORDS:
        yield f"[-{len(old):,} words-] {{+{len(new):,} words+}}"
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield from _shortened(old[a:b])
            continue
        if b > a:
            yield f"[-{' '.join(_shortened(old[a:b]))}-]"
        if d > c:
            yield f"{{+{' '.join(_shortened(new[c:d]))}+}}"


def _words(lines: Sequence[str]) -> list[str]:
    return [visible(word) for line in lines for word in [*line.split(" "), "\n"]][:-1]


def _shortened(words: Sequence[str]) -> list[str]:
    if len(words) <= 3 * CONTEXT_WORDS:
        return list(words)
    left = len(words) - 2 * CONTEXT_WORDS
    return [*words[:CONTEXT_WORDS], f"... {left} words ...", *words[-CONTEXT_WORDS:]]


def visible(word: str) -> str:
    """A word with every character that shows nothing, or looks like a space, as its escape.

    >>> visible("a\\u200bb"), visible("\\u00a0"), visible("\\n"), visible("")
    ('a\\\\u200bb', '\\\\xa0', '\\\\n', '')
    """
    return "".join(
        c if c == " " or unicodedata.category(c)[0] not in "CZ" else c.encode("unicode_escape").decode() for c in word
    )
