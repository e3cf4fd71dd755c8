"""The mix on a finished workspace: planned, compared, edited, packed again in phases."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from corpusmill.operators.mix.plan.plan_json import from_json
from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import write_job

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def staged(undisturbed: Path, inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose job takes a plan of two phases that was edited: ten tokens moved from one leaf to another."""
    folder = tmp_path_factory.mktemp("staged")
    shutil.copytree(undisturbed / "work", folder / "work")
    job = write_job(folder, inputs)
    text = job.read_text().replace("temperature: 3.33}", "alpha: 0.5, phases: 2, head_decay: 0.5, max_epochs: 8}")
    job.write_text(text)
    plan = folder / "plan.json"
    assert f"wrote {plan}" in say("mix", "plan", "--out", plan, job)
    told = json.loads(plan.read_text())
    first, second = sorted(told["leaves"], key=lambda leaf: sum(leaf["targets"]) - leaf["max_tokens"])[:2]
    first["targets"][0] += 10
    second["targets"][0] -= 10
    plan.write_text(json.dumps(told))
    job.write_text(text.replace("alpha: 0.5,", "alpha: 0.5, plan: plan.json,"))
    done = run_file(job)
    stages = {"mix", "profile", "select", "pack", "documents", "publish"}
    assert {stage for stage, units in done.ran.items() if units} == stages
    return folder


def test_what_if_compares_plans_in_seconds_and_moves_nothing(undisturbed):
    job = undisturbed / "job.yaml"
    before = sorted(p for p in (undisturbed / "work").rglob("*") if p.is_file())
    told = say("mix", "plan", "--what-if", "--set", "mix.temperature=1", "--set", "mix.budget_multiple=2", job)
    plan = from_json((undisturbed / "out" / "_plan.json").read_bytes())
    supply, taken = int(plan.leaves.tokens.sum()), int(plan.taken.sum())
    assert told.splitlines()[0].split() == [
        "group",
        "tokens",
        "now",
        "what-if",
        "share",
        "now",
        "what-if",
        "epochs",
        "now",
        "what-if",
    ]
    assert f"{taken:,} tokens" in told
    assert f"what-if: {2 * supply:,}" in told
    assert sorted(p for p in (undisturbed / "work").rglob("*") if p.is_file()) == before


def test_a_mix_that_cannot_be_had_says_what_it_needs(undisturbed):
    bound = "mix.bounds=[{where: {domain: code}, min: 0.99, max_epochs: 1}]"
    told = say("mix", "plan", "--set", bound, undisturbed / "job.yaml", code=3)
    assert "domain=code needs" in told
    assert "the largest budget" in told


def test_another_axis_multiplier_or_seed_is_planned_without_a_run(undisturbed):
    before = {p: p.stat().st_mtime_ns for p in (undisturbed / "work" / "tokens").iterdir()}
    for setting in ("mix.multiplier.column=copies", "mix.axes=[word_count]", "mix.seed=9"):
        assert " tokens of " in say("mix", "plan", "--set", setting, undisturbed / "job.yaml")
    assert {p: p.stat().st_mtime_ns for p in (undisturbed / "work" / "tokens").iterdir()} == before


def test_advice_is_reported_with_its_sources(undisturbed):
    told = say("mix", "advise", "--params", "1e5", undisturbed / "job.yaml")
    assert "2 M tokens" in told
    assert "Hoffmann et al. 2022" in told
    assert "params must be above 0" in say("mix", "advise", "--params", "-1", undisturbed / "job.yaml", code=2)


def test_an_edited_plan_of_two_phases_is_packed_as_it_says(staged):
    edited = json.loads((staged / "plan.json").read_text())
    published = from_json((staged / "out" / "_plan.json").read_bytes())
    assert published.targets.T.tolist() == [leaf["targets"] for leaf in edited["leaves"]]
    assert [p.name for p in published.phases] == ["1", "2"]
    told = say("verify", staged / "job.yaml")
    assert "WRONG" not in told


def test_the_head_fades_from_phase_to_phase_and_the_tail_gains(staged):
    plan = from_json((staged / "out" / "_plan.json").read_bytes())
    order = np.argsort(-plan.leaves.tokens)
    share = plan.targets / plan.targets.sum(axis=1, keepdims=True)
    assert share[1, order[0]] < share[0, order[0]]
    assert share[1, order[20:]].sum() > share[0, order[20:]].sum()


def test_a_plan_edited_again_is_noticed_and_taken(staged):
    job, plan = staged / "job.yaml", staged / "plan.json"
    sound = plan.read_text()
    assert "nothing to do" in say("plan", job)
    told = json.loads(sound)
    first, second = sorted(told["leaves"], key=lambda leaf: sum(leaf["targets"]) - leaf["max_tokens"])[:2]
    first["targets"][0] += 5
    second["targets"][0] -= 5
    try:
        plan.write_text(json.dumps(told))
        noticed = say("plan", job)
        assert "changed: mix.plan: the file was edited: sha256" in noticed
        assert "would run: mix, profile, select, pack, documents, publish" in noticed
        done = run_file(job)
        assert {stage for stage, units in done.ran.items() if units} >= {"mix", "publish"}
        published = from_json((staged / "out" / "_plan.json").read_bytes())
        assert published.targets.T.tolist() == [leaf["targets"] for leaf in told["leaves"]]
        assert "nothing to do" in say("plan", job)
    finally:
        plan.write_text(sound)
        run_file(job)


def test_a_plan_that_breaks_its_promises_or_is_of_other_documents_is_refused(staged):
    job, plan = staged / "job.yaml", staged / "plan.json"
    sound = plan.read_text()
    told = json.loads(sound)
    told["leaves"][0]["targets"][0] += 1
    try:
        plan.write_text(json.dumps(told))
        assert "phase 1: leaves take" in say("mix", "plan", job, code=2)
        plan.write_text(sound.replace('"documents"', '"x"').replace('"targets"', '"goals"'))
        assert "edited into something else" in say("mix", "plan", job, code=2)
        told = json.loads(sound)
        told["leaves"][0]["lanes"][0][2] += 1
        plan.write_text(json.dumps(told))
        refused = say("mix", "plan", job, code=2)
        assert "tokens planned" in refused
        assert "write a new one with `corpusmill mix plan JOB --out FILE`" in refused
    finally:
        plan.write_text(sound)
