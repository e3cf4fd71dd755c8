"""One measured run for bench_tokens, in a process of its own: prints one JSON object.

    tokens_run.py train TEXTS FILE EXPRESSION SIZE
    tokens_run.py ours|tokenizers|tiktoken TEXTS FILE

TEXTS is a folder with JSON lists of texts: training, before, after. FILE is a tokenizer.json, which `train` writes and
the others read. Times are CPU seconds a gigabyte of text. `first`: the texts `after`; `warm` (ours only): the same
texts once those `before` are encoded; ours are medians of three passes, each with a memory of words of its own, as one
takes a tenth of a second. Kernels are compiled and loaded before the clock starts. No module of the program is imported
up here, so that this also runs in the environment of the peers.
"""

# Every loop here has a round:
# pyright: reportPossiblyUnboundVariable=false

import hashlib
import json
import statistics
import sys
import time
from array import array
from pathlib import Path

PASSES = 3


def texts(source: Path, part: str) -> list[str]:
    return json.loads((source / f"{part}.json").read_text())


def sha256_of(ids: list[list[int]]) -> str:
    """Over the ids and where documents end."""
    out = hashlib.sha256()
    for row in ids:
        out.update(array("i", [*row, -1]).tobytes())
    return out.hexdigest()


def per_gigabyte(seconds: float, of: list[str]) -> float:
    return seconds / sum(len(t.encode()) for t in of) * 1e9


def train(source: Path, file: Path, expression: str, size: str) -> dict:
    from corpusmill.operators.tokens.train import train as trained

    file.write_bytes(trained(iter(texts(source, "training")), vocab_size=int(size), expression=expression))
    return {"bytes": file.stat().st_size}


def ours(source: Path, file: Path) -> dict:
    import pyarrow as pa
    import tokenizers

    from corpusmill.operators.tokens.bpe.fast import fast_bpe

    before, after = (pa.array(texts(source, part), pa.large_string()) for part in ("before", "after"))
    spec = file.read_bytes()
    judge = tokenizers.Tokenizer.from_buffer(spec)
    fast_bpe(spec, judge).encode(pa.array(["compile"], pa.large_string()))
    first, warm = [], []
    for _ in range(PASSES):
        memory = fast_bpe(spec, judge)
        begin = time.process_time()
        rows = memory.encode(after)
        first.append(time.process_time() - begin)
        memory = fast_bpe(spec, judge)
        memory.encode(before)
        begin = time.process_time()
        again = memory.encode(after)
        warm.append(time.process_time() - begin)
        assert (rows.ids == again.ids).all()
    spent = {
        name: per_gigabyte(statistics.median(s), after.to_pylist()) for name, s in (("first", first), ("warm", warm))
    }
    told = {"tokens": len(rows.ids), "documents": len(rows)}
    return {**spent, **told, "ids_sha256": sha256_of([rows.row(k).tolist() for k in range(len(rows))])}


def tokenizers_(source: Path, file: Path) -> dict:
    import tokenizers

    after = texts(source, "after")
    judge = tokenizers.Tokenizer.from_file(str(file))
    judge.encode_batch_fast(["warm up"])
    begin = time.process_time()
    encoded = judge.encode_batch_fast(after)
    seconds = time.process_time() - begin
    return {"first": per_gigabyte(seconds, after), "ids_sha256": sha256_of([e.ids for e in encoded])}


def tiktoken_(source: Path, file: Path) -> dict:
    import tiktoken  # pyright: ignore[reportMissingImports]  of the environment of the peers

    after = texts(source, "after")
    encoding = tiktoken.Encoding("trained", **tiktoken_form(json.loads(file.read_bytes())))
    encoding.encode_ordinary("warm up")
    begin = time.process_time()
    encoded = [encoding.encode(text, allowed_special="all") for text in after]
    seconds = time.process_time() - begin
    return {"first": per_gigabyte(seconds, after), "ids_sha256": sha256_of(encoded)}


def tiktoken_form(spec: dict) -> dict:
    """The same vocabulary as tiktoken wants it: bytes to ranks, where a token's rank is its id."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printed]
    byte_of = {chr(b): b for b in printed} | {chr(256 + n): b for n, b in enumerate(others)}
    special = {token["content"]: token["id"] for token in spec["added_tokens"]}
    ranks = {bytes(byte_of[c] for c in t): i for t, i in spec["model"]["vocab"].items() if t not in special}
    pattern = spec["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    return {"pat_str": pattern, "mergeable_ranks": ranks, "special_tokens": special}


if __name__ == "__main__":
    what, source, file, *rest = sys.argv[1:]
    run = {"train": train, "ours": ours, "tokenizers": tokenizers_, "tiktoken": tiktoken_}[what]
    print(json.dumps(run(Path(source), Path(file), *rest)))
