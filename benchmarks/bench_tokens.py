"""Tokens against `tokenizers` and tiktoken: the same ids, and how many times less CPU.

Text is real, and none of it trained a vocabulary here. Ours and the peer run in turn, three times, each in a process of
its own on one thread; medians of CPU seconds.

    kernel, first pass   a new process with an empty memory of words
    kernel, warm         after other text of the same languages
    stage                the unit that a worker runs: Parquet read, texts encoded, rows sorted, Parquet written

Vocabularies are trained on the texts that `held_out.is_training_text` takes; measured are the others.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.row import row
from benchmarks.texts import real_texts

ROOT = Path(__file__).resolve().parents[1]
PEERS_PYTHON = os.environ.get("CORPUSMILL_PEERS_PYTHON", str(ROOT / ".venv-peers" / "bin" / "python"))
TURNS = 3
# name, expression, vocabulary, least ratio of the first pass and of the warm one
VOCABULARIES = (
    ("gpt2_32k", "gpt2", 32_000, 20, 40),
    ("llama3_100k", "llama3", 100_000, 10, 30),
    ("qwen2_100k", "qwen2", 100_000, 10, 30),
    ("o200k_100k", "o200k", 100_000, 10, 30),
    ("deepseek3_100k", "deepseek3", 100_000, 10, 30),
)
STAGE_FIRST, STAGE_WARM = 9, 20
TIKTOKEN = 2.5
ONE_EXPRESSION = ("gpt2", "llama3", "qwen2", "o200k")  # what tiktoken can run; the others cut several times
QUICK = ("gpt2_32k", "llama3_100k")
EVERY = {True: 3, False: 1}  # one text in so many of those encoded; warm is after the same texts always


def rows(quick: bool) -> list[dict]:
    """One row a comparison: {name, value, unit, peer_value, ratio, at_least, answer_ok, ok}; CPU seconds a gigabyte."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_texts(folder, every=EVERY[quick])
        for name, expression, size, first, warm in VOCABULARIES:
            if quick and name not in QUICK:
                continue
            file = folder / f"{name}.json"
            measure("train", folder, file, expression, size)
            found += compared(name, expression, file, folder, first, warm)
    return found


def write_texts(folder: Path, *, every: int) -> None:
    """What trains, one half of all other texts, and one in `every` of the second half, as tokens_run reads them."""
    others = real_texts(None)["text"].to_pylist()
    half = len(others) // 2
    training = real_texts(None, training=True)["text"].to_pylist()
    for part, texts in (("training", training), ("before", others[:half]), ("after", others[half::every])):
        (folder / f"{part}.json").write_text(json.dumps(texts))


def compared(name: str, expression: str, file: Path, texts: Path, first: float, warm: float) -> list[dict]:
    """The rows of one vocabulary."""
    ours, theirs, tiktoken, stage = [], [], [], []
    for _ in range(TURNS):
        ours.append(measure("ours", texts, file))
        theirs.append(measure("tokenizers", texts, file))
        stage.append(measure(texts, file, program="tokens_stage.py"))
        if Path(PEERS_PYTHON).exists() and expression in ONE_EXPRESSION:
            tiktoken.append(measure("tiktoken", texts, file, python=PEERS_PYTHON))
    same = {run["ids_sha256"] for run in (*ours, *theirs)}
    value = {key: statistics.median(run[key] for run in ours) for key in ("first", "warm")}
    peer = statistics.median(run["first"] for run in theirs)
    found = [
        cpu(f"tokens {name}, first pass", value["first"], peer, first, len(same) == 1),
        cpu(f"tokens {name}, warm", value["warm"], peer, warm, len(same) == 1),
    ]
    whole = {key: statistics.median(run[key] for run in stage) for key in ("first", "warm")}
    counted = {run["tokens"] for run in stage} == {run["tokens"] + run["documents"] for run in ours}
    found += [
        cpu(f"tokens {name}, stage, first pass", whole["first"], peer, STAGE_FIRST, counted),
        cpu(f"tokens {name}, stage, warm", whole["warm"], peer, STAGE_WARM, counted),
    ]
    if tiktoken:
        alike = same == {run["ids_sha256"] for run in tiktoken}
        other = statistics.median(run["first"] for run in tiktoken)
        found.append(cpu(f"tokens {name}, first pass, tiktoken", value["first"], other, TIKTOKEN, alike))
    return found


def cpu(name: str, value: float, peer: float, at_least: float, answer_ok: bool) -> dict[str, Any]:
    return row(name, value, "CPU-s/GB", peer=peer, at_least=at_least, answer_ok=answer_ok)


def measure(*arguments: object, python: str = sys.executable, program: str = "tokens_run.py") -> dict:
    """What a run of a program of this folder in a new process prints."""
    single = {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": str(ROOT)}
    command = [python, str(ROOT / "benchmarks" / program), *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **single})
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    for line in rows(quick="--quick" in sys.argv):
        print(json.dumps(line))
