"""Raw rows of several forms to packed SFT and DPO datasets, on a disk and in S3, read by the libraries of trainers.

Tokens that are trained on are those of a count that knows nothing of this program's templates and masks.
"""

import gzip
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import datasets
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import s3fs
import tokenizers

from tests.pipeline.conftest import run_file
from tests.unit.test_examples_of_reading import ROOT, needs, torch_python

pytestmark = pytest.mark.ray

JOB = """
name: {name}
workspace: {place}/work-{name}
output: {place}/{name}
storage: {storage}
inputs:
{inputs}
dedup: {{text: true, near: off}}
mix: {{axes: [source]}}
tokens: {{template: chatml, sequence_tokens: 256, packing: {packing}}}
output_shards: 2
"""
SFT = """
  - {{source: chats, paths: ['{place}/raw/chats.jsonl.gz'], columns: {{conversation: messages}}, storage: {storage}}}
  - {{source: shared, paths: ['{place}/raw/shared.parquet'], shape: sharegpt, storage: {storage}}}
  - {{source: alpaca, paths: ['{place}/raw/alpaca.json'], shape: alpaca, storage: {storage}}}
  - {{source: packed, paths: ['{place}/raw/packed.zip'], shape: dolly, storage: {storage}}}
"""
DPO = """
  - {{source: pairs, paths: ['{place}/raw/pairs.jsonl'], shape: preference, storage: {storage}}}
  - {{source: hh, paths: ['{place}/raw/hh.jsonl'], shape: hh, storage: {storage}}}
"""
NUMBERS = range(30)
END = "<|im_end|>"


def words(number: int, kind: str) -> str:
    return f"{kind} {number}: é, 好 and {number * 7} more" + " of it" * (number % 5)


def answers() -> list[str]:
    """What the SFT rows say for assistants."""
    chats = [words(n, kind) for n in NUMBERS for kind in ("first", "second")]
    return chats + [words(n, kind) for n in NUMBERS for kind in ("shared", "alpaca", "dolly")]


def pairs() -> list[str]:
    """The better and the worse answers of the DPO rows; two of them have the same better answer."""
    return [words(n, f"{kind} {which}") for n in NUMBERS for kind in ("pair", "hh") for which in ("good", "bad")] + [
        words(0, "pair good"),
        "another bad one",
    ]


def write_raw(write) -> None:
    """Write all raw rows. write: takes a name and bytes."""

    def lines(rows: Sequence[Mapping[str, object]]) -> bytes:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()

    def turns(*contents: str) -> list[dict[str, str]]:
        return [{"role": ("user", "assistant")[k % 2], "content": each} for k, each in enumerate(contents)]

    chats = [turns(words(n, "ask"), words(n, "first"), "go on", words(n, "second")) for n in NUMBERS]
    write("chats.jsonl.gz", gzip.compress(lines([{"messages": each} for each in chats])))
    shared = [
        [{"from": "human", "value": words(n, "q")}, {"from": "gpt", "value": words(n, "shared")}] for n in NUMBERS
    ]
    out = io.BytesIO()
    pq.write_table(pa.table({"conversations": shared}), out)
    write("shared.parquet", out.getvalue())
    alpaca = [{"instruction": words(n, "do"), "input": "", "output": words(n, "alpaca")} for n in NUMBERS]
    write("alpaca.json", json.dumps(alpaca).encode())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for n in NUMBERS:
            row = {"instruction": words(n, "why"), "context": "", "response": words(n, "dolly")}
            file.writestr(f"rows/{n}.jsonl", json.dumps(row))
    write("packed.zip", out.getvalue())
    rows = [
        {"prompt": words(n, "p"), "chosen": words(n, "pair good"), "rejected": words(n, "pair bad")} for n in NUMBERS
    ]
    rows.append({**rows[0], "rejected": "another bad one"})
    write("pairs.jsonl", lines([*rows, rows[1]]))  # the last is a copy
    said = [f"\n\nHuman: {words(n, 'h')}\n\nAssistant: " for n in NUMBERS]
    hh = [
        {"chosen": s + words(n, "hh good").strip(), "rejected": s + words(n, "hh bad").strip()}
        for n, s in enumerate(said)
    ]
    write("hh.jsonl", lines(hh))


