"""The demo, as `make demo` runs it, and its shards as a stranger loads them."""

import json

import pytest

import corpusmill
from tests.pipeline.jobs import DEMO

pytestmark = pytest.mark.ray


def test_its_data_is_small_and_licensed():
    assert sum(p.stat().st_size for p in DEMO.iterdir()) < 15_000_000
    assert "crawl" in (DEMO / "LICENSES.md").read_text()


def test_its_shards_load_with_datasets_and_decode_to_readable_text(demo):
    from datasets import load_dataset
    from tokenizers import Tokenizer

    rows = load_dataset(
        "parquet",
        data_files=f"{demo}/out/data/part-*.parquet",
        split="train",
        cache_dir=str(demo / "cache"),
    )
    tokenizer = Tokenizer.from_file(str(demo / "out" / "tokenizer.json"))
    text = tokenizer.decode(rows[0]["input_ids"])
    assert len(rows) > 1000
    assert sum(c.isalpha() or c.isspace() for c in text) / len(text) > 0.7


def test_its_card_names_languages_and_licences(demo):
    card = (demo / "out" / "README.md").read_text()
    assert "## Licences" in card
    leaves = json.loads((demo / "out" / "_funnel.json").read_text())["leaves"]
    languages = {leaf["language"] for leaf in leaves if leaf["mixed_tokens"]} - {""}
    assert len(languages) >= 5


def test_its_tables_and_documents_open_from_python(demo):
    dataset = corpusmill.open_dataset(str(demo / "out"))
    documents = list(dataset.documents())
    assert len(documents) == dataset.manifest["documents"]
    assert sum(len(d.ids) for d in documents) == dataset.manifest["tokens"]
    assert dataset.table(["n_tokens"])["n_tokens"].to_pylist() == [
        n for batch in dataset.sequences() for n in batch.column("n_tokens").to_pylist()
    ]
    assert sum(c.isalpha() or c.isspace() for c in dataset.decode(documents[0].ids)) > 20
    workspace = corpusmill.open_workspace(str(demo / "work"))
    funnel = {name: sum(column.to_pylist()) for name, column in zip(*_columns(dataset.funnel()), strict=True)}
    assert workspace.documents(["doc_id"]).num_rows == funnel["kept"]
    assert workspace.dropped(["reason"]).num_rows == funnel["dropped"] + funnel["failed"]
    assert sum(r is not None for r in workspace.duplicates()["reason"].to_pylist()) == funnel["removed"]
    assert workspace.funnel().equals(dataset.funnel())
    texts = {row["doc_id"]: row["text"] for row in workspace.documents(["doc_id", "text"]).to_pylist()}
    end = dataset.decode(documents[0].ids[-1:])
    assert dataset.decode(documents[0].ids).removesuffix(end) == texts[documents[0].doc_id]


def _columns(table):
    kept = [name for name in table.column_names if name not in ("source", "domain", "language")]
    return kept, [table[name] for name in kept]
