"""The demo, as `make demo` runs it, and its shards as a stranger loads them."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import DEMO, ROOT

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def demo(ray_session: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo's job ran."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(DEMO, folder / "data")
    job = yaml.safe_load((ROOT / "examples" / "demo" / "demo.yaml").read_text())
    job |= {"workspace": "work", "output": "dataset"}
    (folder / "demo.yaml").write_text(yaml.safe_dump(job))
    run_file(folder / "demo.yaml")
    return folder


def test_its_data_is_small_and_licensed():
    assert sum(p.stat().st_size for p in DEMO.iterdir()) < 15_000_000
    assert "crawl" in (DEMO / "LICENSES.md").read_text()


def test_its_shards_load_with_datasets_and_decode_to_readable_text(demo):
    from datasets import load_dataset
    from tokenizers import Tokenizer

    rows = load_dataset(
        "parquet", data_files=str(demo / "dataset" / "part-*.parquet"), split="train", cache_dir=str(demo / "cache")
    )
    tokenizer = Tokenizer.from_file(str(demo / "dataset" / "tokenizer.json"))
    text = tokenizer.decode(rows[0]["input_ids"])
    assert len(rows) > 1000
    assert sum(c.isalpha() or c.isspace() for c in text) / len(text) > 0.7


def test_its_card_names_languages_and_licences(demo):
    card = (demo / "dataset" / "README.md").read_text()
    assert card.count("\n| documents |") >= 5
    assert "## Licences" in card
