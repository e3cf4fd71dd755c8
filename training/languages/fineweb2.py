"""Makes operators/text/fineweb2/settings.parquet from FineWeb2's published settings, and settings of a corpus of yours.

Usage: python -m training.languages.fineweb2 published CONFIGS.json.gz SENTENCES.jsonl.gz OUT.parquet
       python -m training.languages.fineweb2 corpus TEXTS.jsonl.gz OUT.parquet

CONFIGS: the 1,929 files configs/LANGUAGE_Script.yml of huggingface/fineweb-2 as one JSON object by name. English, which
FineWeb2 leaves out, gets the numbers of FineWeb (datatrove's defaults). Korean gets as many stop words as published,
the most frequent of SENTENCES (see training.languages.settings): the published ones are morphemes, which are no words
between spaces; for the same reason it gets more newlines a word.
TEXTS: lines {"lang": "swh_Latn", "text": ...}, clean documents of a language that the published settings lack. Its stop
words and bounds are found by FineWeb2's way: shares of the corpus that each rule may cost (QUANTILES, our guesses).
"""

import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.text.fineweb2.settings import DUP_SIZES, SCHEMA, TOP_SIZES
from corpusmill.operators.text.language_codes import code_of
from corpusmill.operators.text.segmenting.signs import manner_of
from corpusmill.operators.text.words import tokens_of
from training.languages.settings import stop_words

COMMIT = "d0defb2"
NOTICE = {
    "source": "huggingface/fineweb-2 " + COMMIT + ", configs/*.yml",
    "licence": "Apache-2.0",
    "notice": "Figures and stop words of FineWeb2 (Penedo et al. 2025, arXiv:2506.20920), by its authors; "
    "rearranged as one table; rows of other origin say so in column `origin`.",
    "version": "2",
}
ENGLISH = {
    "language": "eng_Latn", "origin": "FineWeb, datatrove 0.10.1", "min_language_score": 0.65,
    "max_dup_line_ratio": 0.3, "min_ended_line_ratio": 0.12, "max_newline_ratio": 0.3, "min_mean_word_chars": 3.0,
    "max_mean_word_chars": 10.0, "min_alpha_ratio": 0.8,
    "stop_words": ["the", "be", "to", "of", "and", "that", "have", "with"],
    "max_top_2gram_ratio": 0.2, "max_top_3gram_ratio": 0.18, "max_top_4gram_ratio": 0.16, "max_dup_5gram_ratio": 0.15,
    "max_dup_6gram_ratio": 0.14, "max_dup_7gram_ratio": 0.13, "max_dup_8gram_ratio": 0.12, "max_dup_9gram_ratio": 0.11,
    "max_dup_10gram_ratio": 0.1,
}  # fmt: skip
KOREAN_MORPHEMES = 2.0  # a word between spaces, measured on the Korean documents of tf-docs and hf-course
# The share of clean documents that a rule may cost: a least value is the first, a largest value the second quantile.
LEAST, MOST = 0.05, 0.95
STOP_SHARE, FEWEST_STOP_WORDS = 0.008, 8  # of running words, as in training.languages.settings


def published(configs: Path, sentences: Path) -> Iterator[dict[str, Any]]:
    """One row a language of the published settings, and English."""
    with gzip.open(configs) as file:
        found = json.load(file)
    for label, each in sorted({**found, "eng_Latn": None}.items()):
        if each is None:
            yield ENGLISH
            continue
        row: dict[str, Any] = {
            "language": label,
            "origin": "FineWeb2",
            "min_language_score": each["language_score"],
            "max_dup_line_ratio": each["dup_line_frac"],
            "min_ended_line_ratio": each["line_punct_thr"],
            "max_newline_ratio": each["new_line_ratio"],
            "min_mean_word_chars": each["min_avg_word_length"],
            "max_mean_word_chars": each["max_avg_word_length"],
            "min_alpha_ratio": each["max_non_alpha_words_ratio"],
            "stop_words": each["stopwords"],
        }
        row |= {f"max_top_{n}gram_ratio": share for n, share in each["top_n_grams"]}
        row |= {f"max_dup_{n}gram_ratio": share for n, share in each["dup_n_grams"]}
        yield row | _korean(row, sentences) if label == "kor_Hang" else row


