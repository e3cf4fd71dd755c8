"""Gigabytes of text made from real documents, with a duplicate structure that is known.

A real document lends its frame: how many sentences and lines, and what stands between them. Its sentences
are drawn from all those of its source and language. So length, script, words and layout are those of real text, and two
documents of one frame share no more than chance gives. Copies are made on purpose:

    exact   the same text under another id and address
    near    some sentences substituted by others, some neighbours changing places, at given rates

Document i depends on the seed and on i alone: any stretch of it can be made anywhere, and nothing is held but the
sentences (about three times the real texts).
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from benchmarks.texts import real_texts

LEAST_SENTENCES = 8  # of a frame: with fewer, one long sentence in common would make two documents alike
LEAST_POOL = 200  # sentences of a source and language: with fewer, chance would make copies
MOST_SENTENCES = 2000
SENTENCE = re.compile(r"(?s)(.{0,300}?(?:[.!?।؟]+[\"')\]]*(?=\s)|[。！？]+[」』）]*|(?=\n)|\Z)|.{300})(\s*)")
BASE, EXACT, NEAR = 0, 1, 2  # kinds of a document
COMMON_SIZES = {2: 0.7, 3: 0.15, 5: 0.1, 20: 0.04, 100: 0.01}  # a guess: most copies come in pairs, a few in crowds


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """How many documents are copies, of which kind, and how large their clusters are.

    exact, near: shares of all documents. sizes: documents a cluster (2 or more) and its weight among the clusters.
    substituted: share of a near copy's sentences that are replaced (at least one). swapped: share that change places.
    """

    exact: float = 0.08
    near: float = 0.12
    sizes: Mapping[int, float] = field(default_factory=lambda: COMMON_SIZES)
    substituted: float = 0.03
    swapped: float = 0.01


@dataclass(frozen=True)
class Pool:
    """The sentences of one source and language, and the frames of its documents: what stands behind each sentence."""

    source: str
    language: str
    sentences: Sequence[bytes]
    frames: Sequence[Sequence[bytes]]


@dataclass(frozen=True)
class Truth:
    """Which documents are copies of which: documents of equal `cluster` go back to one base text."""

    cluster: np.ndarray  # int64, a number for each document, in the order of the corpus
    kind: np.ndarray  # int8, BASE, EXACT or NEAR

    def cluster_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Cluster by id, for the ids of the corpus in its order."""
        return dict(zip(ids, self.cluster.tolist(), strict=True))


