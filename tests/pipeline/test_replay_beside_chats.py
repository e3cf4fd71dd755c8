"""Chats, a domain's text and an earlier pre-training dataset in one job: a twentieth of the tokens is replay."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import run_file, say

pytestmark = pytest.mark.ray

JOB = """
name: continued
workspace: work
output: out
inputs:
  - {source: chats, paths: [chats.jsonl], columns: {conversation: messages}, domain: chat}
  - {source: law, paths: [law.jsonl], domain: law}
  - {source: last-year, paths: ['earlier/documents/*.parquet'], columns: {domain: domain}}
dedup: {near: off}
mix: {axes: [source], replay: {where: {source: last-year}, share: 0.05}}
tokens: {template: chatml, sequence_tokens: 256}
output_shards: 1
"""


def text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(("the", "sea", "law", "of", "rises", "and", "moon", "number")) for _ in range(words))


def test_a_twentieth_is_replay_and_text_is_trained_on_whole(ray_session, tmp_path: Path):
    chance = random.Random(8)
    chats = [
        [{"role": "user", "content": text(chance, 12)}, {"role": "assistant", "content": text(chance, 30)}]
        for _ in range(200)
    ]
    (tmp_path / "chats.jsonl").write_text("".join(json.dumps({"messages": chat}) + "\n" for chat in chats))
    (tmp_path / "law.jsonl").write_text("".join(json.dumps({"text": text(chance, 60)}) + "\n" for _ in range(150)))
    (tmp_path / "earlier" / "documents").mkdir(parents=True)
    old = {"text": [text(chance, 25) for _ in range(400)], "domain": ["web"] * 400}
    pq.write_table(pa.table(old), tmp_path / "earlier" / "documents" / "0.parquet")
    (tmp_path / "job.yaml").write_text(JOB)
    run_file(tmp_path / "job.yaml")
    documents = pq.ParquetFile(tmp_path / "out" / "documents.parquet").read().to_pylist()
    tokens = {s: sum(d["n_tokens"] for d in documents if d["source"] == s) for s in ("chats", "law", "last-year")}
    assert tokens["last-year"] / sum(tokens.values()) == pytest.approx(0.05, abs=0.002)
    counts = {s: sum(d["source"] == s for d in documents) for s in tokens}
    assert (counts["chats"], counts["law"]) == (200, 150)
    assert 0 < counts["last-year"] < 400
    manifest = json.loads((tmp_path / "out" / "_manifest.json").read_text())
    supervised = manifest["supervised_tokens"]
    assert tokens["law"] + tokens["last-year"] < supervised < sum(tokens.values())  # of chats the answers alone
    said = say("verify", tmp_path / "out")
    assert "replay" in said
