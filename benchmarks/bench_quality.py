"""All signals and decisions of Gopher, C4 and FineWeb against datatrove's filters, and whether both decide alike."""

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers.run import run_peer
from benchmarks.row import row
from benchmarks.texts import real_texts
from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Reader, Rewrite, Signal
from corpusmill.operators.text.punctuation import SENTENCE_ENDS
from corpusmill.operators.text.sentences import CLOSERS

ROUNDS = 3
PASSES = {True: 5, False: 1}  # of ours in a round: one over the few texts of a quick run takes a fifth of a second
BATCH_ROWS = 2000
AT_LEAST = 40.0
SPLIT = {"words": "whitespace"}
FILTERS = {  # our operators, by the name of the peer's filter
    "gopher_repetition": ("signals.gopher_repetition", SPLIT, "decide.gopher_repetition"),
    "gopher_quality": ("signals.gopher_quality", SPLIT, "decide.gopher_quality"),
    "fineweb": ("signals.fineweb", SPLIT, "decide.fineweb"),
    "c4_any_end": ("rewrite.c4_lines", {"end_marks": False}, "decide.c4"),
}


def decide(texts: pa.Array) -> dict[str, list[pa.Array]]:
    """The reason of every filter for every text, and the text that C4 leaves, batch by batch."""
    steps = {name: _built(*names) for name, names in FILTERS.items()}
    found: dict[str, list[pa.Array]] = {name: [] for name in (*FILTERS, "c4_any_end_text")}
    for at in range(0, len(texts), BATCH_ROWS):
        batch = Batch(pa.table({"text": texts.slice(at, BATCH_ROWS)}))
        for name, (measure, decision) in steps.items():
            batch = measure(batch)
            found[name].append(decision(batch))
        found["c4_any_end_text"].append(batch.column("text"))
    return found


def rows(quick: bool) -> list[dict[str, Any]]:
    """CPU-seconds a gigabyte of both, medians of three rounds taken in turn, and whether they decide alike."""
    table = real_texts(2000 if quick else None)
    texts = table.column("text").combine_chunks()
    texts = texts.chunk(0) if isinstance(texts, pa.ChunkedArray) else texts
    gigabytes = sum(map(len, (t.encode() for t in texts.to_pylist()))) / 1e9
    ours, theirs, found, passes = [], [], {}, PASSES[quick]
    decide(texts.slice(0, 10))  # kernels are loaded before the clock runs
    with tempfile.TemporaryDirectory() as folder:
        source, answers = Path(folder, "texts.parquet"), Path(folder, "answers.jsonl")
        pq.write_table(table, source)
        for _ in range(ROUNDS):
            start = time.process_time()
            for _ in range(passes):
                found = decide(texts)
            ours.append((time.process_time() - start) / passes)
            marks = "".join(sorted(SENTENCE_ENDS))
            cpu = run_peer("datatrove_quality.py", str(source), str(answers), marks, CLOSERS, *FILTERS)["cpu_s"]
            theirs.append(sum(cpu.values()))
        peer = [json.loads(line) for line in answers.read_text().splitlines()]
    answered = answers_of(found)
    wrong = sum(differs(answered, peer, i) for i in range(len(peer)))
    name = "quality: Gopher, C4, FineWeb against datatrove (words = str.split)"
    value, peer_value = statistics.median(ours) / gigabytes, statistics.median(theirs) / gigabytes
    return [row(name, value, "CPU-s/GB", peer=peer_value, at_least=AT_LEAST, answer_ok=wrong == 0)]


def answers_of(found: dict[str, list[pa.Array]]) -> dict[str, list[str | None]]:
    """What `decide` found as the peer's script gives it, which takes no part of the time either."""
    return {name: [value for part in parts for value in part.to_pylist()] for name, parts in found.items()}


def differs(ours: dict[str, list[str | None]], peer: list[dict[str, str | None]], i: int) -> bool:
    """Whether any filter keeps document i on one side and drops it on the other, or C4 leaves another text."""
    if any((ours[name][i] is None) != (peer[i][name] is None) for name in FILTERS):
        return True
    return ours["c4_any_end"][i] is None and ours["c4_any_end_text"][i] != peer[i]["c4_any_end_text"]


def _built(measure: str, params: dict[str, Any], decide: str) -> tuple[Signal | Rewrite, Decision]:
    step, decision = load.equip(load.build(measure, params), load.shipped), load.build(decide, {})
    assert isinstance(step, Signal | Rewrite)
    assert isinstance(decision, Decision)
    assert not isinstance(step, Reader)
    return step, decision


if __name__ == "__main__":
    print(json.dumps(rows(quick=True), indent=1))
