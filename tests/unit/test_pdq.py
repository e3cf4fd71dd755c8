"""PDQ hashes of pictures: the same bits as the reference program's, near for copies, far for other pictures."""

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.batch import Batch
from corpusmill.operators.signals.pdq import Pdq, pixels
from corpusmill.operators.text.hamming import distances, words_of
from corpusmill.operators.text.pdq import picture_hash
from tests.support.drawn_pictures import SIZES, drawn

Image = pytest.importorskip("PIL.Image", reason="pip install 'corpusmill[pixels]'")
ExifTags = pytest.importorskip("PIL.ExifTags", reason="pip install 'corpusmill[pixels]'")
ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "pdq.json"  # written by pdqhash 0.2.8, see benchmarks/peers/pdq_hashes.py


def encoded(values: np.ndarray, format_: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(values).save(out, format_, **more)
    return out.getvalue()


def measured(*contents: bytes | None, **parameters: object) -> list[dict[str, object]]:
    batch = Batch(pa.table({"image": pa.array(contents, pa.large_binary())}))
    return pa.table(Pdq(**parameters).measure(batch)).to_pylist()  # pyright: ignore[reportArgumentType]


def bits_apart(one: str, other: str) -> int:
    return int(distances(words_of(bytes.fromhex(one)), words_of(bytes.fromhex(other)))[0])


def test_hashes_are_those_of_the_reference_program():
    expected = json.loads(GOLDEN.read_text())
    found = {}
    for seed, size in enumerate(SIZES):
        hashed = picture_hash(drawn(seed, size))
        found[f"{size[0]}x{size[1]}"] = [hashed.bits.hex(), hashed.quality] if hashed else None
    assert found == expected


def test_a_copy_is_near_and_another_picture_is_far():
    whole = drawn(3, (480, 640))
    picture = Image.fromarray(whole)
    copies = [
        encoded(whole),
        encoded(whole, "JPEG", quality=40),
        encoded(np.asarray(picture.resize((320, 240)))),
        encoded(np.asarray(picture.convert("L").convert("RGB")), "JPEG"),
    ]
    first, *others = (str(row["pdq"]) for row in measured(*copies))
    assert max(bits_apart(first, other) for other in others) <= 31
    (far,) = measured(encoded(drawn(4, (480, 640))))
    assert bits_apart(first, str(far["pdq"])) > 80


def test_a_picture_is_hashed_as_it_is_shown():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    upright = drawn(5, (300, 200))
    turned = encoded(np.ascontiguousarray(np.rot90(upright)), "PNG", exif=exif)
    assert pixels(pa.py_buffer(turned), 10**6).tolist() == upright.tolist()
    first, second = measured(encoded(upright), turned)
    assert first == second


def test_what_has_no_hash_says_why():
    whole = encoded(drawn(0, (64, 64)))
    contents = (None, b"", b"<html>", whole[: len(whole) // 2], encoded(drawn(0, (4, 90))), encoded(drawn(0, (90, 90))))
    found = measured(*contents, max_pixels=8000)
    reasons = ["no bytes", "no bytes", "unknown format", "damaged", "too small", "too many pixels"]
    assert [row["no_pdq"] for row in found] == reasons
    assert {row["pdq"] for row in found} == {None}


def test_a_plain_picture_has_a_low_quality():
    plain, rich = measured(encoded(np.full((90, 90, 3), 77, np.uint8)), encoded(drawn(1, (90, 90))))
    assert plain["pdq_quality"] == 0
    assert int(str(rich["pdq_quality"])) >= 50
