"""What `tokenizers` takes each character for, asked of `tokenizers` itself, because Unicode versions differ.

Asking takes seconds, so the answer for the pinned version ships beside this file; for another version it is asked anew.
"""

import functools
import importlib.resources
import io
import unicodedata

import numpy as np

from corpusmill.operators.tokens.bpe import scan, words
from corpusmill.operators.tokens.bpe.nfc import UNSETTLED

PACKAGE = "corpusmill.operators.tokens.bpe"
CODE_POINTS = 0x110000
PROPERTIES = (r"\p{Lu}", r"\p{Lt}", r"\p{Ll}", r"\p{Lm}", r"\p{Lo}", r"\p{M}", r"\p{N}", r"\p{P}", r"\p{S}", r"\s")


def categories() -> np.ndarray:
    """uint8 a code point: 1 + the place in PROPERTIES of the one that matches it, 0 if none does."""
    import tokenizers

    shipped = importlib.resources.files(PACKAGE).joinpath(f"categories.tokenizers-{tokenizers.__version__}.npz")
    return unpacked(shipped.read_bytes())["categories"] if shipped.is_file() else probed_categories()


def digits() -> np.ndarray:
    """uint8 a code point: 1 where the pre-tokenizer `Digits` sees a digit. It knows more of them than \\p{N} does."""
    import tokenizers

    shipped = importlib.resources.files(PACKAGE).joinpath(f"categories.tokenizers-{tokenizers.__version__}.npz")
    return unpacked(shipped.read_bytes())["digits"] if shipped.is_file() else probed_digits()


def nfc_orders() -> np.ndarray:
    """uint8 a code point: its combining class (0 to 240), or UNSETTLED.

    Text without UNSETTLED whose non-zero classes never fall is NFC already, by the quick check of Unicode Annex 15.
    """
    return unpacked(importlib.resources.files(PACKAGE).joinpath("nfc.npz").read_bytes())["orders"]


def probed_categories(characters: range = range(CODE_POINTS)) -> np.ndarray:
    """`categories`, asked of the `tokenizers` installed; 0 for what is not asked."""
    from tokenizers import Regex, pre_tokenizers

    points = np.array([c for c in characters if not 0xD800 <= c <= 0xDFFF])
    everything = "".join(map(chr, points))
    found = np.zeros(CODE_POINTS, np.uint8)
    for code, pattern in enumerate(PROPERTIES, start=1):
        matched = np.ones(len(points), bool)
        for _, (begin, end) in pre_tokenizers.Split(Regex(pattern), "removed").pre_tokenize_str(everything):
            matched[begin:end] = False
        if (found[points[matched]] != 0).any():
            raise ValueError(f"{pattern} matches characters that {PROPERTIES[: code - 1]} match too")
        found[points[matched]] = code
    return found


def probed_digits(characters: range = range(CODE_POINTS)) -> np.ndarray:
    """`digits`, asked of the `tokenizers` installed: each character with a letter behind it."""
    from tokenizers import pre_tokenizers

    points = np.array([c for c in characters if not 0xD800 <= c <= 0xDFFF])
    pieces = pre_tokenizers.Digits(individual_digits=True).pre_tokenize_str("".join(chr(c) + "a" for c in points))
    found = np.zeros(CODE_POINTS, np.uint8)
    found[points[[begin // 2 for _, (begin, end) in pieces if begin % 2 == 0 and end == begin + 1]]] = 1
    return found


def computed_nfc_orders() -> np.ndarray:
    """`nfc_orders`, from Python's Unicode tables; what these leave unassigned is UNSETTLED, so it stays right later."""
    orders = np.full(CODE_POINTS, UNSETTLED, np.uint8)
    composing = set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    for point in range(CODE_POINTS):
        decomposed = unicodedata.normalize("NFD", chr(point))
        if len(decomposed) > 1 and unicodedata.normalize("NFC", chr(point)) == chr(point):
            composing.update(ord(c) for c in decomposed[1:])
    for point in range(CODE_POINTS):
        c = chr(point)
        if unicodedata.category(c) not in ("Cn", "Cs") and unicodedata.normalize("NFC", c) == c:
            orders[point] = unicodedata.combining(c)
    orders[sorted(composing)] = UNSETTLED
    return orders


def packed(**tables: np.ndarray) -> bytes:
    """Tables of one uint8 a code point, by runs: a few kilobytes. The same tables give the same bytes."""
    runs = {}
    for name, table in tables.items():
        begins = np.flatnonzero(np.concatenate([[True], table[1:] != table[:-1]])).astype(np.uint32)
        runs |= {f"{name}_begins": begins, f"{name}_values": table[begins]}
    out = io.BytesIO()
    np.savez_compressed(out, **runs)
    return out.getvalue()


def unpacked(stored: bytes) -> dict[str, np.ndarray]:
    """The tables that `packed` was given."""
    with np.load(io.BytesIO(stored), allow_pickle=False) as runs:
        names = [name.removesuffix("_begins") for name in runs.files if name.endswith("_begins")]
        lengths = {n: np.diff(np.append(runs[f"{n}_begins"], CODE_POINTS).astype(np.int64)) for n in names}
        return {n: np.repeat(runs[f"{n}_values"], lengths[n]) for n in names}


LETTERS_ALIKE = dict.fromkeys((r"\p{Lu}", r"\p{Lt}", r"\p{Ll}", r"\p{Lm}", r"\p{Lo}"), scan.LETTER)
CLASSES: dict[int, dict[str, int]] = {
    words.GPT2: LETTERS_ALIKE | {r"\p{N}": scan.NUMBER},
    words.O200K: {
        r"\p{Lu}": scan.UPPER,
        r"\p{Lt}": scan.UPPER,
        r"\p{Ll}": scan.LOWER,
        r"\p{Lm}": scan.LETTER,
        r"\p{Lo}": scan.LETTER,
        r"\p{M}": scan.MARK,
        r"\p{N}": scan.NUMBER,
    },
    words.DEEPSEEK3: LETTERS_ALIKE
    | {r"\p{M}": scan.MARK, r"\p{N}": scan.NUMBER, r"\p{P}": scan.PUNCTUATION, r"\p{S}": scan.PUNCTUATION},
}
CLASSES |= dict.fromkeys((words.LLAMA3, words.QWEN2, words.DIGITS_GPT2), CLASSES[words.GPT2])


@functools.cache
def class_table(mode: int) -> np.ndarray:
    """uint8 a code point: its class in `scan`, as the expression `mode` sees it."""
    to_class = np.array([scan.OTHER, *(CLASSES[mode].get(p, scan.OTHER) for p in PROPERTIES)], np.uint8)
    to_class[1 + PROPERTIES.index(r"\s")] = scan.SPACE
    table = to_class[categories()]
    table[[10, 13]] = scan.NEWLINE
    table[32] = scan.BLANK
    if mode == words.DEEPSEEK3:
        for first, last in (("一", "龥"), ("぀", "ゟ"), ("゠", "ヿ")):
            table[ord(first) : ord(last) + 1] += words.APART
    if mode == words.DIGITS_GPT2:
        table[(digits() == 1) & (table != scan.NUMBER)] += words.APART
    return table
