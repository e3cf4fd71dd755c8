"""The PDQ hash of a picture whose bytes are in a column: near copies of a picture differ in few of its 256 bits.

Source:   Facebook 2019, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm"; pixels by Pillow.
Deviates: the hash is of the picture as it is shown, turned by EXIF; of its first frame, without transparency.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.errors import NoPicture
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.extras import library
from corpusmill.operators.signals.pictures.opened import TOO_MANY, opened, orientation
from corpusmill.operators.text.pdq import picture_hash

TOO_SMALL = "too small"


@dataclass(frozen=True, kw_only=True)
class Pdq(Signal):
    """Adds `pdq`, 64 hexadecimal digits, `pdq_quality`, 0 (plain) to 100, and `no_pdq`, why there are none.

    Needs `pip install 'corpusmill[pixels]'`. column: the bytes of the picture, as `columns: {image: {field: jpg, type:
    bytes}}` reads them. no_pdq: `no bytes`, `unknown format`, `damaged`, `too small` (a side below 5 pixels), `too many
    pixels` (more than max_pixels; 11 bytes of memory each). Every picture is decoded; the hash then takes about 4
    milliseconds for 640 x 480 pixels. The same hash is the same picture, give or take; `decide.similar_pictures` finds
    those that differ in a few bits.
    """

    column: str = "image"
    max_pixels: int = 50_000_000

    reads: ClassVar[Columns] = {"image": pa.large_binary()}
    adds: ClassVar[Columns] = {"pdq": pa.string(), "pdq_quality": pa.int16(), "no_pdq": pa.string()}
    libraries: ClassVar[tuple[str, ...]] = ("pillow",)

    def __post_init__(self) -> None:
        if self.max_pixels < 1:
            raise ValueError(f"max_pixels must be at least 1, got {self.max_pixels}")

    def columns_read(self) -> Columns:
        return {self.column: pa.large_binary()}

    def measure(self, batch: Batch) -> Arrays:
        found = [self._hash(content.as_buffer()) for content in batch.column(self.column)]
        columns = zip(*found, strict=True) if found else ((), (), ())
        return {name: pa.array(list(values), self.adds[name]) for name, values in zip(self.adds, columns, strict=True)}

    def _hash(self, content: pa.Buffer | None) -> tuple[str | None, int | None, str | None]:
        """Hash, quality, and why there are none, of one picture."""
        try:
            found = picture_hash(pixels(content, self.max_pixels))
        except NoPicture as e:
            return None, None, str(e)
        return (None, None, TOO_SMALL) if found is None else (found.bits.hex(), found.quality, None)


def pixels(content: pa.Buffer | None, most: int) -> np.ndarray:
    """The pixels of a picture as it is shown, uint8[height, width, 3]. NoPicture where it is none, or has more than
    `most`.
    """
    with opened(content) as picture:
        if picture.width * picture.height > most:
            raise NoPicture(TOO_MANY)
        if orientation(picture) != 1:
            picture = library("PIL.ImageOps", name="Pillow", extra="pixels").exif_transpose(picture)
        return np.asarray(picture.convert("RGB"))
