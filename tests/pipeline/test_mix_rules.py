"""Many rules of a mix in one job: what the planner promises is what the dataset holds, each document accounted for."""

import csv
import io
import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from corpusmill.operators import load as operators_load
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.operators.mix.select.position import held_out, held_positions
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import run_job
from tests.pipeline.conftest import say

pytestmark = pytest.mark.ray

JOB = """
name: rules
workspace: {folder}/work
output: {folder}/out
inputs:
  - &each
    source: web
    paths: ['{folder}/web.jsonl']
    columns: {{source_id: id, domain: domain, quality: q, weight: w, date: date}}
  - {{<<: *each, source: last-year, paths: ['{folder}/last.jsonl']}}
documents:
  - signals.counts
  - signals.period: {{by: year}}
dedup: {{near: off}}
mix:
  levels:
    - {{axes: domain, weights: shares.csv}}
    - {{axes: quality, quality_curve: {{discard: 0.3, max_factor: 6, order: [low, mid, high]}}}}
    - {{axes: period, temperature: 3}}
  budget_multiple: 0.6
  min_tokens: 400
  phases:
    - {{name: main, share: 0.8}}
    - name: end
      share: 0.2
      ramp_steps: 2
      levels: [{{axes: domain, unimax: true}}, {{axes: quality, natural: true}}, {{axes: period, natural: true}}]
  replay: {{where: {{source: last-year}}, share: 0.05}}
  multiplier: {{column: weight}}
  held_out: 0.1
tokens: {{sequence_tokens: 256, packing: concat, tokenizer: general.json}}
output_shards: 6
"""
WORDS = ["salt", "tea", "river", "stone", "cloud", "paper", "green", "seven", "quiet", "under"]


@dataclass(frozen=True)
class Made:
    """What the job left: its folder, what it said, and what it had to do with."""

    folder: Path
    said: str
    documents: pa.Table  # as the workspace has them, with `source_id`, `text_key`

    def copies(self, inside: str = "out") -> Counter[str]:
        """How often each document is in the dataset, by its source_id. inside: the folder of the parts."""
        name = dict(zip(*(self.documents[c].to_pylist() for c in ("doc_id", "source_id")), strict=True))
        found: Counter[str] = Counter()
        for part in sorted((self.folder / inside).glob("data/part-*.parquet")):
            rows = pq.read_table(part, columns=["doc_ids", "doc_offsets"])
            ids, offsets = (pc.list_flatten(rows[c].combine_chunks()).to_pylist() for c in ("doc_ids", "doc_offsets"))
            found.update(name[doc] for doc, offset in zip(ids, offsets, strict=True) if offset == 0)
        return found

    def plan(self) -> MixPlan:
        return from_json((self.folder / "out" / "_plan.json").read_bytes())

    def held(self) -> set[str]:
        """The documents that must not be in the dataset."""
        keys = self.documents["text_key"].combine_chunks()
        return set(self.documents["source_id"].filter(pa.array(held_out(held_positions(keys, 0), 0.1))).to_pylist())


def write_inputs(folder: Path) -> None:
    """600 documents of this year's web in three domains (tiny has two documents), 60 of last year's dataset."""
    draw = random.Random(0)
    for name, count in (("web", 600), ("last", 60)):
        with (folder / f"{name}.jsonl").open("w") as out:
            for i in range(count):
                domain = "tiny" if i < 2 and name == "web" else draw.choice(["law", "news", "news"])
                row = {
                    "id": f"{name}-{i}",
                    "domain": domain,
                    "q": draw.choice(["low", "mid", "high"]),
                    "w": draw.choice(["0", "1", "1", "1", "2"]),
                    "date": f"{draw.choice([2023, 2024])}-0{draw.randint(1, 9)}-01T00:00:00Z",
                    "text": f"{name} {i} " + " ".join(draw.choices(WORDS, k=draw.randint(20, 60))),
                }
                out.write(json.dumps(row) + "\n")
    (folder / "shares.csv").write_text("leaf,weight\nlaw,0.3\nnews,0.6\ntiny,0.1\nlww,0.2\n")
    tokenizer = json.loads(operators_load.shipped("shipped:tokens/models/default.tokenizer.json"))
    tokenizer["added_tokens"][1]["lstrip"] = True
    (folder / "general.json").write_text(json.dumps(tokenizer))


