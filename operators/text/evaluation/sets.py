"""Evaluation sets as hashes of their runs of words.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C: overlap of 13 words; 8 words as in PaLM
          (arXiv:2204.02311, section 8).
"""

import functools
import json
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from corpusmill.errors import InvalidEvaluationSet
from corpusmill.operators.text.hashing import run_hash, word_hash
from corpusmill.operators.text.words import WordRule, words_of

UNSEEN = re.compile("[\xad\u200b\u2060\ufe0f\ufeff]")  # shows nothing and parts no words of what is compared


@dataclass(frozen=True, kw_only=True, eq=False)
class Items:
    """The evaluation items that can be found whole, each distinct sequence of words once.

    lengths: int64, words. hashes: uint64, `run_hash` of all words. following: int64, the next item of the same first
    run, -1 for none.
    """

    lengths: np.ndarray
    hashes: np.ndarray
    following: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class EvaluationSets:
    """names: of the sets. sizes: how many items each has. unmatched: those of them with too few words to ever match.
    lengths: int64, rising: how many words the keys are hashes of.

    keys: uint64 hash of each run of words and of each short item, open addressing, 0 = free; owners: int32, the first
    set that has it; items: int64, the first item of `whole` that begins with it, -1 for none.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    unmatched: tuple[int, ...]
    lengths: np.ndarray
    keys: np.ndarray
    owners: np.ndarray
    items: np.ndarray
    whole: Items


@functools.lru_cache(maxsize=4)
def evaluation_sets(content: bytes, length: int, min_item_words: int | None = None) -> EvaluationSets:
    """Hash the sets in a JSONL file of {"set": name, "text": text}.

    Items of fewer than `length` words have no runs; from `min_item_words` words on they are keys as a whole.
    """
    least = length if min_item_words is None else min_item_words
    names: list[str] = []
    sizes: list[int] = []
    unmatched: list[int] = []
    owner_of: dict[int, int] = {}
    lengths = {length}
    begins: dict[tuple[int, int], int] = {}  # (words, hash) of a whole item: the key it begins with
    for number, line in enumerate(content.decode().split("\n"), 1):
        if not line.strip():
            continue
        name, text = _entry(line, number)
        if name not in names:
            names, sizes, unmatched = [*names, name], [*sizes, 0], [*unmatched, 0]
        owner = names.index(name)
        for form in forms_of(text):
            hashes = [word_hash(word) for word in words_of(form, WordRule.UNICODE)]
            words, matched = len(hashes), len(hashes) >= max(1, least)
            if form == text:
                sizes[owner] += 1
                unmatched[owner] += not matched
            if matched:
                lengths.add(min(length, words))
                runs = _runs(hashes, min(length, words))
                begins[words, _runs(hashes, words)[0]] = runs[0]
                for run in runs:
                    owner_of.setdefault(run, owner)
    return _tables(names, sizes, unmatched, sorted(lengths), owner_of, begins)


def forms_of(text: str) -> list[str]:
    """An item as texts may write it, itself first: composed or not, without soft hyphens and the like, in capitals
    (STRASSE, final sigma), full-width characters as the usual ones.

    >>> forms_of("Stra\xadße")
    ['Stra\xadße', 'Straße', 'STRASSE']
    """
    seen = UNSEEN.sub("", text)
    normal = (unicodedata.normalize(form, seen) for form in ("NFC", "NFD", "NFKC"))
    capitals = [seen.upper()] if [*map(str.lower, seen.upper())] != [*map(str.lower, seen)] else []
    return [*dict.fromkeys((text, seen, *normal, *capitals))]


def _tables(
    names: list[str], sizes: list[int], unmatched: list[int], lengths: list[int], owner_of: dict[int, int],
    begins: dict[tuple[int, int], int],
) -> EvaluationSets:  # fmt: skip
    size = 1 << (3 * len(owner_of) + 4).bit_length()
    keys, owners, items = np.zeros(size, np.uint64), np.full(size, -1, np.int32), np.full(size, -1, np.int64)
    slot_of: dict[int, int] = {}
    for run, owner in owner_of.items():
        slot = run & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], owners[slot] = run, owner
        slot_of[run] = slot
    following = np.full(len(begins), -1, np.int64)
    for item, run in enumerate(begins.values()):
        following[item], items[slot_of[run]] = items[slot_of[run]], item
    whole = Items(
        lengths=np.array([words for words, _ in begins], np.int64),
        hashes=np.array([hashed for _, hashed in begins], np.uint64),
        following=following,
    )
    return EvaluationSets(
        names=tuple(names),
        sizes=tuple(sizes),
        unmatched=tuple(unmatched),
        lengths=np.array(lengths, np.int64),
        keys=keys,
        owners=owners,
        items=items,
        whole=whole,
    )


def unmatched_items(content: bytes, length: int, min_item_words: int | None) -> list[str]:
    """Describe the items that can never match, one sentence a set that has some. Parameters: as of `evaluation_sets`.

    >>> unmatched_items(b'{"set": "quiz", "text": "To be?"}', 8, 3)
    ["1 of 1 items of the evaluation set 'quiz' can never match: fewer than 3 words"]
    """
    least = length if min_item_words is None else min_item_words
    remedy = "; `min_item_words` matches short items as a whole" if min_item_words is None and length > 1 else ""
    sets = evaluation_sets(content, length, min_item_words)
    why = f"fewer than {least} words{remedy}"
    return [
        f"{unmatched:,} of {items:,} items of the evaluation set {name!r} can never match: {why}"
        for name, items, unmatched in zip(sets.names, sets.sizes, sets.unmatched, strict=True)
        if unmatched
    ]


def check_lengths(run_words: int, min_item_words: int | None) -> None:
    """Raise ValueError unless a run has a word, and short items are shorter than a run."""
    if run_words < 1:
        raise ValueError(f"run_words must be at least 1, got {run_words}")
    if min_item_words is not None and not 1 <= min_item_words < run_words:
        raise ValueError(
            f"min_item_words must be null, or at least 1 and below run_words ({run_words}), got {min_item_words}"
        )


def check_sets(content: bytes) -> None:
    """Raise ValueError unless every line is as described, and there is one; no word is hashed."""
    lines = [(number, line) for number, line in enumerate(content.decode().split("\n"), 1) if line.strip()]
    if not lines:
        raise InvalidEvaluationSet("there is no evaluation text in the file")
    for number, line in lines:
        _entry(line, number)


def _entry(line: str, number: int) -> tuple[str, str]:
    try:
        entry = json.loads(line)
        name, text = entry["set"], entry["text"]
    except (ValueError, TypeError, KeyError) as e:
        raise InvalidEvaluationSet(
            f'line {number} of the evaluation sets: expected {{"set": ..., "text": ...}}, got {line[:80]!r}'
        ) from e
    if not (isinstance(name, str) and isinstance(text, str)):
        raise InvalidEvaluationSet(f"line {number} of the evaluation sets: `set` and `text` must be strings")
    return name, text


def runs_of(text: str, length: int) -> list[int]:
    """The hash of each run of `length` words; 0, which marks a free slot, becomes 1.

    >>> len(runs_of("To be, or not to be", 4))
    3
    """
    return _runs([word_hash(word) for word in words_of(text, WordRule.UNICODE)], length)


def _runs(hashes: list[int], length: int) -> list[int]:
    return [run_hash(hashes[at : at + length]) or 1 for at in range(len(hashes) - length + 1)]
