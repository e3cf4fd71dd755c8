"""Names what a job needs kernels for, and runs each of these uses on little input.

A use is smaller than the warm-up of a unit (`kernels_of_steps`): one step, one reader, keys, deduplication, tokens. The
table of kernels (`pipeline.kernels.table`) has its kernels by these names. What runs them is imported by who runs them:
a worker mostly finds them compiled.
"""

import functools
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.operators.file_format import Span
from corpusmill.operators.sniff import READERS
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files.ids import digest

# What steps need beyond their defaults; values change no type, and so no kernel.
EVALUATION = "shipped:signals/lists/evaluation.jsonl"
PARAMS: Mapping[str, Mapping[str, Any]] = {
    "signals.fasttext": {"model": "shipped:signals/models/lid.176.ftz", "column": "sort"},
    "signals.words_found": {"words": "shipped:signals/lists/soft_words.txt", "column": "soft_words"},
    "signals.domain": {"table": "shipped:signals/lists/hosts.txt"},
    "signals.contamination": {"sets": EVALUATION},
    "rewrite.contamination": {"sets": EVALUATION},
    "signals.relevance": {"target": EVALUATION, "raw": EVALUATION},
    "signals.tfidf": {"target": EVALUATION, "raw": EVALUATION},
}
JOB = """
name: warm
workspace: work
output: out
inputs: [{{source: warm, paths: ['*.jsonl'], format: jsonl}}]
tokens: {{packing: {packing}}}
"""
PACKINGS = ("best_fit", "concat", "sliding")
VERIFICATIONS = ("text", "estimate", "none")


def of_job(spec: JobSpec, readers: Iterable[str]) -> list[str]:
    """The uses of a job whose files are read by these readers."""
    found = [*readers, *(step.operator for step in spec.documents), "keys", f"tokens-{spec.tokens.packing}"]
    if spec.tokens.template is not None:
        found.append("chat")
    if spec.dedup.near is not None:
        found.append(f"dedup-{spec.dedup.near.verify}")
    return list(dict.fromkeys(found))


def ingest_use(job: str, source: str, reader: str) -> str:
    """Names the kernels that reading a source with this reader, the steps for it and its dedup keys need."""
    spec = json.loads(job)
    (columns,) = [each["columns"] for each in spec["inputs"] if each["source"] == source]
    steps = [s for s in spec["documents"] if s["only"] is None or source in s["only"]["source"]]
    return digest("ingest", reader, "content" in columns, steps, spec["dedup"]["near"])


def tokens_use(job: str) -> str:
    """Names the kernels that encoding and packing need."""
    tokens = json.loads(job)["tokens"]
    chat = [tokens["template"]] if tokens.get("template") else []
    return digest("tokens", tokens["tokenizer"], tokens["eos"], tokens["packing"], tokens.get("cut"), *chat)


def readers() -> list[str]:
    """The names of all readers that ship."""
    return [name for name in load.names() if name.startswith(READERS)]


def every_use() -> dict[str, Callable[[], object]]:
    """All uses by name, each with what runs its kernels."""
    from corpusmill.pipeline.config.load import parse
    from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
    from corpusmill.pipeline.config.sections.tokens import TokensSpec
    from corpusmill.pipeline.dedup import warm as dedup
    from corpusmill.pipeline.stages import kernels_of_steps as steps

    found: dict[str, Callable[[], object]] = {}
    for name in load.names():
        if (op := _built(name)) is not None:
            found[name] = functools.partial(_run, op)
    found["keys"] = lambda: steps.warm_keys(steps.plain_texts(), DedupSpec(near=NearSpec()))
    for verify in VERIFICATIONS:
        spec = DedupSpec(near=NearSpec(verify=verify), max_removed_share={})
        found[f"dedup-{verify}"] = functools.partial(dedup.warm, spec)
    found["chat"] = functools.partial(steps.warm_chat, TokensSpec(template="chatml"))
    for packing in PACKINGS:
        job = parse(JOB.format(packing=packing)).to_canonical()
        found[f"tokens-{packing}"] = functools.partial(steps.warm_tokens, job)
    return found


def _built(name: str) -> Any:
    """The operator with its files, or null where it cannot be made without more parameters: those have no kernels."""
    try:
        return load.equip(load.build(name, PARAMS.get(name, {})), load.shipped)
    except (TypeError, ValueError):
        return None


def _run(op: Any) -> None:
    """Two documents through one operator. What it reads beside text and pages is null."""
    if isinstance(op, Reader):
        sample = type(op).format.sample
        if sample:
            list(op(io.BytesIO(sample), Span(0, len(sample))))
        return
    from corpusmill.operators.batch import TEXT, Batch
    from corpusmill.operators.rewrite.common_lines import CommonLines
    from corpusmill.pipeline.stages import kernels_of_steps as steps

    reads = op.columns_read()
    pages = [steps.PAGE.format(text).encode(code) for text, code in zip(steps.TEXTS, steps.CHARSETS, strict=True)]
    made = {name: pa.nulls(len(steps.TEXTS), kind) for name, kind in reads.items()}
    made |= {"content": pa.array(pages, pa.large_binary())} if "content" in reads else {}
    made |= {"text": pa.array(steps.TEXTS, TEXT)} if "text" in reads else {}
    batch = Batch(pa.table(made))
    if isinstance(op, CommonLines):
        op.gather(batch)
    op(batch)
