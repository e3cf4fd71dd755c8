"""Size and format of a picture whose bytes are in a column, from its header.

Source:   Pillow, which reads the headers of the formats below; no pixel is decoded.
Deviates: a picture whose pixels are damaged behind a sound header has a size.
"""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.signals.pictures.opened import NoPicture, opened, orientation

TURNED = (5, 6, 7, 8)  # values of the EXIF orientation that show a picture on its side


@dataclass(frozen=True, kw_only=True)
class Pixels(Signal):
    """Adds `pixel_width`, `pixel_height`, `picture_format` (jpeg, png, ...), and `no_picture` where it finds none.

    Needs `pip install 'corpusmill[pixels]'`. The size is as the picture is shown, turned by EXIF. column: the bytes of
    the picture, as `columns: {image: {field: jpg, type: bytes}}` reads them. no_picture: why there is no size: `no
    bytes`, `unknown format`, `damaged`, `too many pixels` (above 179 million, which Pillow does not open). It is one
    call a picture, some 70 microseconds, as the library has no other. `signals.picture_shape: {width: pixel_width,
    height: pixel_height}` goes on from there.
    """

    column: str = "image"

    reads: ClassVar[Columns] = {"image": pa.large_binary()}
    adds: ClassVar[Columns] = {
        "pixel_width": pa.int32(),
        "pixel_height": pa.int32(),
        "picture_format": pa.string(),
        "no_picture": pa.string(),
    }
    libraries: ClassVar[tuple[str, ...]] = ("pillow",)

    def columns_read(self) -> Columns:
        return {self.column: pa.large_binary()}

    def measure(self, batch: Batch) -> Arrays:
        found = [header(content.as_buffer()) for content in batch.column(self.column)]
        columns = zip(*found, strict=True) if found else ((), (), (), ())
        return {name: pa.array(list(values), self.adds[name]) for name, values in zip(self.adds, columns, strict=True)}


def header(content: pa.Buffer | None) -> tuple[int | None, int | None, str | None, str | None]:
    """Width, height, format, and why there are none, of one picture."""
    try:
        with opened(content) as picture:
            width, height = picture.size
            turned = orientation(picture) in TURNED
            return *((height, width) if turned else (width, height)), picture.format.lower(), None
    except NoPicture as e:
        return None, None, None, str(e)
