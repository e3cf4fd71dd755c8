"""Groups documents that are about the same: clusters of the user's embeddings, or of words where there are none.

Source:   Abbas et al. 2023 (SemDeDup), arXiv:2303.09540, section 3: k-means of embeddings by cosine; Vo et al. 2024,
          arXiv:2405.15613: sampling that is balanced over clusters.
Deviates: centres are found in a sample. Without embeddings a document is a tf-idf vector of its words, hashed into
          `dimensions` dimensions.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.corpora.centres import Centres, read_centres
from corpusmill.operators.text.kmeans import nearest
from corpusmill.operators.text.turns import WHOLE, check_field, columns_of_field, read_field
from corpusmill.operators.text.vectors import VECTOR
from corpusmill.operators.text.words import WordRule, find_words

MOST_COUNT = 100_000
LEAST_SAMPLE = 10  # documents of the sample for each cluster (guess)


@dataclass(frozen=True, kw_only=True)
class Clusters(Signal):
    """Adds `column`, the number of the nearest cluster, from 0, and `<column>_similarity`, the cosine of the document
    and the centre of the cluster; both null for a document without a vector or a known word.

    count: of clusters; fewer where fewer documents differ. embedding: a column of type floats; null: the words of
    `field` ("whole", "prompt" or "answer"), its first `max_words`. sample: so many documents, those whose text has the
    smallest hash, decide the centres. An update assigns to the centres of the first run. found: the centres; by default
    the stage `clusters` finds them.
    """

    count: int
    embedding: str | None = None
    field: str = WHOLE
    column: str = "cluster"
    sample: int = 20_000
    dimensions: int = 256
    max_words: int = 512
    seed: int = 0
    found: Resource | None = None

    reads: ClassVar[Columns] = {}
    adds: ClassVar[Columns] = {"cluster": pa.int32(), "cluster_similarity": pa.float32()}
    stage: ClassVar[str] = "clusters"

    def __post_init__(self) -> None:
        check_field(self.field)
        if not 1 <= self.count <= MOST_COUNT:
            raise ValueError(f"count must be at least 1 and at most {MOST_COUNT:,}, got {self.count}")
        if self.sample < LEAST_SAMPLE * self.count:
            raise ValueError(
                f"sample must be at least {LEAST_SAMPLE} documents a cluster, {LEAST_SAMPLE * self.count:,}, "
                f"got {self.sample}"
            )
        if not 2 <= self.dimensions <= 4096 or self.max_words < 1 or self.seed < 0:
            raise ValueError(
                "dimensions must be from 2 to 4096, max_words at least 1 and seed at least 0, got "
                f"{self.dimensions}, {self.max_words} and {self.seed}"
            )

    def columns_read(self) -> Columns:
        needed = columns_of_field(self.field) if self.embedding is None else {self.embedding: VECTOR}
        return {**needed, "text": TEXT}

    def columns_added(self) -> Columns:
        return {self.column: pa.int32(), f"{self.column}_similarity": pa.float32()}

    def gathering(self) -> Any:
        return [self.version, self.embedding, self.field, self.sample, self.max_words]

    def combining(self) -> Any:
        return [self.count, self.dimensions, self.seed]

    def described(self, batch: Batch) -> pa.Array:
        """What the vector of each document is made of: its embedding, or hashes of its first words (list<uint32>)."""
        if self.embedding is not None:
            return batch.column(self.embedding)
        words = read_field(batch, self.field).once(find_words, WordRule.UNICODE)
        size = np.minimum(words.counts, self.max_words)
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(size)))
        places = np.arange(offsets[-1]) + np.repeat(words.first[:-1] - offsets[:-1], size)
        hashes = words.hash[places].astype(np.uint32)
        return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(hashes))

    def measure(self, batch: Batch) -> Arrays:
        centres = read_centres(self.found.read()) if self.found else Centres.none()
        labels, similarity = np.zeros(batch.num_rows, np.int32), np.zeros(batch.num_rows, np.float32)
        has = np.zeros(batch.num_rows, np.bool_)
        if len(centres.points):
            points, has = centres.vectors(self.described(batch))
            found, similarity = nearest(points, centres.points)
            labels = found.astype(np.int32)
        return {
            self.column: pa.array(labels, mask=~has),
            f"{self.column}_similarity": pa.array(similarity, mask=~has),
        }
