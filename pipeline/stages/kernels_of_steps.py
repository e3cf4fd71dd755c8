"""Two small documents through everything a unit will do, so that its kernels are compiled before the real ones come."""

import io

import numpy as np
import pyarrow as pa

from corpusmill.cluster import scratch
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.operators.file_format import Span
from corpusmill.operators.mix.select.position import positions
from corpusmill.operators.rewrite.common_lines import CommonLines
from corpusmill.operators.text.beginnings import beginnings
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.table import sequences
from corpusmill.operators.tokens.rows import TokenRows, gather, some_rows
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.dedup.key_writer import KeyWriter
from corpusmill.pipeline.evidence.gather import Gatherer
from corpusmill.pipeline.stages.tokenize.conversations import with_conversations
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.chat import chat_of
from corpusmill.pipeline.steps.layout import layout_of
from corpusmill.pipeline.steps.tokenizer import tokenizer_of
from corpusmill.pipeline.steps.unfolding import Unfolding

TEXTS = ("The tide went out. The boats lay on the mud until the evening.", "Ein Satz, 例文を一つ, und noch einer!")
CHARSETS = ("utf-8", "euc_jp")  # undeclared: the second is looked for
DATA = '<script type="application/ld+json">{{"articleBody": "tide"}}</script>'  # read where the text is short
PAGE = f"<html><head><title>tide</title>{DATA}</head><body><article><p>{{}}</p></article></body></html>"
PAGE_URL = "https://example.org/tide"


def warm_ingest(job: str, source: str, reader: str) -> None:
    """The reader, where it has kernels, the chain and the keys of dedup."""
    spec = JobSpec.from_canonical(job)
    chain = sources.chain(job, source, reader)
    pages = [PAGE.format(text).encode(charset) for text, charset in zip(TEXTS, CHARSETS, strict=True)]
    content, reader_ = pa.array(pages, pa.large_binary()), chain.reader
    if isinstance(reader_, Unfolding):
        reader_.step(Batch(pa.table({"content": content, "url": pa.array([PAGE_URL] * len(pages))})))
        reader_ = reader_.reader
    sample = reader_.format.sample
    if sample:
        list(reader_(io.BytesIO(sample), Span(0, len(sample))))
    made = {n: pa.nulls(len(TEXTS), t) for n, t in {**STANDARD, **chain.reader.columns_made()}.items()}
    made["doc_id"] = pa.array(np.arange(len(TEXTS)))
    if "text" in made:
        made["text"] = pa.array(TEXTS, pa.large_string())
    if "content" in made:
        made["content"] = content
    outcome = chain.run(Batch(pa.table(made)))
    kept = outcome.kept
    gatherer = Gatherer(chain, source, 1.0, last=True)
    gatherer.add(outcome)
    gatherer.packed()
    beginnings(pa.array(TEXTS, TEXT), len(TEXTS))  # of dropped documents
    for number, (_, op) in enumerate(chain.steps):
        if isinstance(op, CommonLines) and number not in chain.without:
            op.gather(kept)
    warm_keys(kept, spec.dedup)
    warm_keys(plain_texts(), spec.dedup)


def plain_texts() -> Batch:
    """The texts, with all standard columns."""
    blank = {n: pa.nulls(len(TEXTS), t) for n, t in STANDARD.items()}
    columns = {**blank, "doc_id": pa.array(np.arange(len(TEXTS))), "text": pa.array(TEXTS, pa.large_string())}
    return Batch(pa.table(columns))


def warm_keys(batch: Batch, dedup: DedupSpec) -> None:
    """The keys of deduplication, of documents with all standard columns."""
    keyed = batch.with_columns({"text_key": text_keys(batch.column("text"))})
    with (
        scratch.folder() as folder,
        KeyWriter(folder, "warm", dedup) as keys,
    ):
        keys.add(keyed)


def warm_tokens(job: str) -> None:
    """Encoding, drawing and packing."""
    spec = JobSpec.from_canonical(job)
    texts = pa.array(TEXTS, pa.large_string())
    encoder = tokenizer_of(spec.tokens)
    encoder.names_special(texts)
    rows = encoder.documents(texts)
    if spec.tokens.template is not None:
        warm_chat(spec.tokens)
    positions(text_keys(texts), seed=0)
    gather(np.frombuffer(bytes(8), np.int32), np.zeros(1, np.int64), np.arange(2), np.empty(2, np.int32))  # of a file
    documents = Documents(rows=rows, doc_ids=np.arange(2), leaves=np.zeros(2, np.int32), passes=np.zeros(2, np.int16))
    if spec.tokens.packing == "pairs":
        return
    sequences(documents, layout_of(spec.tokens, rows))


def warm_chat(spec: TokensSpec) -> None:
    """Conversations of two kinds: one that a derived form writes, and one for Jinja."""
    nothing = dict.fromkeys(("name", "tool_calls", "tool_call_id"))
    turns = [
        {"role": role, "content": text, **nothing} for role, text in zip(("user", "assistant"), TEXTS, strict=True)
    ]
    odd = [turns[0], {**turns[1], "content": " "}]
    table = pa.table({"conversation": pa.array([turns, odd], CONVERSATION), "tools": pa.nulls(2, pa.string())})
    texts = TokenRows(offsets=np.zeros(3, np.int64), ids=np.zeros(0, np.int32))
    if (chat := chat_of(spec)) is not None:
        small = spec.model_copy(update={"sequence_tokens": 8, "packing": "best_fit"})
        some_rows(with_conversations(table, texts, chat, small).rows, np.array([True, False]))
