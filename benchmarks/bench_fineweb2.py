"""FineWeb2's rules in many languages against datatrove's filters with the same settings, on the same texts.

The peer's words are those of its own tokenizers, as FineWeb2 was made; where its environment lacks them, those of
str.split, which cost it least (and find no words in Chinese or Thai). Whether both decide alike is seen with our words
on both sides.
"""

import json
import statistics
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.languages import by_language
from benchmarks.peers.run import run_peer
from benchmarks.row import row
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, Reader
from corpusmill.operators.text.fineweb2.settings import SETTINGS, read_settings
from corpusmill.operators.text.words import WordRule, find_words

ROUNDS = {True: 1, False: 3}  # of the peer; ours takes a hundredth of its time, and three rounds always
OURS = 3
AT_LEAST = 30.0
MOST_OWN = 0.5  # of the languages: where fewer have datatrove's tokenizers, the ratio is informational
MOST = {True: 6, False: 100}  # documents of each language
STEPS = (
    ("signals.gopher_repetition", {"words": "by_language"}),
    ("signals.fineweb", {"words": "by_language"}),
    ("signals.gopher_quality", {"words": "by_language", "stop_words": "by_language", "settings": SETTINGS.address}),
    ("decide.fineweb2", {}),
)
BATCH_ROWS = 2000


def texts(most: int) -> pa.Table:
    """Columns text, in NFC, and language (`swh_Latn`) of documents in the languages of the settings."""
    own = read_settings(load.shipped(SETTINGS.address))
    found = {language: each for language, each in by_language(most).items() if language in own.labels[: own.own]}
    rows = [(unicodedata.normalize("NFC", text), language) for language, each in found.items() for text in each]
    return pa.table({"text": pa.array([r[0] for r in rows], TEXT), "language": pa.array([r[1] for r in rows])})


def with_scripts(table: pa.Table) -> pa.Table:
    """The texts with columns language and script, as the operators read them."""
    labels = [label.partition("_") for label in table.column("language").to_pylist()]
    names, scripts = (pa.array([label[part] for label in labels]) for part in (0, 2))
    return pa.table({"text": table.column("text"), "language": names, "script": scripts})


def decide(table: pa.Table) -> list[str | None]:
    """Why each text is dropped."""
    given = with_scripts(table)
    operators = [load.equip(load.build(name, params), load.shipped) for name, params in STEPS]
    found: list[str | None] = []
    for at in range(0, len(given), BATCH_ROWS):
        batch = Batch(given.slice(at, BATCH_ROWS))
        for op in operators:
            assert not isinstance(op, Reader)
            if isinstance(op, Decision):
                found += op(batch).to_pylist()
            else:
                batch = op(batch)
    return found


def published_names(languages: set[str]) -> dict[str, dict[str, Any]]:
    """Our settings of some languages, with the names of the published files."""
    table = pq.read_table(pa.BufferReader(load.shipped(SETTINGS.address)))
    return {
        row["language"]: {
            "dup_line_frac": row["max_dup_line_ratio"],
            "line_punct_thr": row["min_ended_line_ratio"],
            "new_line_ratio": row["max_newline_ratio"],
            "min_avg_word_length": row["min_mean_word_chars"],
            "max_avg_word_length": row["max_mean_word_chars"],
            "max_non_alpha_words_ratio": row["min_alpha_ratio"],
            "stopwords": row["stop_words"],
            "top_n_grams": [[n, row[f"max_top_{n}gram_ratio"]] for n in (2, 3, 4)],
            "dup_n_grams": [[n, row[f"max_dup_{n}gram_ratio"]] for n in range(5, 11)],
        }
        for row in table.to_pylist()
        if row["language"] in languages
    }


def tokens(table: pa.Table) -> list[list[str]]:
    """The words of each text by the rule `by_language`."""
    found = find_words(Batch(with_scripts(table)), WordRule.BY_LANGUAGE)
    raw = [text.encode() for text in table.column("text").to_pylist()]
    starts, ends = found.start.tolist(), (found.start + found.size_bytes).tolist()
    return [
        [text[starts[i] : ends[i]].decode() for i in range(found.first[d], found.first[d + 1])]
        for d, text in enumerate(raw)
    ]


def peer(table: pa.Table, folder: Path, mode: str) -> tuple[dict[str, Any], list[str | None]]:
    """What the peer's script prints, and its reasons. mode: whose words it counts, see the script."""
    source, settings, out = folder / "texts.parquet", folder / "settings.json", folder / "out.jsonl"
    words = tokens(table) if mode == "given" else None
    pq.write_table(table if words is None else table.append_column("words", pa.array(words)), source)
    settings.write_text(json.dumps(published_names({*table.column("language").to_pylist()})))
    told = run_peer("datatrove_fineweb2.py", str(source), str(settings), str(out), mode)
    return told, [json.loads(line) for line in out.read_text().splitlines()]


def rows(quick: bool) -> list[dict[str, Any]]:
    """CPU-seconds a gigabyte of both, medians of rounds taken in turn, and whether they decide alike."""
    table = texts(MOST[quick])
    gigabytes = sum(len(text.encode()) for text in table.column("text").to_pylist()) / 1e9
    decide(table.slice(0, 10))  # kernels are loaded before the clock runs
    ours, theirs, found, told = [], [], list[str | None](), dict[str, Any]()
    with tempfile.TemporaryDirectory() as folder:
        for done in range(OURS):
            start = time.process_time()
            found = decide(table)
            ours.append(time.process_time() - start)
            if done < ROUNDS[quick]:
                told, _ = peer(table, Path(folder), "own")
                theirs.append(told["cpu_s"])
        _, answers = peer(table, Path(folder), "given")
    alike = all((a is None) == (b is None) for a, b in zip(found, answers, strict=True))
    own = sum(told["own"].values()) / len(told["own"])
    name = f"quality: FineWeb2 in {len(told['own'])} languages against datatrove (its tokenizers in {own:.0%} of them)"
    value, peer_value = statistics.median(ours) / gigabytes, statistics.median(theirs) / gigabytes
    return [
        row(name, value, "CPU-s/GB", peer=peer_value, at_least=AT_LEAST if own > MOST_OWN else None, answer_ok=alike)
    ]


if __name__ == "__main__":
    print(json.dumps(rows(quick=True), indent=1))
