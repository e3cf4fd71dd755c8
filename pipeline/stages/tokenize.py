"""Tokenize: the documents that stay, as token ids, in the order in which the mix will draw them."""

from collections.abc import Mapping, Sequence

from pipeline import resources
from pipeline.identity import digest
from pipeline.run import Run
from pipeline.stages.inventory import Shard
from pipeline.stages.stage import Result, run_stage
from pipeline.stages.tokenize_unit import VERSION, Tokenize, leaf_columns, number_columns

MEMORY_BYTES = 1_200_000_000  # 1.25 times the peak of a worker on a shard of 350 MB of text


def tokenize(run: Run, shards: Mapping[str, Shard], duplicates: Mapping[str, str]) -> Result:
    """One unit an ingested shard.

    shards: by the name of their ingest unit. duplicates: each one's table of duplicates, named by its content; a shard
    whose duplicates did not change is not tokenized again, whatever was added beside it.
    """
    tokens, mix = run.spec.tokens, run.spec.mix
    columns = [leaf_columns(mix), number_columns(mix)]
    decides = digest(VERSION, resources.sha256(tokens.tokenizer), tokens.eos, columns, mix.seed, tokenizers_version())
    units: Sequence[Mapping[str, object]] = [
        {
            "name": digest(ingested, duplicates[ingested], decides),
            "ingested": ingested,
            "duplicates": duplicates[ingested],
            "source": s.source,
            "uri": s.uri,
        }
        for ingested, s in shards.items()
    ]
    task = Tokenize(job=run.spec.to_canonical(), workspace=run.workspace)
    return run_stage(run, "tokenize", units, task, memory_bytes=MEMORY_BYTES)


def tokenizers_version() -> str:
    import tokenizers

    return tokenizers.__version__
