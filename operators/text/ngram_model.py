"""Trains an n-gram language model with interpolated modified Kneser-Ney smoothing, and writes it as an ARPA file.

Source:   Chen and Goodman 1998, "An Empirical Study of Smoothing Techniques for Language Modeling", section 4.1.6
          (three discounts an order); the ARPA format as SRILM and KenLM read it.
Deviates: nothing is pruned; where counts are too few for the discounts they are 0.5, 1 and 1.5, as lmplz has them with
          --discount_fallback. All n-grams are held in memory: train on a sample (about 100 bytes a token of the text).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BEGIN, END, UNKNOWN = 0, 1, 2
RESERVED = ("<s>", "</s>", "<unk>")
FALLBACK = np.array([0.0, 0.5, 1.0, 1.5])
NEVER = -99.0  # log10 of the probability of <s>


class Order(NamedTuple):
    """The distinct n-grams of one length. All int64, one a gram, but the probabilities.

    prefix, suffix: the gram without its last or first word, a place in the order below. word: its last word. counts:
    how often, or, below the highest order, behind how many different words. opens: whether it begins a line.
    """

    prefix: np.ndarray
    suffix: np.ndarray
    word: np.ndarray
    counts: np.ndarray
    opens: np.ndarray


@dataclass(frozen=True, kw_only=True)
class NgramModel:
    """words: of the vocabulary, by number. orders: from words on up. probability, backoff: float64, one array each."""

    words: pa.Array
    orders: tuple[Order, ...]
    probability: tuple[np.ndarray, ...]
    backoff: tuple[np.ndarray, ...]

    def arpa(self) -> bytes:
        """The model as an ARPA file: base 10 logarithms, n-grams in the order of their words' numbers."""
        lines = ["\\data\\", *(f"ngram {k + 1}={len(o.word)}" for k, o in enumerate(self.orders))]
        blocks = ["\n".join(lines) + "\n"]
        written = self.words
        for k, order in enumerate(self.orders):
            if k:
                last = self.words.take(pa.array(order.word))
                written = pc.binary_join_element_wise(written.take(pa.array(order.prefix)), last, " ")
            with np.errstate(divide="ignore"):
                columns = [np.log10(self.probability[k]), np.log10(self.backoff[k])]
            columns[0][(order.opens != 0) & (k == 0)] = NEVER
            texts = [
                pa.array(np.char.mod("%.7g", column)) for column in columns[: 2 if k + 1 < len(self.orders) else 1]
            ]
            rows = pc.binary_join_element_wise(texts[0], written, *texts[1:], "\t")
            blocks.append(f"\n\\{k + 1}-grams:\n" + "\n".join(rows.to_pylist()) + "\n")
        return ("".join(blocks) + "\n\\end\\\n").encode()


def train_ngrams(texts: pa.Array, order: int) -> NgramModel:
    """A model of the words, parted by white space, of the lines of these texts; blank lines and null texts are nothing.

    ValueError for an order below 2, which KenLM does not read, and where there is no word.
    """
    if order < 2:
        raise ValueError(f"a language model has at least order 2, got {order}")
    words, stream, place = _stream(texts)
    orders = _count(stream, place, len(words), order)
    probability, backoff = _smooth(orders, len(words))
    return NgramModel(words=words, orders=orders, probability=probability, backoff=backoff)


def _stream(texts: pa.Array) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """The vocabulary; all words by number, each line between BEGIN and END; and each word's place in its line."""
    lines = pc.list_flatten(pc.split_pattern(pc.drop_null(texts), "\n"))
    parts = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(lines)) if len(lines) else None
    flat = pc.list_flatten(parts).cast(pa.string()) if parts is not None else pa.array([], pa.string())
    spoken = pc.and_(pc.not_equal(flat, ""), pc.invert(pc.is_in(flat, value_set=pa.array(RESERVED))))
    row = pc.list_parent_indices(parts).filter(spoken).to_numpy() if parts is not None else np.zeros(0, np.int64)
    coded = flat.filter(spoken).dictionary_encode()
    if not len(coded):
        raise ValueError("there is no word to train on")
    by_name = pc.sort_indices(coded.dictionary).to_numpy()
    number = np.empty(len(by_name), np.int64)
    number[by_name] = np.arange(len(by_name)) + len(RESERVED)
    words = pa.concat_arrays([pa.array(RESERVED), coded.dictionary.take(pa.array(by_name))])
    ids = number[coded.indices.to_numpy()]
    begins = np.flatnonzero(np.diff(row, prepend=-1))
    lengths = np.diff(np.append(begins, len(ids)))
    first = np.cumsum(np.append(0, lengths + 2))[:-1]
    stream = np.full(len(ids) + 2 * len(begins), END, np.int64)
    stream[first] = BEGIN
    stream[np.arange(len(ids)) + 1 + 2 * np.repeat(np.arange(len(begins)), lengths)] = ids
    place = np.arange(len(stream)) - np.repeat(first, lengths + 2)
    return words, stream, place


def _count(stream: np.ndarray, place: np.ndarray, vocabulary: int, highest: int) -> tuple[Order, ...]:
    everything = np.arange(vocabulary)
    raw = [np.bincount(stream, minlength=vocabulary)]
    found = [Order(everything * 0, everything * 0, everything, raw[0], (everything == BEGIN).astype(np.int64))]
    gram = stream.copy()  # number of the gram of the order below that ends at each place
    for length in range(2, highest + 1):
        ends = np.flatnonzero(place >= length - 1)
        if not len(ends):
            break
        keys, first, which, counts = np.unique(
            gram[ends - 1] * vocabulary + stream[ends], return_index=True, return_inverse=True, return_counts=True
        )
        prefix = keys // vocabulary
        found.append(Order(prefix, gram[ends[first]], keys % vocabulary, counts, found[-1].opens[prefix]))
        above = np.full(len(stream), -1, np.int64)
        above[ends] = which
        gram = above
    for k in range(len(found) - 1):
        behind = np.bincount(found[k + 1].suffix, minlength=len(found[k].word))
        found[k] = found[k]._replace(counts=np.where(found[k].opens != 0, found[k].counts, behind))
    return tuple(found)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """float64 (4,): what is taken from a count of 0, 1, 2, and 3 or more."""
    ones, twos, threes, fours = (float((counts == n).sum()) for n in (1, 2, 3, 4))
    if not (ones and twos and threes):
        return FALLBACK
    share = ones / (ones + 2 * twos)
    found = np.array([0, 1 - 2 * share * twos / ones, 2 - 3 * share * threes / twos, 3 - 4 * share * fours / threes])
    return found if (found >= 0).all() and (found <= np.arange(4)).all() else FALLBACK


def _smooth(orders: tuple[Order, ...], vocabulary: int) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Probability of each gram's last word behind the others, and the weight of the order below behind the gram."""
    probabilities: list[np.ndarray] = []
    backoffs: list[np.ndarray] = []
    for k, order in enumerate(orders):
        counts = np.where((order.opens != 0) & (k == 0), 0, order.counts)
        taken = _discounts(counts)[np.minimum(counts, 3)]
        histories = len(orders[k - 1].word) if k else 1
        total = np.bincount(order.prefix, counts, histories)
        weight = np.divide(np.bincount(order.prefix, taken, histories), total, out=np.ones(histories), where=total > 0)
        lower = probabilities[-1][order.suffix] if k else np.full(vocabulary, 1 / (vocabulary - 1))
        probabilities.append((counts - taken) / total[order.prefix] + weight[order.prefix] * lower)
        if k:
            backoffs.append(weight)
    return tuple(probabilities), (*backoffs, np.ones(len(orders[-1].word)))
