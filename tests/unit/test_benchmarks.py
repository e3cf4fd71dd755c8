"""The generated corpus of the benchmarks, and their runner."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bench_language, bench_pii, earlier, running
from benchmarks.corpus import BASE, EXACT, NEAR, Corpus, Duplicates
from benchmarks.corpus_files import write_jsonl, write_wet
from benchmarks.row import checked, row
from benchmarks.texts import real_texts
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.jsonl import Jsonl
from corpusmill.operators.readers.wet import Wet
from corpusmill.operators.tokens.held_out import is_training_text


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(
        300, seed=7, duplicates=Duplicates(exact=0.1, near=0.2, sizes={2: 0.5, 7: 0.5}), texts=real_texts(1500)
    )


def shingles(text: bytes) -> set[tuple[bytes, ...]]:
    words = text.split()
    return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


@pytest.mark.thorough
def test_copies_are_as_many_as_requested_in_clusters_of_the_given_sizes(corpus: Corpus):
    assert np.bincount(corpus.truth.kind).tolist() == [210, 30, 60]
    sizes = np.bincount(corpus.truth.cluster)
    assert sizes.sum() == 300
    assert set(sizes.tolist()) <= {1, 2, 7} | {int(sizes.max())}


@pytest.mark.thorough
def test_exact_copies_equal_their_base_near_ones_resemble_it_and_others_do_not(corpus: Corpus):
    base = {int(c): corpus.text(i) for i, c in enumerate(corpus.truth.cluster) if corpus.truth.kind[i] == BASE}
    assert len(set(base.values())) == len(base)
    alike = []
    for i, (cluster, kind) in enumerate(zip(corpus.truth.cluster, corpus.truth.kind, strict=True)):
        if kind == EXACT:
            assert corpus.text(i) == base[int(cluster)]
        if kind == NEAR:
            assert corpus.text(i) != base[int(cluster)]
            mine, its = shingles(corpus.text(i)), shingles(base[int(cluster)])
            alike.append(len(mine & its) / len(mine | its))
    texts = [shingles(text) for text in base.values()]
    unlike = [len(a & b) / len(a | b) for k, a in enumerate(texts) for b in texts[k + 1 :]]
    assert np.median(alike) > 0.8
    assert max(unlike) < 0.5


@pytest.mark.thorough
def test_a_corpus_depends_on_its_seed_alone(corpus: Corpus):
    same = Corpus(300, seed=7, duplicates=corpus.duplicates, texts=real_texts(1500))
    other = Corpus(300, seed=8, duplicates=corpus.duplicates, texts=real_texts(1500))
    assert [same.text(i) for i in range(300)] == [corpus.text(i) for i in range(300)]
    assert not {other.text(i) for i in range(300)} & {corpus.text(i) for i in range(300)}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["a.warc.wet.gz", "a.wet"])
def test_the_reader_gives_back_what_was_written(corpus: Corpus, tmp_path: Path, name: str):
    size = write_wet(tmp_path / name, corpus, range(50))
    with (tmp_path / name).open("rb") as file:
        rows = [r for b in Wet()(file, Span(0, (tmp_path / name).stat().st_size)) for r in b.to_pylist()]
    assert [r["skipped"] for r in rows] == ["warcinfo"] + [None] * 50
    assert [r["text"].encode() for r in rows[1:]] == [corpus.text(i) for i in range(50)]
    assert [r["source_id"] for r in rows[1:]] == corpus.ids()[:50]
    assert size == sum(len(corpus.text(i)) for i in range(50))


@pytest.mark.thorough
def test_jsonl_holds_the_same_documents(corpus: Corpus, tmp_path: Path):
    write_jsonl(tmp_path / "a.jsonl.gz", corpus, range(50))
    with (tmp_path / "a.jsonl.gz").open("rb") as file:
        rows = [r for b in Jsonl()(file, Span(0, (tmp_path / "a.jsonl.gz").stat().st_size)) for r in b.to_pylist()]
    assert [r["text"].encode() for r in rows if r["skipped"] is None] == [corpus.text(i) for i in range(50)]


def test_a_row_falls_short_by_its_ratio_by_its_answer_or_by_what_it_lacks():
    assert row("speed", 2.0, "s", peer=50.0, at_least=25.0)["ok"]
    assert not row("speed", 2.0, "s", peer=49.0, at_least=25.0)["ok"]
    assert not row("speed", 2.0, "s", peer=50.0, at_least=25.0, answer_ok=False)["ok"]
    assert not checked({"name": "speed", "value": 1.0})["ok"]
    assert not checked(row("speed", float("nan"), "s"))["ok"]


def test_a_benchmark_that_raises_is_a_failing_row_that_names_the_error():
    ran = running.run("that_is_not_there", quick=True, limit_s=60)
    assert [r["ok"] for r in ran.rows] == [False]
    assert "No module named 'benchmarks.bench_that_is_not_there'" in ran.rows[0]["error"]


def test_a_benchmark_that_hangs_is_ended():
    ran = running.run("that_is_not_there", quick=True, limit_s=0)
    assert "not done after 0 s" in ran.rows[0]["error"]


@pytest.mark.parametrize("documents", [lambda folder: bench_language.documents(folder, False), bench_pii.documents])
def test_no_text_is_measured_that_trained_the_tokenizer_that_ships(documents, tmp_path):
    texts = [f"text number {i}" for i in range(200)]
    (tmp_path / "docs").mkdir()
    with gzip.open(tmp_path / "docs" / "some.jsonl.gz", "wt") as out:
        out.writelines(json.dumps({"text": text, "lang": "en"}) + "\n" for text in texts)
    found = [text if isinstance(text, str) else text[0] for text in documents(tmp_path)]
    assert 0 < len(found) < len(texts)
    assert found == [text for text in texts if not is_training_text(text)]


def test_a_commit_that_the_clone_lacks_is_named():
    missing = "0" * 12
    with pytest.raises(RuntimeError, match=f"commit {missing} is not in this clone"):
        earlier.unpacked(missing)