def ran(folder: Path, *overrides: str) -> Made:
    console = Console(file=(said := io.StringIO()), width=200)
    run_job(load(folder / "job.yaml", overrides=overrides), Options(), Display(console=console))
    files = sorted((folder / "work" / "documents").glob("*.parquet"))
    columns = ["doc_id", "source_id", "text_key"]
    return Made(folder, said.getvalue(), pa.concat_tables([pq.read_table(f, columns=columns) for f in files]))


@pytest.fixture(scope="module")
def made(ray_session: int, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("rules")
    write_inputs(folder)
    (folder / "job.yaml").write_text(JOB.format(folder=folder))
    return ran(folder)


def rows(folder: Path) -> dict[str, dict[str, str]]:
    texts = [
        json.loads(line) for name in ("web", "last") for line in (folder / f"{name}.jsonl").read_bytes().splitlines()
    ]
    return {row["id"]: row for row in texts}


def test_the_run_and_the_plan_say_which_way_text_becomes_tokens_and_why(made):
    why = "tokenizer: slow path (Hugging Face tokenizers, many times slower): the added token '<|pad|>' includes"
    assert why in made.said
    assert why in say("plan", made.folder / "job.yaml")
    assert "tokenizer: fast path\n" in say(
        "plan", "--set", "tokens.tokenizer=shipped:tokens/models/default.tokenizer.json", made.folder / "job.yaml"
    )


def test_every_promise_of_the_plan_is_kept(made):
    told = say("verify", made.folder / "out")
    assert "WRONG" not in told
    assert "2 planned" not in told


def test_names_that_pick_nothing_are_said_when_it_runs(made):
    assert "mix: weights: no leaf 'lww', did you mean 'law'?" in made.said


def test_every_document_is_in_the_mix_or_out_of_it_for_one_reason(made):
    funnel = json.loads((made.folder / "out" / "_funnel.json").read_text())
    steps = {step["name"]: step for step in funnel["steps"]}
    unique, selected, mixed = steps["unique"], steps["selected"], steps["mixed"]
    held, copies, texts = made.held(), made.copies(), rows(made.folder)
    assert unique["documents"] == 660
    assert selected["documents"] == len(copies)
    assert mixed["documents"] == copies.total() > len(copies)
    assert selected["bytes"] == sum(len(texts[name]["text"]) for name in copies)
    assert mixed["bytes"] == sum(times * len(texts[name]["text"]) for name, times in copies.items())
    assert selected["lost"]["held out"] == len(held)
    assert selected["lost"]["multiplier 0"] == sum(row["w"] == "0" for name, row in texts.items() if name not in held)
    assert set(selected["lost"]) == {"held out", "multiplier 0", "leaf left out", "not drawn"}
    assert unique["documents"] == selected["documents"] + sum(selected["lost"].values())
    assert unique["tokens"] == selected["tokens"] + sum(selected["lost_tokens"].values())
    assert not held & set(copies)


def test_a_funnel_that_loses_a_document_on_the_way_into_the_mix_is_found(made, tmp_path):
    import shutil

    out = Path(shutil.copytree(made.folder / "out", tmp_path / "out"))
    funnel = json.loads((out / "_funnel.json").read_text())
    step = next(step for step in funnel["steps"] if step["name"] == "selected")
    step["documents"] -= 1
    step["lost_tokens"]["held out"] -= 5
    funnel["leaves"][0]["mixed_bytes"] += 7
    (out / "_funnel.json").write_text(json.dumps(funnel))
    told = say("verify", out, code=3)
    for breach in (
        "unique 660 documents, but selected",
        "tokens, but selected",
        "take no part in it",
        "bytes together, mixed are",
        f"the parts hold {len(made.copies()):,}",
    ):
        assert breach in told


def test_documents_come_as_often_as_their_multiplier_says(made):
    copies, texts = made.copies(), rows(made.folder)
    of = {w: [copies[n] for n, row in texts.items() if row["w"] == w and n.startswith("last")] for w in ("0", "1", "2")}
    assert set(of["0"]) == {0}
    once = [c for n, c in copies.items() if texts[n]["w"] == "1"]
    twice = [c for n, c in copies.items() if texts[n]["w"] == "2"]
    assert np.mean(twice) > 1.3 * np.mean(once)


def test_replay_ramps_curve_and_smallest_leaves_are_planned_as_written(made):
    plan = made.plan()
    assert [phase.name for phase in plan.phases] == ["main", "end.1", "end.2"]
    old = plan.leaves.matches({"source": ("last-year",)})
    assert plan.targets[:, old].sum(axis=1) / plan.targets.sum(axis=1) == pytest.approx(0.05, abs=1e-3)
    new = {q: ~old & plan.leaves.matches({"quality": (q,)}) for q in ("low", "mid", "high")}
    main = plan.targets[0]
    assert main[new["high"]].sum() > 2 * main[new["mid"]].sum() > 0
    assert main[new["low"]].sum() < 0.1 * main[new["mid"]].sum()
    assert plan.targets[2][new["low"]].sum() > 0.2 * plan.targets[2][~old].sum()
    tiny = plan.leaves.matches({"domain": ("tiny",)})
    assert plan.taken[tiny].sum() == 0
    assert {plan.reasons[k] for k in plan.stopped[0][tiny]} == {"min_tokens"}
    years = plan.leaves.values[plan.leaves.columns.index("period")]
    assert years == ("2023", "2024")
    news = ~old & plan.leaves.matches({"domain": ("news",)})
    assert main[news].sum() / main[~old].sum() == pytest.approx(2 / 3, abs=0.01)
    assert "news" in {row["leaf"] for row in csv.DictReader((made.folder / "shares.csv").read_text().splitlines())}


def test_what_happens_when_a_share_runs_out_is_as_the_job_says(made):
    job, tight = made.folder / "job.yaml", ("--set", "mix.max_epochs=1")
    phases = ("--set", "mix.phases=1", "--set", "mix.replay.share=0.01")
    refused = say("mix", "plan", *tight, *phases, "--set", "mix.on_exhausted=error", job, code=3)
    assert "its share runs out: within its epochs it has" in refused
    shrunk = say("mix", "plan", *tight, *phases, "--set", "mix.on_exhausted=shrink_budget", job)
    total = next(line for line in shrunk.splitlines() if " tokens of " in line)
    assert 0 < int(total.split()[0].replace(",", "")) < int(made.plan().taken.sum())


def test_held_out_documents_are_a_dataset_of_their_own_each_of_them_once(made):
    held = made.copies("out/validation")
    assert held == Counter(made.held())
    assert not {*held} & {*made.copies()}
    manifest, inner = (
        json.loads((made.folder / "out" / where / "_manifest.json").read_text()) for where in ("", "validation")
    )
    assert manifest["validation"] == {what: inner[what] for what in ("documents", "sequences", "tokens")}
    assert inner["documents"] == len(held)
    steps = {s["name"]: s for s in json.loads((made.folder / "out" / "_funnel.json").read_text())["steps"]}
    assert steps["selected"]["lost"]["held out"] == len(held)
    assert steps["selected"]["lost_tokens"]["held out"] == inner["tokens"]
    card = (made.folder / "out" / "README.md").read_text()
    assert f"{inner['documents']:,} documents, {inner['tokens']:,} tokens" in card
    assert "validation/data/part-*.parquet" in card
    told = say("verify", made.folder / "out")
    assert told.count("conservation") == 2
    assert "WRONG" not in told


def test_another_seed_mixes_other_documents_and_never_those_held_out_and_packing_may_change(made):
    before, held = made.copies(), made.held()
    other = ran(made.folder, "mix.seed=1", "tokens.packing=none")
    assert set(other.copies()) != set(before)
    assert not held & set(other.copies())
    told = say("verify", made.folder / "out")
    assert "WRONG" not in told
    lengths = pq.read_table(next((made.folder / "out").glob("data/part-*.parquet")), columns=["seq_lens"])["seq_lens"]
    assert set(pc.list_value_length(lengths).to_pylist()) == {1}
