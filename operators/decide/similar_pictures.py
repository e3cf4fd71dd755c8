"""Drops pictures whose PDQ hash differs in few bits from that of a better one, wherever in the corpus that is.

Source:   Facebook 2019, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm": two pictures with
          hashes of at most 31 different bits are taken for the same, and hashes of a quality below 50 for none.
Deviates: of several the best stays, and a picture is dropped only for one that stays.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import NUMBER, numbers
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.decide.similar import give_way_reasons
from corpusmill.operators.text.hamming import HASH_BYTES, MOST_DISTANCE
from corpusmill.operators.text.ranking import Ranking

DIGITS = f"^[0-9a-fA-F]{{{2 * HASH_BYTES}}}$"


@dataclass(frozen=True, kw_only=True)
class SimilarPictures(Decision):
    """Reason "similar picture, bits apart: BITS to document DOC_ID", the document that stays in its place.

    hash: a column of PDQ hashes as 64 hexadecimal digits, of `signals.pdq` or of the input; quality: its quality, 0 to
    100, null: any is good enough. distance: the most bits, 0 (the same hash) to 31, by which two may differ. A picture
    without a hash, or of less than min_quality, stays. score: as in decide.similar, such as [pixel_width]. Documents of
    earlier runs stay. All pairs are found. found: by default the stage `similar_pictures` finds it.
    """

    hash: str = "pdq"
    quality: str | None = "pdq_quality"
    min_quality: int = 50
    distance: int = MOST_DISTANCE
    score: tuple[str, ...] = ()
    found: Resource | None = None

    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "similar_pictures"

    def __post_init__(self) -> None:
        if not 0 <= self.distance <= MOST_DISTANCE:
            raise ValueError(f"distance must be 0 to {MOST_DISTANCE} bits, got {self.distance}")

    def columns_read(self) -> Columns:
        quality = {} if self.quality is None else {self.quality: NUMBER}
        return {self.hash: pa.string(), **quality, **self.ranking().columns_read()}

    def ranking(self) -> Ranking:
        return Ranking(by=(), score=self.score)

    def compared(self, batch: Batch) -> np.ndarray:
        """Which documents have a hash that is good enough: bool."""
        has = pc.fill_null(pc.match_substring_regex(batch.column(self.hash), DIGITS), False)
        there = has.to_numpy(zero_copy_only=False)
        if self.quality is None:
            return there
        quality = numbers(batch.column(self.quality)).cast(pa.float64(), safe=False).fill_null(np.nan)
        return there & (quality.to_numpy(zero_copy_only=False) >= self.min_quality)

    def gathering(self) -> Any:
        return [self.version, self.hash, self.quality, self.min_quality, *self.ranking().described()]

    def combining(self) -> Any:
        return self.distance

    def reasons(self, batch: Batch) -> pa.Array:
        return give_way_reasons(batch, self.found.read() if self.found else b"", "picture, bits apart")
