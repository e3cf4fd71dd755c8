"""An export format is one file: put into the folder, the command offers it and writes it."""

import itertools
import json
import sys

import click
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpusmill.errors import InputError
from corpusmill.pipeline.cli import dataset as command
from corpusmill.pipeline.export import choices, formats
from tests.support.pages import block

ROWS = [[5, 6, 7], [8], [9, 10]]
# Formats that a library of their own writes, by extras of the same names.
LIBRARIES = {
    "huggingface": "datasets",
    "lance": "lance",
    "tfrecord": "tfrecord",
    "webdataset": "webdataset",
}


@pytest.fixture
def digits(tmp_path, monkeypatch):
    (tmp_path / "digits.py").write_text(block("how-to/add-an-export-format.md", "pipeline/export/formats/digits.py"))
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    yield
    sys.modules.pop(f"{formats.__name__}.digits", None)


@pytest.fixture
def dataset(tmp_path):
    return dataset_of(tmp_path / "dataset", ROWS, packing="none")


def dataset_of(folder, content, **manifest):
    """Rows in two parts; each is one document of two pieces, of which the first token is not trained on."""
    folder.mkdir()
    kinds = {"input_ids": pa.int32(), "seq_lens": pa.int32(), "doc_ids": pa.int64(), "loss_mask": pa.int8()}
    lists = {name: pa.list_(kind) for name, kind in kinds.items()}
    schema = pa.schema({**lists, "n_tokens": pa.int32()}, metadata={"corpusmill.vocab_size": "100"})
    names = ["part-0.parquet", "part-1.parquet"]
    for name, rows in zip(names, (content[:2], content[2:]), strict=True):
        halves = [len(row) // 2 for row in rows]
        columns = [
            rows,
            [[half, len(row) - half] for half, row in zip(halves, rows, strict=True)],
            [[1, 1] for _ in rows],
            [[int(k not in (0, half)) for k in range(len(row))] for half, row in zip(halves, rows, strict=True)],
            list(map(len, rows)),
        ]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        pq.write_table(pa.table(arrays, schema=schema), folder / name, row_group_size=1)
    lines = {"name": "small", "parts": [{"name": name} for name in names], **manifest}
    (folder / "_manifest.json").write_text(json.dumps(lines))
    return folder


class Bar:
    """Counts what is advanced."""

    steps = 0

    def advance(self):
        self.steps += 1


def written(format_, dataset, out):
    from corpusmill.cluster.storage import Store

    bar = Bar()
    names = choices.exporter(format_)(Store(str(dataset)), Store(str(out)), bar)  # pyright: ignore[reportArgumentType]
    assert bar.steps == 2
    assert sorted(names) == sorted(path.name for path in out.iterdir())
    return [out / name for name in names]


def test_the_format_of_the_page_is_offered_and_written_by_its_file_alone(digits, dataset, tmp_path):
    assert "digits" in choices.names()
    (path,) = written("digits", dataset, tmp_path / "out")
    assert path.read_text() == "5 6 7\n8\n9 10\n"


@pytest.mark.parametrize("format_", choices.names())
def test_every_format_that_ships_writes_what_it_names(format_, tmp_path):
    if format_ in LIBRARIES:  # see tests/unit/test_export_libraries.py for what they hold
        pytest.importorskip(LIBRARIES[format_], reason=f"pip install 'corpusmill[{format_}]'")
    pairs = [[5, 6, 5, 7], [5, 8, 5, 9], [1, 2, 1, 3]]
    packing = "best_fit" if format_ == "megatron_sft" else "pairs"
    dataset = dataset_of(tmp_path / "dataset", pairs, packing=packing, loss="last")
    assert all(path.stat().st_size for path in written(format_, dataset, tmp_path / "out"))


@pytest.mark.parametrize(("format_", "message"), [("preferences", "no pairs"), ("megatron_sft", "need a loss mask")])
def test_formats_of_conversations_refuse_a_dataset_of_texts(format_, message, dataset, tmp_path):
    with pytest.raises(InputError, match=message):
        written(format_, dataset, tmp_path / "out")


def test_a_pack_for_training_refuses_pairs(tmp_path):
    dataset = dataset_of(tmp_path / "dataset", [[5, 6, 5, 7]], packing="pairs", loss="last")
    with pytest.raises(InputError, match="train on the worse answers"):
        written("megatron_sft", dataset, tmp_path / "out")


def test_npy_holds_the_ids_and_where_each_sequence_begins(dataset, tmp_path):
    ids, offsets = map(np.load, written("npy", dataset, tmp_path / "out"))
    assert [ids[a:b].tolist() for a, b in itertools.pairwise(offsets)] == ROWS


def test_the_command_offers_the_files_of_the_folder():
    (argument,) = (p for p in command.export.params if p.name == "format_")
    assert isinstance(argument.type, click.Choice)
    assert tuple(argument.type.choices) == (*choices.names(), "text", "messages", "documents", "dropped")
    told = CliRunner().invoke(command.export, ["parquet", "--out", "x", "job.yaml"])
    assert told.exit_code == 2
    assert "'megatron', 'megatron_sft', 'npy'" in told.output