class Corpus:
    """`count` documents; the same for the same seed, count, structure and texts."""

    def __init__(
        self, count: int, *, seed: int = 0, duplicates: Duplicates | None = None, texts: pa.Table | None = None
    ) -> None:
        self.count, self.seed = count, seed
        self.duplicates = duplicates or Duplicates()
        self.pools = real_pools() if texts is None else pools_of(texts)
        self._frames = [(pool, frame) for pool in self.pools for frame in pool.frames]
        self.truth = plan(count, seed, self.duplicates)

    @classmethod
    def of_size(cls, size_bytes: int, **options: object) -> "Corpus":
        """A corpus of about so many bytes of text."""
        corpus = cls(0, **options)  # type: ignore[arg-type]
        sample = np.linspace(0, 1 << 40, 2000).astype(np.int64)
        mean = np.mean([len(corpus._base(int(c))[2]) for c in sample])
        corpus.count = max(1, round(size_bytes / mean))
        corpus.truth = plan(corpus.count, corpus.seed, corpus.duplicates)
        return corpus

    def text(self, i: int) -> bytes:
        """The text of document i, UTF-8."""
        pool, picks, text = self._base(int(self.truth.cluster[i]))
        if self.truth.kind[i] != NEAR:
            return text
        return self._varied(i, pool, picks, self._frame(int(self.truth.cluster[i]))[1])

    def id(self, i: int) -> str:
        """As crawls name records."""
        return f"<urn:uuid:{self.seed & 0xFFFFFFFF:08x}-0000-4000-8000-{i:012x}>"

    def url(self, i: int) -> str:
        return f"https://www.site-{i % 997}.example/{self.pool(i).source}/{i}"

    def pool(self, i: int) -> Pool:
        """Where the sentences of document i come from."""
        return self._frame(int(self.truth.cluster[i]))[0]

    def ids(self) -> list[str]:
        return [self.id(i) for i in range(self.count)]

    def _frame(self, cluster: int) -> tuple[Pool, Sequence[bytes]]:
        # a multiplicative hash: frames follow each other in no order, and each is as frequent as any other
        mixed = (cluster * 0x9E3779B97F4A7C15 + self.seed * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        return self._frames[(mixed >> 20) % len(self._frames)]

    def _base(self, cluster: int) -> tuple[Pool, np.ndarray, bytes]:
        pool, frame = self._frame(cluster)
        picks = np.random.default_rng((self.seed, 0, cluster)).integers(0, len(pool.sentences), len(frame))
        return pool, picks, joined(pool, picks, frame)

    def _varied(self, i: int, pool: Pool, picks: np.ndarray, frame: Sequence[bytes]) -> bytes:
        rng = np.random.default_rng((self.seed, 1, i))
        substituted = rng.random(len(picks)) < self.duplicates.substituted
        substituted[rng.integers(len(picks))] = True
        picks = np.where(substituted, rng.integers(0, len(pool.sentences), len(picks)), picks)
        for at in np.flatnonzero(rng.random(len(picks) - 1) < self.duplicates.swapped):
            picks[[at, at + 1]] = picks[[at + 1, at]]
        return joined(pool, picks, frame)


def joined(pool: Pool, picks: np.ndarray, frame: Sequence[bytes]) -> bytes:
    parts = [b""] * (2 * len(frame))
    parts[0::2] = [pool.sentences[k] for k in picks.tolist()]
    parts[1::2] = frame
    return b"".join(parts).strip()


def pools_of(texts: pa.Table) -> list[Pool]:
    """Sentences and frames by source and language; small pools are left out."""
    found: dict[tuple[str, str], tuple[list[bytes], list[list[bytes]]]] = {}
    for row in texts.select(["text", "source", "lang_path"]).to_pylist():
        sentences, frames = found.setdefault((row["source"], row["lang_path"] or ""), ([], []))
        parts = [(body.encode(), space.encode()) for body, space in SENTENCE.findall(row["text"]) if body]
        sentences += [body for body, _ in parts]
        if len(parts) >= LEAST_SENTENCES:
            frames.append([space for _, space in parts[:MOST_SENTENCES]])
    return [
        Pool(source, language, sentences, frames)
        for (source, language), (sentences, frames) in sorted(found.items())
        if len(sentences) >= LEAST_POOL and frames
    ]


@functools.cache
def real_pools() -> list[Pool]:
    """Those of all real texts; cutting them takes seconds, so a process does it once."""
    return pools_of(real_texts(None))


def plan(count: int, seed: int, duplicates: Duplicates) -> Truth:
    """Which document belongs to which cluster, copies strewn over the whole corpus."""
    rng = np.random.default_rng((seed, 2))
    exact, near = round(count * duplicates.exact), round(count * duplicates.near)
    bases = count - exact - near
    weights = np.array(list(duplicates.sizes.values()))
    drawn = rng.choice(np.array(list(duplicates.sizes)) - 1, size=exact + near, p=weights / weights.sum())
    copies = np.repeat(np.arange(len(drawn)), drawn)[: exact + near]  # the last cluster may be cut short
    if len(copies) and copies[-1] >= bases:
        raise ValueError(f"{exact + near} copies of {count} documents leave too few to be copied")
    cluster = np.concatenate([np.arange(bases), copies])
    kinds = rng.permutation(np.repeat(np.array([EXACT, NEAR], np.int8), [exact, near]))
    kind = np.concatenate([np.full(bases, BASE, np.int8), kinds])
    order = rng.permutation(count)
    return Truth(cluster[order].astype(np.int64), kind[order])
