"""The words of Chinese, Japanese, Thai, Lao, Khmer and Burmese, as a table that kernels look prefixes up in.

The files in dictionaries/ hold a word and its cost a line: those of Chinese and Japanese cost more the rarer they are,
those of the others cost WORD_COST each, so that the fewest words win.

Source: break iterator dictionaries of ICU 72.1 (cjdict, thaidict, laodict, khmerdict, burmesedict); their licences
        are beside them. Written by training/words/dump_icu.cpp.
"""

import functools
import importlib.resources
import lzma
from collections.abc import Iterator

import numpy as np

from corpusmill import operators
from corpusmill.operators.text.hashing import fold
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.utf8 import code_at, width_at

NAMES = ("cjdict", "thaidict", "laodict", "khmerdict", "burmesedict")
TABLE_BITS = 21  # 1,100,000 prefixes fill half of the slots
WORD_COST = 100  # of words without a cost; of Chinese and Japanese ones: 30 (的) to 200
_LOW = np.uint64(0xFFFF)  # the cost of a word and 1; 0 of what is a prefix alone
_ONE = np.uint64(1)


def words(name: str) -> Iterator[tuple[str, int]]:
    """Each word of a dictionary with its cost."""
    for line in _lines(name).decode().splitlines():
        word, _, cost = line.partition("\t")
        yield word, int(cost or WORD_COST)


def _lines(name: str) -> bytes:
    path = importlib.resources.files(operators).joinpath(f"text/segmenting/dictionaries/{name}.tsv.xz")
    return lzma.decompress(path.read_bytes())


@functools.cache
def prefix_table() -> np.ndarray:
    """uint64 (2 ** TABLE_BITS,): open addressing by the hash of each prefix of each word, read about 0.5 s long."""
    table = np.zeros(1 << TABLE_BITS, np.uint64)
    for name in NAMES:
        _insert(np.frombuffer(_lines(name), np.uint8), table)
    table.flags.writeable = False
    return table


@njit(nogil=True, cache=True)
def slot_of(table: np.ndarray, value: np.uint64) -> np.int64:
    """The slot of a prefix with this hash, or the empty one where it would stand."""
    at = value >> np.uint64(64 - TABLE_BITS)
    mask = np.uint64((1 << TABLE_BITS) - 1)
    while table[at] != 0 and (table[at] ^ value) > _LOW:
        at = (at + _ONE) & mask
    return np.int64(at)


@njit(nogil=True, cache=True)
def _insert(lines: np.ndarray, table: np.ndarray) -> None:
    at, end = 0, len(lines)
    while at < end:
        value, slot = np.uint64(0), 0
        while at < end and lines[at] != 9 and lines[at] != 10:
            value = fold(value, code_at(lines, at))
            at += width_at(lines, at)
            slot = slot_of(table, value)
            if table[slot] == 0:
                table[slot] = value & ~_LOW
        cost = 0
        if at < end and lines[at] == 9:
            at += 1
            while at < end and lines[at] != 10:
                cost = cost * 10 + np.int64(lines[at]) - 48
                at += 1
        at += 1
        table[slot] = (value & ~_LOW) | np.uint64((cost or WORD_COST) + 1)
