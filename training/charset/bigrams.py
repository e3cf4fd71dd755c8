"""Estimates, for each alphabetic language, how many bits a character costs after another."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from corpusmill.operators.text.charsets import alphabet as A
from corpusmill.operators.text.charsets.model import MOST_COST, PER_BIT

LEAST_COUNT = 3  # a guess: what is rarer in the training text is no letter of the language
LEAST_SHARE = 1e-6  # a guess: of the letters of a script, one that is rarer is no loan
OWN_LETTERS = {"latin": 110, "cyrillic": 60, "greek": 12, "hebrew": 12, "arabic": 40, "thai": 10}
FOREIGN_LETTERS = 250  # among which a foreign letter is one: a cost of 8 bits more
LOAN_SHARE = 0.02  # a guess
MARK_SHARE = 2e-3  # a guess: what follows a space, a digit or a mark is as often a ©, € or ° at least
BACKOFF = 50.0  # characters that the shared habits of a script weigh against a language's own
NO_CHARACTER_BITS = 30.0  # a control character or a byte without a meaning: never in a text


@dataclass(frozen=True)
class Language:
    """What is learned of one language."""

    name: str
    script: str
    letters: str  # folded, the commonest first
    costs: np.ndarray  # uint8[CLASSES, CLASSES]: of the second after the first, in eighths of a bit


def characters_of(text: str) -> Counter[tuple[str, str]]:
    """How often a character follows another; runs of white space are one space, one is before and after the text."""
    found = f" {' '.join(text.split())} "
    return Counter(pairwise(found))


def letters_of(pairs: Mapping[tuple[str, str], float], script: str, least: float) -> str:
    """The letters of `script` seen at least so often as second of a pair, by frequency; equal ones by code point."""
    counted: dict[str, float] = defaultdict(float)
    for (_, character), count in pairs.items():
        if A.script_of(character) == script:
            counted[A.folded(character)] += count
    common = [(-count, letter) for letter, count in counted.items() if count >= least]
    return "".join(letter for _, letter in sorted(common)[: A.MOST_LETTERS])


def pooled(languages: list[Counter[tuple[str, str]]]) -> dict[tuple[str, str], float]:
    """Pairs of several languages together, each with the same weight; shares that sum to 1."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for pairs in languages:
        size = pairs.total() * len(languages)
        for pair, count in pairs.items():
            found[pair] += count / size
    return found


def with_loans(letters: str, others: str) -> str:
    """The letters of a language, then those that only others of its script have, as far as there is room."""
    return (letters + "".join(c for c in others if c not in letters))[: A.MOST_LETTERS]


def pair_counts(pairs: Mapping[tuple[str, str], float], script: str, letters: str) -> np.ndarray:
    """float64[CLASSES, CLASSES]: how often a class follows another."""
    classes = {c: A.class_of(c, script, letters) for pair in pairs for c in pair}
    counts = np.zeros((A.CLASSES, A.CLASSES))
    for (one, two), count in pairs.items():
        counts[classes[one], classes[two]] += count
    return counts


def shared_habits(counts: list[np.ndarray]) -> np.ndarray:
    """float64[CLASSES]: share of each class over languages of the same weight; all letters have the same share."""
    share = np.mean([each.sum(axis=0) / each.sum() for each in counts], axis=0)
    share[: A.FIRST_LETTER] += 1e-6
    share[A.FIRST_LETTER :] = share[A.FIRST_LETTER :].sum() / A.MOST_LETTERS
    return share / share.sum()


def with_marks(counts: np.ndarray) -> np.ndarray:
    """The counts and those of signs that pages hold and the sentences of the corpora hardly do."""
    marks = [A.SPACE, A.DIGIT, A.PUNCTUATION]
    found = counts.copy()
    found[marks, A.SYMBOL] += MARK_SHARE * counts[marks].sum(axis=1)
    found[A.SYMBOL, marks] += MARK_SHARE * counts[:, marks].sum(axis=0)
    return found


def language_of(
    name: str, script: str, letters: str, counts: np.ndarray, shared: np.ndarray, habits: np.ndarray
) -> Language:
    """Costs with Witten and Bell's smoothing of pairs over single classes, and of those over `habits`.

    shared: the pairs of all languages of the script by this one's classes, shares of 1: names and loans are from there.
    """
    counts = with_marks(counts + LOAN_SHARE * counts.sum() * shared)
    single = counts.sum(axis=0)
    single = (single + BACKOFF * habits) / (single.sum() + BACKOFF)
    follow = (counts >= 1).sum(axis=1, keepdims=True) + 1.0
    bits = -np.log2((counts + follow * single) / (counts.sum(axis=1, keepdims=True) + follow))
    bits[:, A.OTHER_LETTER] += math.log2(OWN_LETTERS[script])
    bits[:, A.FOREIGN_LETTER] += math.log2(FOREIGN_LETTERS)
    bits[:, A.FOREIGN_ASCII] += math.log2(26)
    bits[:, A.NO_CHARACTER] = NO_CHARACTER_BITS
    return Language(name, script, letters, quantised(bits))


def quantised(bits: np.ndarray) -> np.ndarray:
    """Costs as uint8 in eighths of a bit."""
    return np.clip(np.rint(bits * PER_BIT), 0, MOST_COST).astype(np.uint8)


def case_costs(texts: list[str]) -> np.ndarray:
    """uint8[CASES, CASES]: what it costs that a cased letter is small or capital after a character of some case."""
    counts = np.ones((A.CASES, A.CASES))
    for text in texts:
        cases = {c: A.case_of(c) for c in set(text)}
        found = np.array([cases[c] for c in f" {' '.join(text.split())} "], np.int64)
        np.add.at(counts, (found[:-1], found[1:]), 1.0)
    bits = np.zeros((A.CASES, A.CASES))
    cased = counts[:, [A.SMALL, A.CAPITAL]]
    bits[:, [A.SMALL, A.CAPITAL]] = -np.log2(cased / cased.sum(axis=1, keepdims=True))
    return quantised(bits)


def character_costs(texts: list[str], inventory: str) -> np.ndarray:
    """uint8[len(inventory)]: bits of each character that is no letter among those of its class; 0 for the others.

    What is in ASCII costs nothing: it is the same in every encoding.
    """
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(text)
    members: dict[int, list[int]] = {}
    for place, character in enumerate(inventory):
        kind = A.class_of(character, "latin", "")
        if kind in (A.TYPOGRAPHIC, A.SYMBOL, A.DRAWING, A.HARD_SPACE) and A.script_of(character) is None:
            members.setdefault(kind, []).append(place)
    bits = np.zeros(len(inventory))
    for places in members.values():
        counts = np.array([counted[inventory[place]] + 1.0 for place in places])
        counts = counts / counts.sum() + 1 / len(places)  # the corpora are no pages: half of it is the same for all
        bits[places] = -np.log2(counts / counts.sum())
    return quantised(bits)
