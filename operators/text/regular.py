"""Regular expressions over a column of texts, by RE2: time linear in the text whatever the expression.

Source: Cox 2010, "Regular Expression Matching in the Wild" (RE2), as pyarrow.compute carries it.
"""

import pyarrow as pa
import pyarrow.compute as pc


def check_expression(expression: str) -> None:
    """Raise ValueError for what RE2 cannot read, and for what matches nothing at all, which is everywhere.

    RE2 has no backreferences and no look-around.

    >>> check_expression(r"(?i)see also:.*")
    >>> check_expression(r"a*")
    Traceback (most recent call last):
        ...
    ValueError: the expression 'a*' matches an empty text; write it so that it needs at least one character
    """
    try:
        empty = pc.match_substring_regex(pa.scalar(""), pattern=expression).as_py()
    except pa.ArrowInvalid as e:
        raise ValueError(f"RE2 cannot read the expression {expression!r}: {e}") from e
    if empty:
        what = "write it so that it needs at least one character"
        raise ValueError(f"the expression {expression!r} matches an empty text; {what}")


def check_replacement(expression: str, replacement: str) -> None:
    """Raise ValueError where a replacement names a group that the expression does not have, or is no text for RE2."""
    try:
        replace(pa.array(["a"], pa.large_string()), f"(?:{expression})|a", replacement)
    except pa.ArrowInvalid as e:
        what = r"groups are \1 to \9, \0 is the whole match, \\ a backslash"
        raise ValueError(f"RE2 cannot use the replacement {replacement!r} of {expression!r}: {what} ({e})") from e


def replace(texts: pa.Array, expression: str, replacement: str) -> pa.Array:
    """The texts with every match replaced, from left to right, none overlapping; null stays null."""
    return pc.replace_substring_regex(texts, pattern=expression, replacement=replacement)


def count(texts: pa.Array, expression: str) -> pa.Array:
    """int32, matches in each text as `replace` finds them; 0 for null.

    By the length that a byte behind each match adds: pyarrow's own count matches `^` and `\\b` again behind each match.
    """
    marked = pc.binary_length(replace(texts, expression, r"\0."))
    return pc.cast(pc.fill_null(pc.subtract(marked, pc.binary_length(texts)), 0), pa.int32())


def share(texts: pa.Array, expression: str) -> pa.Array:
    """float32, characters in matches by all characters of each text; 0 for null and for an empty text.

    >>> share(pa.array(["茶 ab", "", None], pa.large_string()), r"\\p{Han}").to_pylist()
    [0.25, 0.0, 0.0]
    """
    before = pc.cast(pc.fill_null(pc.utf8_length(texts), 0), pa.float64())
    after = pc.cast(pc.fill_null(pc.utf8_length(replace(texts, expression, "")), 0), pa.float64())
    return pc.cast(pc.divide(pc.subtract(before, after), pc.max_element_wise(before, 1.0)), pa.float32())
