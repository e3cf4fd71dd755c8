"""Large fastText models are mapped, and give what they give when they are read."""

import mmap
import struct
import tempfile

import fsspec
import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.decide.language import Language as Keep
from corpusmill.operators.signals.language import Language
from corpusmill.operators.text.fasttext import stream
from corpusmill.operators.text.fasttext.model import MAGIC, read_model
from corpusmill.pipeline.config.check.languages_to_keep import confusions
from corpusmill.pipeline.files import mapped, referenced
from corpusmill.pipeline.run.explain import languages_in

WORDS = {"tea": (2.0, 0.0), "milch": (0.0, 2.0), "</s>": (0.0, 0.0)}
LABELS = {"eng_Latn": (1.0, 0.0), "deu_Latn": (0.0, 1.0)}


def model() -> bytes:
    """A classifier of two labels in GlotLID's form, with a matrix that begins at an odd byte."""
    made = struct.pack("<2i", MAGIC, 12) + struct.pack("<12id", 2, 5, 5, 1, 5, 1, 3, 3, 0, 0, 0, 100, 1e-4)
    made += struct.pack("<3i2q", len(WORDS) + len(LABELS), len(WORDS), len(LABELS), 10, -1)
    for place, name in enumerate([*WORDS, *(f"__label__{label}" for label in LABELS)]):
        made += name.encode() + b"\0" + struct.pack("<qb", 3, int(place >= len(WORDS)))
    for rows in (WORDS, LABELS):
        values = np.array(list(rows.values()), np.float32)
        made += struct.pack("<?2q", False, *values.shape) + values.tobytes()
    return made


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(mapped, "MAPPED_BYTES", 1)
    monkeypatch.setattr(stream, "SHARED_BYTES", 1)


def found(content: bytes) -> dict[str, list]:
    texts = pa.array(["tea tea milch", "milch", ""], TEXT)
    op = Language(model=Resource("model.bin", content))
    return op(Batch(pa.table({"text": texts}))).table.drop_columns("text").to_pydict()


def test_a_mapped_model_gives_what_a_read_one_gives(tmp_path, large):
    path = tmp_path / "model.bin"
    path.write_bytes(model())
    content = referenced.read(str(path))
    assert isinstance(content, mmap.mmap)
    inputs = read_model(content).inputs
    assert not inputs.flags.owndata
    assert not inputs.flags.aligned
    assert found(content) == found(model())
    assert found(content)["language"] == ["eng", "deu", "und"]
    assert found(content)["script"] == ["Latn", "Latn", "Zyyy"]


def test_a_model_in_a_store_is_copied_to_the_node_once(tmp_path, large, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store = fsspec.filesystem("memory")
    store.pipe_file("/models/a.bin", model())
    contents = [mapped.mapped(store, "/models/a.bin") for _ in range(2)]
    assert [bytes(content or b"") for content in contents] == [model()] * 2
    assert len(list(tmp_path.glob("*/*"))) == 1


def test_other_files_and_small_models_are_read(tmp_path, large, monkeypatch):
    (tmp_path / "list.txt").write_text("tea\nmilk\n")
    assert referenced.read(str(tmp_path / "list.txt")) == b"tea\nmilk\n"
    monkeypatch.setattr(mapped, "MAPPED_BYTES", 1 << 20)
    (tmp_path / "model.bin").write_bytes(model())
    assert isinstance(referenced.read(str(tmp_path / "model.bin")), bytes)


def test_plan_names_the_languages_that_the_model_calls_otherwise_or_not_at_all(tmp_path, large):
    path = tmp_path / "glotlid.bin"
    path.write_bytes(model())
    steps = [Language(model=Resource(str(path))), Keep(keep=("en", "deu", "sw"))]
    start = "decide.language keeps {!r}, glotlid.bin has no such label and no document will be kept by it: "
    assert list(confusions(steps, languages_in)) == [
        start.format("en") + "write 'eng'",
        start.format("sw") + "measure with a model that tells it",
    ]
