"""One measured run for bench_chat, in a process of its own: from JSON lines to packed ids and masks.

    chat_run.py TOKENIZER.json TEMPLATE.jinja CONVERSATIONS.jsonl

Prints one JSON object: CPU seconds of the whole, rows, tokens, sums of ids and masks. Kernels are loaded, and the form
of the template is derived, before the clock starts: a worker does that once.
"""

import datetime
import hashlib
import io
import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill.operators.contract import Reader
from corpusmill.operators.file_format import Span
from corpusmill.operators.load import build
from corpusmill.operators.tokens.chat.answers import Loss, trained
from corpusmill.operators.tokens.chat.encoder import ChatEncoder
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.packing.best_fit import best_fit
from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.table import sequences, with_mask
from corpusmill.operators.tokens.rows import TokenRows
from corpusmill.operators.tokens.supervised import marked
from corpusmill.operators.tokens.tokenizer import load
from corpusmill.pipeline.kernels import cache

SIZE = 2048


def encoder(tokenizer: bytes, template: str) -> ChatEncoder:
    """A new one, with an empty memory of words."""
    made = Template(template, {"bos_token": "<s>", "eos_token": "</s>"}, datetime.date(2024, 7, 26))
    return ChatEncoder(tokenizer=load(tokenizer, eos="<|endoftext|>"), tokenizer_json=tokenizer, template=made)


def packed(chat: ChatEncoder, lines: bytes) -> tuple[list[np.ndarray], list[np.ndarray], int]:
    """Ids and masks of all rows, in batches as they are read, each packed into sequences."""
    reader = build("readers.jsonl", {"columns": {"conversation": "messages"}})
    assert isinstance(reader, Reader)
    ids, masks, rows = [], [], 0
    for batch in reader(io.BytesIO(lines), Span(0, len(lines))):
        columns = batch.filter(batch["conversation"].is_valid())
        encoded = chat.encode(columns["conversation"], columns["tools"])
        done = trained(encoded.rows, encoded.answers, Loss.ASSISTANT, None)
        ids.append(done.rows.ids)
        masks.append(done.mask)
        rows += len(done.rows)
        documents = Documents(
            rows=TokenRows(offsets=done.rows.offsets, ids=marked(done.rows.ids, done.mask)),
            doc_ids=np.arange(len(done.rows)),
            leaves=np.zeros(len(done.rows), np.int32),
            passes=np.zeros(len(done.rows), np.int16),
        )
        layout = best_fit(done.rows.n_tokens.astype(np.int64), sequence_tokens=SIZE)
        assert with_mask(sequences(documents, layout)).num_rows == layout.sequences
    return ids, masks, rows


def main(tokenizer_file: str, template_file: str, conversations: str) -> None:
    cache.choose()
    pa.set_cpu_count(1)
    tokenizer, template = Path(tokenizer_file).read_bytes(), Path(template_file).read_text()
    lines = Path(conversations).read_bytes()
    packed(encoder(tokenizer, template), b"".join(lines.splitlines(keepends=True)[:20]))
    chat = encoder(tokenizer, template)
    started = time.process_time()
    ids, masks, rows = packed(chat, lines)
    seconds = time.process_time() - started
    whole, mask = np.concatenate(ids), np.concatenate(masks)
    found = {"seconds": seconds, "rows": rows, "tokens": len(whole)}
    found |= {"ids_sha256": hashlib.sha256(whole.tobytes()).hexdigest()}
    print(json.dumps(found | {"mask_sha256": hashlib.sha256(mask.tobytes()).hexdigest()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
