"""The demo, as `make demo` runs it, and its shards as a stranger loads them."""

import json

import pytest

from tests.pipeline.jobs import DEMO

pytestmark = pytest.mark.ray


def test_its_data_is_small_and_licensed():
    assert sum(p.stat().st_size for p in DEMO.iterdir()) < 15_000_000
    assert "crawl" in (DEMO / "LICENSES.md").read_text()


def test_its_shards_load_with_datasets_and_decode_to_readable_text(demo):
    from datasets import load_dataset
    from tokenizers import Tokenizer

    rows = load_dataset(
        "parquet", data_files=str(demo / "out" / "part-*.parquet"), split="train", cache_dir=str(demo / "cache")
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
