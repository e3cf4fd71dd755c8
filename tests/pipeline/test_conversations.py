"""Instruction data of several shapes and formats goes through one job, its turns and types whole in the documents."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.operators.text.conversation import CONVERSATION_COLUMNS
from tests.pipeline.conftest import run_file

pytestmark = pytest.mark.ray

JOB = """
name: instructions
workspace: work
output: out
inputs:
  - source: chats
    paths: [chats.parquet]
    columns:
      conversation: messages
      score: {type: float}
      vector: {type: floats}
      meta: {type: 'struct<a: int, tags: list<string>>'}
  - {source: alpaca, paths: [alpaca.json], shape: alpaca}
  - {source: pairs, paths: [pairs.jsonl], shape: hh}
documents:
  - {"decide.bounds": {bounds: {score: [0.2, null]}}, only: {source: chats}}
mix: {axes: [source], budget_tokens: 1k}
tokens: {sequence_tokens: 64}
output_shards: 1
"""


def words(n: int, kind: str) -> str:
    return " ".join(f"{kind}{n}x{i}" for i in range(12))


@pytest.fixture(scope="module")
def documents(ray_session, tmp_path_factory) -> dict[str, list[dict[str, object]]]:
    """The documents of each source, after a run."""
    folder: Path = tmp_path_factory.mktemp("conversations")
    chats = [
        {"messages": [{"role": "user", "content": words(n, "q")}, {"role": "assistant", "content": words(n, "a")}]}
        | {"score": n / 20, "vector": [0.5, n], "meta": {"a": n, "tags": ["x"]}}
        for n in range(20)
    ]
    pq.write_table(pa.Table.from_pylist(chats), folder / "chats.parquet")
    alpaca = [{"instruction": words(n, "i"), "input": "", "output": words(n, "o")} for n in range(20)]
    (folder / "alpaca.json").write_text(json.dumps(alpaca))
    prompts = [f"\n\nHuman: {words(n, 'h')}\n\nAssistant:" for n in range(20)]
    pairs = [{"chosen": f"{p} {words(n, 'c')}", "rejected": f"{p} {words(n, 'r')}"} for n, p in enumerate(prompts)]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*pairs, {"chosen": "x"}]))
    (folder / "job.yaml").write_text(JOB)
    done = run_file(folder / "job.yaml")
    assert done.funnel.unread == {}
    found: dict[str, list[dict[str, object]]] = {}
    for path in sorted((folder / "work" / "documents").glob("*.parquet")):
        table = pq.ParquetFile(path).read()
        assert {name: table.schema.field(name).type for name in CONVERSATION_COLUMNS} == CONVERSATION_COLUMNS
        first = table["text"][0].as_py()
        found[first[0]] = table.to_pylist()
    return found


def test_turns_and_typed_columns_are_whole_in_the_documents(documents):
    rows = documents["q"]
    assert len(rows) == 16  # of 20, less those with a score below 0.2
    assert [turn["role"] for turn in rows[0]["conversation"]] == ["user", "assistant"]
    assert (rows[0]["vector"], rows[0]["meta"]) == ([0.5, 4.0], {"a": 4, "tags": ["x"]})


def test_each_source_has_the_turns_of_its_shape(documents):
    assert documents["i"][0]["text"] == f"{words(0, 'i')}\n\n{words(0, 'o')}"
    pair = documents["h"][0]
    assert [each[0]["content"] for each in (pair["conversation"], pair["chosen"], pair["rejected"])] == [
        words(0, "h"),
        words(0, "c"),
        words(0, "r"),
    ]
    assert len(documents["h"]) == 20
