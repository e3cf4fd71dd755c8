"""Documents as selection sees them, and the bins of their positions: as many as fit, whatever documents there are."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.supply.leaves import Lanes

BINS, MOST_BINS = 1 << 22, 1 << 25  # of all lanes together, beside one a lane: 32 to 256 MB of counts
BINS_A_LANE = 16  # on average, as far as MOST_BINS allows


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Documents of one unit, as selection sees them; those of lane -1 take no part.

    lane: int32. u: uint64. doc_id: int64, above -1. tokens: int64, in the unit of the mix.
    """

    lane: np.ndarray
    u: np.ndarray
    doc_id: np.ndarray
    tokens: np.ndarray

    def __len__(self) -> int:
        return len(self.lane)

    def where(self, mask: np.ndarray) -> "Rows":
        """Those of the documents where the boolean mask is true."""
        return Rows(lane=self.lane[mask], u=self.u[mask], doc_id=self.doc_id[mask], tokens=self.tokens[mask])


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Lane i has 2 ** bits[i] bins of equal width, from number offsets[i] on; the last offset is the number of bins."""

    bits: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, lanes: Lanes, bins: int | None = None) -> "Layout":
        """Bins by each lane's part of all documents, at most about four a document."""
        bins = min(max(BINS, BINS_A_LANE * len(lanes)), MOST_BINS) if bins is None else bins
        part = lanes.documents * min(bins / max(int(lanes.documents.sum()), 1), 4.0)
        bits = np.floor(np.log2(np.maximum(part, 1.0))).astype(np.int64)
        return cls(bits=bits, offsets=np.concatenate([[0], np.cumsum(1 << bits)]))

    def bin_of(self, lane: np.ndarray, u: np.ndarray) -> np.ndarray:
        """The bin of a position on a lane, int64."""
        shift = (63 - self.bits[lane]).astype(np.uint64)
        return self.offsets[lane] + ((u >> np.uint64(1)) >> shift).astype(np.int64)
