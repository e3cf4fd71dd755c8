"""Chats and text in one job, from JSON lines to packed rows: supervised tokens are those of an independent count."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import tokenizers

from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import corpusmill_here

pytestmark = pytest.mark.ray

JOB = """
name: chats
workspace: work
output: out
inputs:
  - source: chats
    paths: [chats.jsonl]
    columns: {conversation: messages}
    domain: chat
  - source: pages
    paths: [pages.jsonl]
    domain: web
dedup: {text: true, near: off}
mix: {axes: [domain]}
tokens: {template: chatml, sequence_tokens: 128}
output_shards: 1
"""
LONG = "a very long answer " * 60


def chat(number):
    turns = [{"role": "user", "content": f"question {number} of many?"}]
    turns += [{"role": "assistant", "content": f"answer {number}: it is {number * 7}, é and 好."}]
    if number % 5 == 0:
        turns += [{"role": "user", "content": "and then?"}, {"role": "assistant", "content": LONG}]
    return turns if number % 9 else turns[:1]


@pytest.fixture(scope="module")
def folder(ray_session, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("chats")
    lines = [json.dumps({"messages": chat(number)}) for number in range(60)]
    (folder / "chats.jsonl").write_text("\n".join(lines) + "\n")
    pages = [json.dumps({"text": f"Page {number} has some words of its own."}) for number in range(20)]
    (folder / "pages.jsonl").write_text("\n".join(pages) + "\n")
    (folder / "job.yaml").write_text(JOB)
    run_file(folder / "job.yaml")
    return folder


def test_supervised_tokens_are_those_of_an_independent_count(folder):
    encoder = tokenizers.Tokenizer.from_file(str(folder / "out" / "tokenizer.json"))
    expected = 0
    for number in range(60):
        answers = [turn["content"] for turn in chat(number) if turn["role"] == "assistant"]
        expected += sum(len(encoder.encode(a + "<|im_end|>", add_special_tokens=False).ids) for a in answers[:1])
    for number in range(20):
        expected += len(encoder.encode(f"Page {number} has some words of its own.<|endoftext|>").ids)
    manifest = json.loads((folder / "out" / "_manifest.json").read_text())
    assert manifest["supervised_tokens"] == expected
    table = pq.read_table(folder / "out" / manifest["parts"][0]["name"])
    assert sum(sum(row) for row in table["loss_mask"].to_pylist()) == expected
    assert {offset for row in table["doc_offsets"].to_pylist() for offset in row} == {0}


def test_the_funnel_says_what_became_of_conversations(folder):
    funnel = json.loads((folder / "out" / "_funnel.json").read_text())
    assert funnel["conversations"]["truncated"] == sum(len(chat(n)) > 2 for n in range(60))
    (unique,) = (step for step in funnel["steps"] if step["name"] == "unique")
    assert unique["lost"]["conversation without an answer of an assistant"] == 7


def test_the_dataset_is_valid_and_stays_so_when_a_conversation_is_taken_down(folder):
    before = json.loads((folder / "out" / "_manifest.json").read_text())
    assert corpusmill_here("verify", str(folder / "job.yaml")).returncode == 0
    table = pq.read_table(folder / "out" / "documents.parquet")
    (folder / "ids.txt").write_text(f"{table['doc_id'][0].as_py()}\n")
    done = corpusmill_here("takedown", str(folder / "job.yaml"), str(folder / "ids.txt"))
    assert done.returncode == 0, done.stderr
    after = json.loads((folder / "out" / "_manifest.json").read_text())
    assert 0 < after["supervised_tokens"] < before["supervised_tokens"]
    assert after["supervised_tokens"] == sum(part["supervised_tokens"] for part in after["parts"])
    assert corpusmill_here("verify", str(folder / "job.yaml")).returncode == 0


def test_shares_of_supervised_tokens_are_those_of_the_loss_masks(folder, ray_session):
    mix = "{axes: [domain], unit: supervised_tokens, weights: {chat: 0.7, web: 0.3}, budget_tokens: 500}"
    (folder / "mixed.yaml").write_text(JOB.replace("{axes: [domain]}", mix).replace("output: out", "output: mixed"))
    assert "mix: counted in supervised tokens, a budget of 500" in say("plan", folder / "mixed.yaml")
    run_file(folder / "mixed.yaml")
    plan = json.loads((folder / "mixed" / "_plan.json").read_text())
    groups = [leaf["leaf"][0] for leaf in plan["leaves"]]
    found, longest = dict.fromkeys(groups, 0), 0
    for path in sorted((folder / "mixed" / "data").iterdir()):
        for row in pq.read_table(path).to_pylist():
            at = 0
            for leaf, length in zip(row["leaf"], row["seq_lens"], strict=True):
                size = sum(row["loss_mask"][at : at + length])
                found[groups[leaf]] += size
                at, longest = at + length, max(longest, size)
    assert abs(found["chat"] - 350) <= longest / 2
    assert abs(sum(found.values()) - 500) <= longest / 2
    manifest = json.loads((folder / "mixed" / "_manifest.json").read_text())
    assert manifest["supervised_tokens"] == sum(found.values()) < manifest["tokens"]
    assert manifest["mix_unit"] == "supervised_tokens"
    told = say("verify", folder / "mixed.yaml")
    assert f"{sum(found.values()):,} supervised tokens written, 500 planned" in told
    card = (folder / "mixed" / "README.md").read_text()
    assert "The mix is counted in supervised tokens." in card
    assert f"{manifest['supervised_tokens']:,} of the tokens are trained on" in card
    assert "Share of supervised tokens by mix group" in (folder / "mixed" / "report.html").read_text()
    ids = pq.read_table(folder / "mixed" / "documents.parquet")["doc_id"]
    (folder / "ids.txt").write_text(f"{ids[0].as_py()}\n")
    say("takedown", folder / "mixed.yaml", folder / "ids.txt")
    assert "taken down since" in say("verify", folder / "mixed.yaml")
