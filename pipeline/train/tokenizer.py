"""A tokenizer of one's own, from the documents of a job: a sample by hash, weighed as the mix weighs them.

The last SET_ASIDE of all draws is never trained on; the report counts on those documents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.select.counts import columns_read
from corpusmill.operators.mix.select.select import rows_of
from corpusmill.operators.mix.spec.unit import TOKENS
from corpusmill.operators.tokens import tokenizer
from corpusmill.operators.tokens.balance import copies, rates
from corpusmill.operators.tokens.fertility import Fertility, fertility
from corpusmill.operators.tokens.train import train
from corpusmill.operators.tokens.vocabulary_curve import Point, curve, sizes_below
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.run_stage import committed
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.stages.mix.estimate import planned
from corpusmill.pipeline.stages.mix.supply import light
from corpusmill.pipeline.stages.tokenize.axes_unit import tokens_of
from corpusmill.pipeline.stages.tokenize.stage import tokenized_units

DEFAULT = str(TokensSpec.model_fields["tokenizer"].default)
SET_ASIDE = 0.02  # of all documents
MOST_JUDGED = 200  # documents of a language that the report counts on
BATCH_ROWS = 4096
TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Training:
    """What a tokenizer is trained on. language: the column whose values are evened out."""

    vocab_size: int
    expression: str
    sample_tokens: int
    temperature: float
    language: str


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A tokenizer.json, what it saw, and by language how it fits the documents set aside, beside the default tokenizer
    and, where that is another, the job's.
    """

    content: bytes
    documents: int
    bytes: int
    own: Mapping[str, Fertility]
    default: Mapping[str, Fertility]
    job: Mapping[str, Fertility] | None
    curve: Sequence[Point]  # of the new tokenizer and of the smaller ones in it, on all documents set aside


@dataclass(frozen=True, kw_only=True)
class Text:
    """A document, and how often it is read; 0: it is set aside."""

    u: int
    doc_id: int
    language: str
    text: str
    times: int


def trained(spec: JobSpec, training: Training, say: Callable[[str], object] = lambda text: None) -> Trained:
    """Train on what the job has tokenized. InputError before that, or where nothing is left to train on."""
    workspace = Store(spec.workspace, spec.storage)
    units = tokenized_units(spec, workspace)
    say("choosing and reading documents")
    texts = sorted(_texts(workspace, units, planned(spec), training), key=lambda t: (t.u, t.doc_id))
    seen = [t for t in texts if t.times]
    if not seen:
        raise InputError(["no document to train on: request more with --sample-tokens"])
    reads = sum(t.times for t in seen)
    say(
        f"counting words of {counted(reads, 'document')}, then merging them into {training.vocab_size:,} tokens: "
        "minutes"
    )
    content = train(_with_progress(seen, reads, say), vocab_size=training.vocab_size, expression=training.expression)
    say("comparing it with others on documents that were set aside")
    aside = _most_of_each([t for t in texts if not t.times])
    judged, languages = pa.array([t.text for t in aside], pa.large_string()), [t.language for t in aside]
    default, its = (resources.opened(address) for address in (DEFAULT, spec.tokens.tokenizer))
    there = tokenizer.load(its, eos=spec.tokens.eos)
    return Trained(
        content=content,
        documents=len(seen),
        bytes=sum(len(t.text.encode()) * t.times for t in seen),
        own=fertility(tokenizer.load(content), judged, languages),
        default=fertility(there if its == default else tokenizer.load(default), judged, languages),
        job=None if its == default else fertility(there, judged, languages),
        curve=curve(content, judged, sizes_below(training.vocab_size)),
    )


def _with_progress(seen: Sequence[Text], reads: int, say: Callable[[str], object]) -> Iterator[str]:
    """The texts as often as each is read; every tenth of them is reported."""
    done = 0
    for text in seen:
        for _ in range(text.times):
            yield text.text
            done += 1
            if done * TENTHS // reads > (done - 1) * TENTHS // reads:
                say(f"read {done:,} of {counted(reads, 'document')}")