def _korean(row: dict[str, Any], sentences: Path) -> dict[str, Any]:
    with gzip.open(sentences, "rt", encoding="utf-8") as lines:
        texts = [each["text"] for each in map(json.loads, lines) if each["lang"] == "ko"]
    stop = stop_words(texts, fewest=len(row["stop_words"]))
    return {
        "origin": "FineWeb2; stop words recomputed from lingua-py's sentences, newlines a word scaled",
        "stop_words": stop,
        "max_newline_ratio": row["max_newline_ratio"] * KOREAN_MORPHEMES,
    }


def of_corpus(texts: Path) -> Iterator[dict[str, Any]]:
    """One row a language of a corpus of clean documents."""
    by_language: dict[str, list[str]] = defaultdict(list)
    with gzip.open(texts, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            by_language[code_of(row["lang"])].append(row["text"])
    for label, each in sorted(by_language.items()):
        yield {"language": label, "origin": texts.name, **measured(each, label)}


def measured(texts: list[str], label: str) -> dict[str, Any]:
    """Bounds and stop words of the documents of one language, `swh_Latn`."""
    name, _, script = label.partition("_")
    columns = {
        "language": pa.array([name] * len(texts)),
        "script": pa.array([script or None] * len(texts), pa.string()),
    }
    batch = Batch(pa.table({"text": pa.array(texts, TEXT), **columns}))
    for step, params in (
        ("signals.gopher_repetition", {"words": "by_language"}),
        ("signals.gopher_quality", {"words": "by_language", "stop_words": ["-"]}),
        ("signals.fineweb", {"words": "by_language"}),
    ):
        batch = load.build(step, params)(batch)  # pyright: ignore[reportAssignmentType, reportCallIssue]
    column = {
        n: batch.column(n).to_numpy(zero_copy_only=False)
        for n in batch.table.column_names
        if batch.column(n).type != TEXT and n not in columns
    }
    counts = Counter(w for text in texts for w in tokens_of(text, manner_of(label)) if any(map(str.isalpha, w)))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    stop = [w for i, w in enumerate(ranked) if i < FEWEST_STOP_WORDS or counts[w] >= STOP_SHARE * counts.total()]
    row = {
        "min_language_score": 0.3,  # the lowest that FineWeb2 uses: no score is known here
        "max_dup_line_ratio": _quantile(column["gopher_dup_line_ratio"], MOST),
        "min_ended_line_ratio": _quantile(column["fineweb_ended_line_ratio"], LEAST),
        "max_newline_ratio": _quantile(column["fineweb_newline_ratio"], MOST),
        "min_mean_word_chars": np.floor(_quantile(column["gopher_mean_word_chars"], LEAST)),
        "max_mean_word_chars": np.ceil(_quantile(column["gopher_mean_word_chars"], MOST)),
        "min_alpha_ratio": _quantile(column["gopher_alpha_ratio"], LEAST),
        "stop_words": stop,
    }
    row |= {f"max_top_{n}gram_ratio": _quantile(column[f"gopher_top_{n}gram_ratio"], MOST) for n in TOP_SIZES}
    return row | {f"max_dup_{n}gram_ratio": _quantile(column[f"gopher_dup_{n}gram_ratio"], MOST) for n in DUP_SIZES}


def _quantile(values: np.ndarray, share: float) -> float:
    return round(float(np.quantile(values, share)), 3)


def main(kind: str, source: str, *others: str) -> None:
    *sentences, out = others
    rows = list(published(Path(source), Path(sentences[0])) if kind == "published" else of_corpus(Path(source)))
    notice = NOTICE if kind == "published" else {"source": Path(source).name, "version": "1"}
    table = pa.Table.from_pylist(rows, SCHEMA.with_metadata(notice))
    pq.write_table(table, out, compression="zstd", compression_level=19)


if __name__ == "__main__":
    main(*sys.argv[1:])
