"""`what-if` against real runs: 12 changed thresholds over real documents in many languages."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from corpusmill.pipeline.evidence.predict import predict
from corpusmill.pipeline.run.tokens_of import TokensPerByte
from corpusmill.pipeline.steps.tokenizer import tokenizer_of
from tests.report.corpus import ingested, job

JOB = """
name: what-if
workspace: {work}
output: {work}-out
inputs: [{{source: docs, paths: ['{corpora}/docs/*.jsonl.gz'], domain: docs}}]
documents:
  - signals.language
  - decide.language: {{keep: [en, de, fr, es, it, ja, ru, zh, pl, pt, ko, cs], min_score: 0.65}}
  - signals.gopher_repetition
  - decide.gopher_repetition
  - signals.gopher_quality
  - decide.gopher_quality: {{min_stop_words: null, min_alpha_ratio: 0.7}}
  - rewrite.c4_lines: {{end_marks: false}}
  - decide.c4: {{min_sentences: 3, max_curly_lines: null}}
  - signals.fineweb
  - decide.fineweb: {{max_dup_char_ratio: 0.1, min_ended_line_ratio: null}}
  - signals.counts
  - decide.bounds: {{bounds: {{word_count: [50, 100_000]}}}}
"""
CHANGES = (
    "documents[decide.bounds].bounds.word_count=[80, 100000]",
    "documents[decide.bounds].bounds.word_count=[40, 100000]",
    "documents[decide.gopher_quality].min_words=40",
    "documents[decide.gopher_quality].min_alpha_ratio=0.75",
    "documents[decide.gopher_quality].max_mean_word_chars=9",
    "documents[decide.gopher_repetition].max_top_4gram_ratio=0.18",
    "documents[decide.gopher_repetition].max_dup_line_ratio=0.2",
    "documents[decide.fineweb].max_short_line_ratio=0.6",
    "documents[decide.fineweb].max_dup_char_ratio=0.15",
    "documents[decide.language].min_score=0.7",
    "documents[decide.language].min_score=0.6",
    "documents[decide.c4].min_sentences=5",
)
LARGE = 500  # documents of a language


def counted(spec):
    """Documents and tokens by language of what a run kept."""
    encoder = tokenizer_of(spec.tokens)
    documents, tokens, sizes = Counter(), Counter(), Counter()
    for file in sorted(Path(spec.workspace, "documents").glob("*.parquet")):
        table = pq.ParquetFile(file).read(["language", "text"])
        for language in pc.unique(table["language"]).to_pylist():
            texts = table.filter(pc.equal(table["language"], language))["text"].combine_chunks().cast(pa.large_string())
            documents[language] += len(texts)
            tokens[language] += int(encoder.documents(texts).n_tokens.sum())
            sizes[language] += int(pc.sum(pc.binary_length(texts)).as_py() or 0)
    return documents, tokens, sizes


@pytest.mark.slow
def test_twelve_thresholds_are_predicted_as_runs_then_make_them(corpora, tmp_path):
    text = JOB.format(work=tmp_path / "base", corpora=corpora)
    before = job(tmp_path, text)
    evidence, _ = ingested(before)
    _, tokens, sizes = counted(before)
    rates = TokensPerByte({k: tokens[k] / sizes[k] for k in sizes}, sum(tokens.values()) / sum(sizes.values()))
    wrong, lines = [], []
    for number, change in enumerate(CHANGES):
        told = predict(evidence, before, job(tmp_path, text, [change]))
        real = job(tmp_path, JOB.format(work=tmp_path / f"run{number}", corpora=corpora), [change])
        ingested(real)
        documents, real_tokens, _ = counted(real)
        predicted = {k: (p.then.documents, rates.of_amounts(k, p)[1]) for k, p in told.languages.items()}
        rows = {"all": (sum(p[0] for p in predicted.values()), sum(p[1] for p in predicted.values()),
                        sum(documents.values()), sum(real_tokens.values()))}  # fmt: skip
        for k in documents:
            if documents[k] >= LARGE:
                rows[k] = (*predicted.get(k, (0.0, 0.0)), documents[k], real_tokens[k])
        for name, (d, t, real_d, real_t) in rows.items():
            off = d / real_d - 1, t / real_t - 1
            lines.append(
                f"{change} {name}: {real_d:,} documents, off {off[0]:+.2%}; {real_t:,} tokens, off {off[1]:+.2%}"
            )
            if abs(off[0]) > 0.01 or abs(off[1]) > 0.02:
                wrong.append(lines[-1])
    print("\n".join(lines))
    assert len(CHANGES) == 12
    assert not wrong, "\n".join(wrong)