def _texts(workspace: Store, units: list[str], plan: MixPlan, training: Training) -> Iterator[Text]:
    columns = [*columns_read(plan), training.language]
    try:
        tables = {unit: light(workspace, unit, columns) for unit in units}
    except (KeyError, pa.ArrowInvalid) as e:
        raise InputError([f"the tokenized documents have no column {training.language!r}: {e}"]) from e
    words = {unit: table[training.language].to_pylist() for unit, table in tables.items()}
    names = sorted({word for column in words.values() for word in column})
    place = {name: i for i, name in enumerate(names)}
    groups = {}
    for unit, table in tables.items():
        leaf = plan.leaves.lanes.leaf[(rows := rows_of(table, plan)).lane]
        language = np.array([place[w] for w in words[unit]], np.int64)
        aside = rows.u >= np.uint64(int((1 - SET_ASIDE) * 2.0**64))
        groups[unit] = np.where(rows.lane >= 0, leaf.astype(np.int64) * len(names) + language, -1), rows, aside
    size = len(plan.leaves) * max(len(names), 1)
    tokens, sizes = np.zeros(size, np.int64), np.zeros(size, np.int64)  # sizes: in the unit of the mix
    for unit, (group, rows, aside) in groups.items():
        mine = (group >= 0) & ~aside
        np.add.at(tokens, group[mine], tables[unit][TOKENS].to_numpy()[mine])
        np.add.at(sizes, group[mine], rows.tokens[mine])
    number = np.arange(size)
    of_leaf = np.add.reduceat(sizes, np.arange(0, size, len(names)))
    mixed = tokens * (plan.taken / np.maximum(of_leaf, 1))[number // len(names)]
    sample = min(training.sample_tokens, int(tokens.sum()))  # a small corpus is read once, not MOST_COPIES times
    rate = rates(tokens, mixed, number % len(names), temperature=training.temperature, sample_tokens=sample)
    made = committed(workspace, "tokenize", {tokens_of(name) for name in units}).counts
    ingested = {name: str(made[tokens_of(name)]["ingested"]) for name in units}
    for unit, (group, rows, aside) in groups.items():
        times = np.where((group >= 0) & ~aside, copies(rate[np.maximum(group, 0)], rows.u), 0)
        chosen = np.flatnonzero((times > 0) | (aside & (group >= 0)))
        texts = _read(workspace, ingested[unit], rows.doc_id[chosen])
        for at in chosen.tolist():
            doc = int(rows.doc_id[at])
            yield Text(u=int(rows.u[at]), doc_id=doc, language=words[unit][at], text=texts[doc], times=int(times[at]))


def _read(workspace: Store, unit: str, doc_ids: np.ndarray) -> dict[int, str]:
    """The texts of these documents of an ingested unit."""
    wanted, found = pa.array(doc_ids), {}
    with workspace.open(f"documents/{unit}.parquet") as f:
        for batch in pq.ParquetFile(f).iter_batches(batch_size=BATCH_ROWS, columns=["doc_id", "text"]):
            rows = batch.filter(pc.is_in(batch["doc_id"], value_set=wanted))
            found.update(zip(rows["doc_id"].to_pylist(), rows["text"].to_pylist(), strict=True))
    return found


def _most_of_each(texts: list[Text]) -> list[Text]:
    """At most MOST_JUDGED of each language, the first by their draws."""
    count: dict[str, int] = {}
    out = []
    for text in texts:
        count[text.language] = count.get(text.language, 0) + 1
        if count[text.language] <= MOST_JUDGED:
            out.append(text)
    return out


def as_table(found: Trained) -> str:
    """By language: documents, tokens a word and bytes a token, with the default, the job's, and the new tokenizer."""
    others = [found.default, *([found.job] if found.job is not None else [])]
    further = [*(["job's"] if found.job is not None else []), "then"]
    rows = [["language", "documents", "tokens/word", *further, "bytes/token", *further]]
    for language, after in found.own.items():
        each = [*(other[language] for other in others), after]
        ratios = [*(f.tokens_per_word for f in each), *(f.bytes_per_token for f in each)]
        rows.append([language or "unknown", f"{after.documents:,}", *(f"{r:.2f}" for r in ratios)])
    return _aligned(rows)


def curve_table(found: Trained) -> str:
    """Bytes a token of the new tokenizer and of the smaller ones in it, and what each doubling gains."""
    rows = [["vocabulary", "bytes/token", "gain"]]
    before = None
    for point in found.curve:
        gain = "" if before is None or not before.bytes_per_token else _gain(before, point)
        rows.append([f"{point.vocab_size:,}", f"{point.bytes_per_token:.3f}", gain])
        before = point
    return _aligned(rows)


def _gain(before: Point, after: Point) -> str:
    return f"+{after.bytes_per_token / before.bytes_per_token - 1:.1%}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lines of a table whose first column is text."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    return "\n".join(lines) + "\n"
