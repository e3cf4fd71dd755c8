"""The shorter side and the aspect ratio of a picture, from the size that a page or a dataset says.

Source: Gadre et al. 2023 (DataComp), arXiv:2304.14108, "basic filtering": shorter side above 200 pixels, aspect ratio
        below 3.
"""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import NUMBER
from corpusmill.operators.contract import Arrays, Columns, Signal


@dataclass(frozen=True, kw_only=True)
class PictureShape(Signal):
    """Adds `shorter_side`, pixels, and `aspect_ratio`, the longer side over it, 1 and more; both null without a size.

    Of a page's pictures the size is what the tag says, which many do not say: decide.bounds keeps or drops nulls.
    width, height: the columns of the size in pixels, such as those of `signals.pixels`.
    """

    width: str = "width"
    height: str = "height"

    reads: ClassVar[Columns] = {"width": NUMBER, "height": NUMBER}
    adds: ClassVar[Columns] = {"shorter_side": pa.float32(), "aspect_ratio": pa.float32()}

    def columns_read(self) -> Columns:
        return {self.width: NUMBER, self.height: NUMBER}

    def measure(self, batch: Batch) -> Arrays:
        width, height = (positive(batch.column(name)) for name in (self.width, self.height))
        shorter, longer = pc.min_element_wise(width, height), pc.max_element_wise(width, height)
        both = pc.and_(width.is_valid(), height.is_valid())
        null = pa.scalar(None, pa.float32())
        return {
            "shorter_side": pc.if_else(both, shorter.cast(pa.float32()), null),
            "aspect_ratio": pc.if_else(both, pc.divide(longer, shorter).cast(pa.float32()), null),
        }


def positive(side: pa.Array) -> pa.Array:
    """A side as float64; null where it is 0, below, or no number.

    >>> positive(pa.array([3, 0, None])).to_pylist()
    [3.0, None, None]
    """
    side = side.cast(pa.float64())
    return pc.if_else(pc.fill_null(pc.greater(side, 0), False), side, pa.scalar(None, pa.float64()))
