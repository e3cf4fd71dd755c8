"""A file that is no model is told so; the model that ships is read and written back byte for byte."""

import io

import numpy as np
import pytest

from corpusmill.operators import load
from corpusmill.operators.extract.html.model.model import dump
from corpusmill.operators.extract.html.model.model import load as load_model

SHIPPED = load.shipped("shipped:extract/models/main_text.npz")


def arrays() -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(SHIPPED)) as file:
        return {name: file[name] for name in file.files}


def written(**changed: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays() | changed))
    return buffer.getvalue()


def one_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def test_the_shipped_model_is_written_as_it_was_read():
    assert load_model(SHIPPED) is load_model(bytes(SHIPPED))
    assert dump(load_model(dump(load_model(SHIPPED)))) == dump(load_model(SHIPPED))


@pytest.mark.parametrize(
    "content",
    [b"", b"garbage", b"PK\x03\x04" + b"x" * 99, SHIPPED[:5000], SHIPPED[:9000] + SHIPPED[9009:], one_array()],
)
def test_bytes_that_are_no_npz_are_refused(content):
    with pytest.raises(ValueError, match=f"not a model of .*: {len(content)} bytes that are no .npz"):
        load_model(content)


def test_a_foreign_npz_is_refused_by_what_it_lacks():
    buffer = io.BytesIO()
    np.savez(buffer, weights=np.zeros(3))
    with pytest.raises(ValueError, match=r"it has no array 'name_keys', but \['weights'\]"):
        load_model(buffer.getvalue())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"first_link": np.zeros(9)}, r"'first_link' is float64\[9\], not uint32\[n\]"),
        ({"word_keys": np.zeros(60, np.uint32)}, "two equal pairs of powers of two"),
        ({"page_link": np.full_like(arrays()["page_link"], 200)}, "its trees 'page' use column 200 of 18"),
        ({"second_link": np.full_like(arrays()["second_link"], 0xFFFFFF00)}, "its trees 'second' do not hang together"),
    ],
)
def test_a_model_of_another_kind_is_refused_by_what_is_wrong(changed, message):
    with pytest.raises(ValueError, match=message):
        load_model(written(**changed))
