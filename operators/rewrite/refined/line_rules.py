"""The line rules of RefinedWeb as plain functions: the specification of refined/scan.py.

Source:   Penedo et al. 2023 (RefinedWeb), arXiv:2306.01116, appendix G, "Line-wise corrections": which rules there are,
          10 words, and one example of each list.
Deviates: the paper gives no number for "mainly uppercase" (here 0.5, as Li et al. 2024 (DCLM), arXiv:2406.11794,
          reproduce it) and not its lists (here the examples, and more counters: a guess). Capitals fold by ASCII alone.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

COUNTED = (
    *("like", "likes", "share", "shares", "comment", "comments", "view", "views", "reply", "replies"),
    *("follower", "followers", "download", "downloads", "retweet", "retweets", "repost", "reposts"),
    *("bookmark", "bookmarks", "upvote", "upvotes", "downvote", "downvotes", "quotes"),
)


class Fate(IntEnum):
    """What becomes of a line, in the order the rules are tried."""

    KEPT = 0
    UPPERCASE = 1
    NUMERIC = 2
    COUNTER = 3
    ONE_WORD = 4
    EDITED = 5


@dataclass(frozen=True, kw_only=True)
class LineRules:
    """Which lines go, and what goes out of the short ones.

    `max_upper_ratio`: upper-case characters among all of a line; `min_words`: fewer, and the line goes; `short_words`:
    the most words of a line that the phrases (`opening` it, `closing` it, `anywhere` in it) are cut out of.
    """

    max_upper_ratio: float = 0.5
    min_words: int = 2
    short_words: int = 10
    counted: tuple[str, ...] = COUNTED
    opening: tuple[str, ...] = ("sign-in",)
    closing: tuple[str, ...] = ("read more...", "read more…")
    anywhere: tuple[str, ...] = ("items in cart",)


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """`text` as it is left; `outcomes`: of all lines that are not blank; words of the text: all of them, those in lines
    that a rule fits (`flagged`), and those no longer there (`removed`)."""

    text: str
    outcomes: list[Fate]
    words: int
    flagged: int
    removed: int


def folded(text: str) -> str:
    """`text` with A to Z in lower case, and nothing else."""
    return "".join(c.lower() if c < "\x80" else c for c in text)


def is_counter(line: str, counted: tuple[str, ...]) -> bool:
    """Whether a line is a number and what it counts, between signs.

    >>> is_counter("(1.2k Likes)", ("likes",)), is_counter("3 likes or so", ("likes",))
    (True, False)
    """
    nouns = "|".join(map(re.escape, counted))
    return bool(counted) and re.fullmatch(rf"\W*[0-9][0-9.,]*[kmb]?\s+(?:{nouns})\W*", folded(line)) is not None


def without_phrases(line: str, rules: LineRules) -> str:
    """A stripped line without the phrases of the rules and the white space they leave behind.

    >>> without_phrases("Sign-in to buy tea, 2 items in cart", LineRules())
    'to buy tea, 2'
    """
    for phrase in rules.opening:
        if folded(line).startswith(phrase):
            line = line[len(phrase) :].lstrip()
    for phrase in rules.closing:
        if folded(line).endswith(phrase):
            line = line[: -len(phrase)].rstrip()
    if rules.anywhere:
        kept, at = [], 0
        for found in re.finditer(rf"\s*(?:{'|'.join(map(re.escape, rules.anywhere))})", folded(line)):
            kept.append(line[at : found.start()])
            at = found.end()
        line = "".join([*kept, line[at:]]) if kept else line
    return line.strip()


def fate_of(line: str, rules: LineRules) -> tuple[Fate, str]:
    """The fate of a stripped line that is not blank, and what stays of it.

    >>> [fate_of(x, LineRules())[0].name for x in ("BUY NOW", "2024", "3 likes", "Home", "All is well.")]
    ['UPPERCASE', 'NUMERIC', 'COUNTER', 'ONE_WORD', 'KEPT']
    """
    if sum(map(str.isupper, line)) / len(line) > rules.max_upper_ratio:
        return Fate.UPPERCASE, ""
    if all(map(str.isdecimal, line)):
        return Fate.NUMERIC, ""
    if is_counter(line, rules.counted):
        return Fate.COUNTER, ""
    words = len(line.split())
    if words < rules.min_words:
        return Fate.ONE_WORD, ""
    left = without_phrases(line, rules) if words <= rules.short_words else line
    return (Fate.KEPT if left == line else Fate.EDITED), left


def corrected(text: str, rules: LineRules) -> Corrected:
    """A text after the line rules. Lines end at "\\n"; blank ones stay, kept ones stay as they are, spaces and all.

    >>> corrected("SALE\\n\\n It is tea.\\nTea for sale. Read more...", LineRules()).text
    '\\n It is tea.\\nTea for sale.'
    """
    kept, fates, flagged, removed = [], [], 0, 0
    for raw in text.split("\n"):
        line = raw.strip()
        if not line:
            kept.append(raw)
            continue
        fate, left = fate_of(line, rules)
        fates.append(fate)
        if fate is not Fate.KEPT:
            flagged += len(line.split())
            removed += len(line.split()) - len(left.split())
        if left:
            kept.append(raw if fate is Fate.KEPT else left)
    return Corrected(text="\n".join(kept), outcomes=fates, words=len(text.split()), flagged=flagged, removed=removed)