@dataclass(frozen=True)
class Made:
    """Where both datasets lie, by name, and how fsspec gets there."""

    place: str
    options: dict[str, Any]

    def manifest(self, name: str) -> dict[str, Any]:
        fs = s3fs.S3FileSystem(**self.options) if self.options else None
        path = f"{self.place}/{name}/_manifest.json"
        return json.loads(fs.cat_file(path) if fs else Path(path).read_bytes())


@pytest.fixture(scope="module", params=["disk", "s3"])
def made(request, ray_session, s3, tmp_path_factory) -> Made:
    folder: Path = tmp_path_factory.mktemp("instructions")
    options: dict[str, Any] = {}
    if request.param == "disk":
        place, storage = str(folder), "{}"
        (folder / "raw").mkdir()
        write_raw(lambda name, data: (folder / "raw" / name).write_bytes(data))
    else:
        place, storage = "s3://test/instructions", f"{{endpoint_url: '{s3}'}}"
        options = {"key": "testing", "secret": "testing", "endpoint_url": s3}
        fs = s3fs.S3FileSystem(**options)
        write_raw(lambda name, data: fs.pipe_file(f"test/instructions/raw/{name}", data))
    for name, inputs, packing in (("sft", SFT, "best_fit"), ("dpo", DPO, "pairs")):
        told = inputs.format(place=place, storage=storage)
        job = JOB.format(name=name, place=place, storage=storage, inputs=told, packing=packing)
        (folder / f"{name}.yaml").write_text(job)
        run_file(folder / f"{name}.yaml")
    return Made(place=place, options=options)


def supervised(texts: list[str], tokenizer: tokenizers.Tokenizer) -> int:
    """How many tokens answers have, each with the token that ends its turn."""
    return sum(len(tokenizer.encode(text + END, add_special_tokens=False).ids) for text in texts)


@pytest.mark.parametrize("name", ["sft", "dpo"])
def test_trained_tokens_are_those_of_a_count_of_the_raw_rows(made, name):
    manifest = made.manifest(name)
    fs = s3fs.S3FileSystem(**made.options) if made.options else None
    path = f"{made.place}/{name}/tokenizer.json"
    tokenizer = tokenizers.Tokenizer.from_buffer(cast(bytes, fs.cat_file(path)) if fs else Path(path).read_bytes())
    expected = {"sft": answers, "dpo": lambda: [text.strip() if "hh" in text else text for text in pairs()]}[name]()
    assert manifest["supervised_tokens"] == supervised(expected, tokenizer)
    files = [f"{made.place}/{name}/{part['name']}" for part in manifest["parts"]]
    rows = datasets.load_dataset(
        "parquet", data_files=files, split="train", streaming=True, storage_options=dict(made.options)
    )
    found = list(rows)
    assert sum(sum(row["loss_mask"]) for row in found) == manifest["supervised_tokens"]
    assert len(found) == manifest["sequences"]


def test_the_card_leads_to_the_sequences(made, tmp_path):
    folder = f"{made.place}/sft"
    if made.options:  # `load_dataset` takes no folder of a store
        s3fs.S3FileSystem(**made.options).get(f"{folder}/", f"{tmp_path}/copy/", recursive=True)
        folder = f"{tmp_path}/copy"
    rows = datasets.load_dataset(folder, split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.num_rows == made.manifest("sft")["sequences"]


def test_pandas_reads_the_folder_of_the_parts(made):
    table = pandas.read_parquet(f"{made.place}/sft/data", storage_options=made.options or None)
    manifest = made.manifest("sft")
    assert (len(table), table["n_tokens"].sum()) == (manifest["sequences"], manifest["tokens"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sft", "dpo"])
def test_torch_polars_and_duckdb_read_the_same(made, name):
    python = torch_python()
    needs(python, "torch, polars, duckdb, s3fs")
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
    store = {"AWS_ENDPOINT_URL": str(made.options["endpoint_url"])} if made.options else {}
    done = subprocess.run(
        [python, str(ROOT / "tests" / "pipeline" / "read_packed.py"), f"{made.place}/{name}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **keys, **store, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    manifest = made.manifest(name)
    expected = {
        "sequences": manifest["sequences"],
        "tokens": manifest["tokens"],
        "supervised": manifest["supervised_tokens"],
    }
    for library, found in json.loads(done.stdout).items():
        assert found == {key: expected[key] for key in found}, library
