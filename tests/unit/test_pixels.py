"""Sizes of pictures from their headers, in every format and when something is wrong with them."""

import io

import pyarrow as pa
import pytest

from corpusmill.operators.batch import Batch
from corpusmill.operators.signals.picture_shape import PictureShape
from corpusmill.operators.signals.pictures.opened import FORMATS
from corpusmill.operators.signals.pixels import Pixels
from corpusmill.pipeline.export.samples import write_samples

Image = pytest.importorskip("PIL.Image", reason="pip install 'corpusmill[pixels]'")
ExifTags = pytest.importorskip("PIL.ExifTags", reason="pip install 'corpusmill[pixels]'")


def picture(format_: str, size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, format_, **more)
    return out.getvalue()


def measured(*contents: bytes | None) -> list[dict[str, object]]:
    batch = Batch(pa.table({"image": pa.array(contents, pa.large_binary())}))
    return pa.table(Pixels().measure(batch)).to_pylist()


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_tells_its_size(format_):
    (found,) = measured(picture(format_))
    assert found == {
        "pixel_width": 60,
        "pixel_height": 40,
        "picture_format": format_.lower(),
        "no_picture": None,
    }


def test_a_picture_that_is_shown_on_its_side_has_the_size_as_shown():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    (found,) = measured(picture("JPEG", exif=exif))
    assert (found["pixel_width"], found["pixel_height"]) == (40, 60)


def test_what_is_no_picture_says_why():
    whole = picture("PNG")
    reasons = [row["no_picture"] for row in measured(None, b"", b"<html>not found</html>", whole[:20], whole[:60])]
    assert reasons == ["no bytes", "no bytes", "unknown format", "damaged", None]  # the last has a whole header


def test_a_picture_of_billions_of_pixels_is_not_opened():
    bomb = bytearray(picture("BMP"))
    bomb[18:26] = (60_000).to_bytes(4, "little") * 2
    (found,) = measured(bytes(bomb))
    assert found["no_picture"] == "too many pixels"


def test_shapes_are_measured_by_pixels_where_the_step_names_their_columns():
    table = pa.table({"pixel_width": [60, None], "pixel_height": [20, None]})
    step = PictureShape(width="pixel_width", height="pixel_height")
    assert set(step.columns_read()) == {"pixel_width", "pixel_height"}
    assert pa.table(step.measure(Batch(table)))["aspect_ratio"].to_pylist() == [3.0, None]


@pytest.mark.filterwarnings("default")  # webdataset leaves files open
def test_pictures_come_out_as_files_of_a_webdataset(tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="pip install 'corpusmill[webdataset]'")
    rows = [
        {"doc_id": 1, "text": "red", "url": None, "image": picture("JPEG"), "picture_format": "jpeg"},
        {"doc_id": 2, "text": "none", "url": None, "image": None, "picture_format": None},
    ]
    write_samples([pa.Table.from_pylist(rows)], str(tmp_path / "a.tar"))
    first, second = webdataset.WebDataset(str(tmp_path / "a.tar"), shardshuffle=False).decode("pil")
    assert first["jpg"].size == (60, 40)
    assert "jpg" not in second
    assert second["json"] == {"doc_id": 2, "url": None, "image": None, "picture_format": None}
