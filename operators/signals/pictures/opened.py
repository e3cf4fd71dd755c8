"""Opens a picture from its bytes, or says why there is none."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from corpusmill.errors import NoPicture
from corpusmill.operators.extras import library

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
ORIENTATION = 0x0112
NO_BYTES, UNKNOWN, DAMAGED, TOO_MANY = "no bytes", "unknown format", "damaged", "too many pixels"


@contextlib.contextmanager
def opened(content: pa.Buffer | None) -> Iterator[Any]:
    """A Pillow picture of which only the header is read. NoPicture for bytes that are none, also for those that turn
    out to be damaged while the picture is used; ValueError where Pillow is not installed.
    """
    if content is None or content.size == 0:
        raise NoPicture(NO_BYTES)
    pillow = library("PIL.Image", name="Pillow", extra="pixels")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pictures of half as many pixels as are too many
            with pillow.open(io.BytesIO(content), formats=FORMATS) as picture:
                yield picture
    except pillow.UnidentifiedImageError:
        raise NoPicture(UNKNOWN) from None
    except pillow.DecompressionBombError:
        raise NoPicture(TOO_MANY) from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError):
        raise NoPicture(DAMAGED) from None


def orientation(picture: Any) -> int:
    """How EXIF turns a picture, 1 to 8; 1 where it does not say. A PNG that has no EXIF in its header is not decoded to
    look for it behind the pixels.
    """
    has_exif = "exif" in picture.info or picture.format == "TIFF"
    return int(picture.getexif().get(ORIENTATION) or 1) if has_exif else 1
