"""Evaluation sets as hashes of their runs of words.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C: overlap of 13 words; 8 words as in PaLM
          (arXiv:2204.02311, section 8).
"""

import functools
import json
from dataclasses import dataclass

import numpy as np

from corpusmill.errors import InvalidEvaluationSet
from corpusmill.operators.text.hashing import run_hash, word_hash
from corpusmill.operators.text.words import WordRule, words_of


@dataclass(frozen=True, kw_only=True, eq=False)
class EvaluationSets:
    """names: of the sets. keys: uint64 hash of each run of `length` words, open addressing, 0 = free; owners: int32,
    the first set that has that run.
    """

    names: tuple[str, ...]
    keys: np.ndarray
    owners: np.ndarray


@functools.lru_cache(maxsize=4)
def evaluation_sets(content: bytes, length: int) -> EvaluationSets:
    """The sets in a JSONL file of {"set": name, "text": text}; texts of fewer than `length` words have no runs."""
    names: list[str] = []
    owner_of: dict[int, int] = {}
    for number, line in enumerate(content.decode().split("\n"), 1):
        if not line.strip():
            continue
        name, text = _entry(line, number)
        if name not in names:
            names.append(name)
        for run in runs_of(text, length):
            owner_of.setdefault(run, names.index(name))
    size = 1 << (3 * len(owner_of) + 4).bit_length()
    keys, owners = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for run, owner in owner_of.items():
        slot = run & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], owners[slot] = run, owner
    return EvaluationSets(names=tuple(names), keys=keys, owners=owners)


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
    hashes = [word_hash(word) for word in words_of(text, WordRule.UNICODE)]
    return [run_hash(hashes[at : at + length]) or 1 for at in range(len(hashes) - length + 1)]
