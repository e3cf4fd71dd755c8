"""Conversations from JSON lines to packed ids and loss masks, against transformers' apply_chat_template.

Both on one thread, in turn, three times, each in a process of its own; medians of CPU seconds a million rows. Ids and
masks are equal. Texts are real; those that name a special token are left out, for transformers takes the name for the
token itself. The template is ChatML with its answers marked, as transformers needs it to give a mask.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.peers.run import HERE as PEERS
from benchmarks.peers.run import peers_python
from benchmarks.row import failed, row
from benchmarks.texts import real_texts
from corpusmill.operators.tokens.chat import sources

ROOT = Path(__file__).resolve().parents[1]
TOKENIZER = ROOT / "operators" / "tokens" / "models" / "default.tokenizer.json"
ROWS = {True: 8_000, False: 10_000}
TURNS = 3
NAME = "chat, JSON lines to packed ids and masks"
TEN = 10.0  # the goal


def rows(quick: bool) -> list[dict]:
    """One row: {name, value, unit, peer_value, ratio, at_least, answer_ok, ok}."""
    if not Path(peers_python()).exists():
        return [failed(NAME, f"the peers' environment is not on this machine ({peers_python()})")]
    with tempfile.TemporaryDirectory() as name:
        files = written(Path(name), ROWS[quick])
        ours, theirs = [], []
        for _ in range(TURNS):
            ours.append(measure(sys.executable, ROOT / "benchmarks" / "chat_run.py", *files))
            theirs.append(measure(peers_python(), PEERS / "transformers_chat.py", *files, "-", "masks"))
    same = len({(run["ids_sha256"], run["mask_sha256"], run["rows"]) for run in (*ours, *theirs)}) == 1
    value, peer = (statistics.median(run["seconds"] / run["rows"] for run in runs) * 1e6 for runs in (ours, theirs))
    return [row(NAME, value, "CPU-s/M rows", peer=peer, at_least=TEN, answer_ok=same)]


def written(folder: Path, count: int) -> list[Path]:
    """The tokenizer, the template and the conversations, as files."""
    source = sources.named("chatml")
    tokenizer = sources.with_markers(TOKENIZER.read_bytes(), source.markers)
    names = [token["content"] for token in json.loads(tokenizer)["added_tokens"]]
    files = [folder / "tokenizer.json", folder / "template.jinja", folder / "conversations.jsonl"]
    files[0].write_bytes(tokenizer)
    files[1].write_text(source.text)
    texts = [t for t in real_texts(None)["text"].to_pylist() if not any(name in t for name in names)]
    draw = random.Random(0)
    with files[2].open("w") as out:
        for number in range(count):
            turns = [{"role": "system", "content": "You are a careful assistant."}] if number % 3 == 0 else []
            for _ in range(1 + number % 4):
                for role, most in (("user", 300), ("assistant", 1_000)):
                    text = texts[draw.randrange(len(texts))]
                    begin = draw.randrange(max(1, len(text) - most))
                    turns.append({"role": role, "content": text[begin : begin + draw.randrange(20, most)]})
            out.write(json.dumps({"messages": turns}, ensure_ascii=False) + "\n")
    return files


def measure(python: str, *arguments: object) -> dict:
    """What a program prints last, run on one thread."""
    single = {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": str(ROOT)}
    command = [python, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **single})
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    for line in rows(quick="--quick" in sys.argv):
        print(json.dumps(line))
