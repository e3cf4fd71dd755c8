"""Tokenize: the documents that stay, as token ids, in the order in which the mix will draw them."""

import json
from collections.abc import Mapping

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result, run_stage, stage_manifest
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest, libraries
from corpusmill.pipeline.inputs.files import InputError
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.tokenize.unit import VERSION, Tokenize, leaf_columns, number_columns
from corpusmill.pipeline.steps.tokenizer import tokenizer_of
from corpusmill.pipeline.workspace.inventory import Shard

STATE = "_tokenized.json"  # what a mix is planned from, also when planning failed
MEMORY_BYTES = 1_250_000_000  # 1.25 times the peak of a worker on a shard of 1 GB of text, see bench_memory


def units_of(spec: JobSpec, shards: Mapping[str, Shard], duplicates: Mapping[str, str]) -> list[dict[str, str]]:
    """One unit an ingested shard.

    shards: by the name of their ingest unit. duplicates: each one's table of duplicates, named by its content; a shard
    whose duplicates did not change is not tokenized again, whatever was added beside it.
    """
    tokens, mix = spec.tokens, spec.mix
    columns = [leaf_columns(mix), number_columns(mix)]
    ids = [resources.sha256(tokens.tokenizer), tokens.eos, tokenizers_version(), libraries()]
    decides = digest(VERSION, ids, columns, mix.seed, mix.held_out_seed)
    return [
        {
            "name": digest(ingested, duplicates[ingested], decides),
            "ingested": ingested,
            "duplicates": duplicates[ingested],
            "source": s.source,
            "uri": s.uri,
        }
        for ingested, s in shards.items()
    ]


def tokenize(run: Run, shards: Mapping[str, Shard], duplicates: Mapping[str, str]) -> Result:
    """Tokenize what is not tokenized yet; see `units_of`."""
    tokens, mix = run.spec.tokens, run.spec.mix
    units = units_of(run.spec, shards, duplicates)
    files = {tokens.tokenizer: resources.sha256(tokens.tokenizer)}
    job = run.spec.to_canonical()
    run.display.line(f"tokenizer: {tokenizer_of(tokens.tokenizer, tokens.eos).told}")
    task = Tokenize(job=job, workspace=run.workspace, files=files)
    result = run_stage(run, "tokenize", units, task, memory_bytes=MEMORY_BYTES, uses=lambda _: warm.tokens_use(job))
    told = {
        "units": sorted(result.counts),
        "columns": [*leaf_columns(mix), *number_columns(mix)],
        "seeds": seeds_of(run.spec),
    }
    payload = json.dumps(told).encode()
    if not run.workspace.exists(STATE) or run.workspace.read(STATE) != payload:
        run.workspace.publish(STATE, payload)
    return result


def seeds_of(spec: JobSpec) -> dict[str, int]:
    """What decides the draws of documents that are tokenized."""
    return {"seed": spec.mix.seed, "held_out_seed": spec.mix.held_out_seed}


def last_units(workspace: Store) -> list[str]:
    """The units that the last run in a workspace mixed, or was about to; none before the first."""
    told = stage_manifest(workspace, STATE)
    return [] if told is None else list(told["units"])


def tokenized_units(spec: JobSpec, workspace: Store) -> list[str]:
    """The units that the last run in a workspace mixed, or was about to. InputError if this job's mix needs others."""
    try:
        told = json.loads(workspace.read(STATE))
    except FileNotFoundError:
        raise InputError([f"nothing is tokenized in {workspace.url} yet: run the job first"]) from None
    needs = [*leaf_columns(spec.mix), *number_columns(spec.mix)]
    missing = [c for c in needs if c not in told["columns"]]
    if missing or told.get("seeds") != seeds_of(spec):
        what = "without " + " and ".join(missing) if missing else "with other seeds"
        raise InputError([f"the documents in {workspace.url} were tokenized {what}: run the job first"])
    return told["units"]


def tokenizers_version() -> str:
    import tokenizers

    return tokenizers.__version__
