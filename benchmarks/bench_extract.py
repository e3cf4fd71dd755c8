"""extract.main_text beside trafilatura and resiliparse: quality on gold pages and pages a second, same pages, same run.

The held-out row needs the models of `python -m training.extract ... --folds benchmarks/data/extract`; without them it
fails. All CPU time from raw bytes. A row holds when its ratio is at least `at_least` and its answer is good enough.
"""

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.gold_pages import Page, by_resiliparse, by_trafilatura, by_us, gold, pages
from benchmarks.row import row_of_more
from benchmarks.texts import CORPORA
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.text.charset import decoded, detect
from training.extract.folds import OUTER_FOLDS, fold_of
from training.extract.labels import block_texts
from training.extract.words import overlap

HERE = Path(__file__).resolve().parent
FOLDS = HERE / "data" / "extract"
SCRIPTS = {"Latin": 0.95, "CJK": 0.95, "Cyrillic": 0.97, "Arabic": 0.97}
LEAST_HELD_OUT = 0.90
RESAMPLES = 10_000
ROUNDS = 3  # ours and the peers' in turn; the median counts
WCXB = "extract: WCXB pages"
BLOCKS = range(400, 601)


def mean_f1(found: list[str], expected: list[str]) -> float:
    return statistics.mean(overlap(a, b).f1 for a, b in zip(found, expected, strict=True))


def held_out(quick: bool) -> list[dict]:
    """Word F1 on WCXB's development pages, each judged by a model that never saw its host; and speed."""
    told = gold(CORPORA / "extract" / "wcxb-dev-gold.jsonl.gz")
    found = pages(CORPORA / "extract", "wcxb-dev-*.warc.gz", set(told))
    urls = sorted(found)[:: 8 if quick else 1]
    chosen = [found[url] for url in urls]
    expected = [told[url]["text"] for url in urls]
    turns = [[by_us(chosen), by_trafilatura(chosen), by_resiliparse(chosen)] for _ in range(ROUNDS)]
    _, traf, resi = turns[0]
    our_rate, traf_rate, resi_rate = (
        len(chosen) / statistics.median(found.cpu_s for found in runs) for runs in zip(*turns, strict=True)
    )
    ours: dict[str, str] = {}
    models = [FOLDS / f"fold-{k}.npz" for k in range(OUTER_FOLDS)]
    for k, model in enumerate(models):
        held = [found[url] for url in urls if fold_of(told[url]["host"], OUTER_FOLDS, "outer") == k]
        if model.exists() and held:
            ours |= dict(zip((p.url for p in held), by_us(held, str(model)).texts, strict=True))
    judged = [k for k, url in enumerate(urls) if url in ours]
    name = f"extract: word F1, WCXB development hosts held out ({len(judged)} of {len(urls)} pages judged)"
    value, peer = 0.0, None
    if judged:
        value = mean_f1([ours[urls[k]] for k in judged], [expected[k] for k in judged])
        peer = max(mean_f1([t.texts[k] for k in judged], [expected[k] for k in judged]) for t in (traf, resi))
    good = value >= LEAST_HELD_OUT and len(judged) == len(urls)
    return [
        row_of_more(name, value, "F1, the better peer", peer=peer, at_least=1.0, answer_ok=good),
        row_of_more(WCXB, our_rate, "pages/s, trafilatura", peer=traf_rate, at_least=15),
        row_of_more(WCXB, our_rate, "pages/s, resiliparse", peer=resi_rate, at_least=1.3),
        row_of_more(WCXB, our_rate, "pages/s, at least 700", peer=700, at_least=1.0),
        many_blocks([found[url] for url in sorted(found)]),
    ]


def cpu_s(chosen: list[Page]) -> float:
    """CPU seconds of ours for these pages: the median of five times."""
    return statistics.median(by_us(chosen).cpu_s for _ in range(5))


def many_blocks(found: list[Page]) -> dict:
    """Pages of 400 to 600 blocks."""
    texts = [decoded(page.content, detect(page.content, page.http_charset)).encode() for page in found]
    ws = allocate(max(map(len, texts)))
    counts = [len(block_texts(text, ws)) for text in texts]
    chosen = [page for page, count in zip(found, counts, strict=True) if count in BLOCKS]
    name = f"extract: {len(chosen)} WCXB pages of {BLOCKS.start} to {BLOCKS.stop - 1} blocks"
    return row_of_more(name, len(chosen) / cpu_s(chosen), "pages/s, at least 500", peer=500, at_least=1.0)


def script_of(text: str) -> str:
    """The script most letters of a text are in."""
    counts = {
        "Cyrillic": sum("\u0400" <= c <= "\u04ff" for c in text),
        "Arabic": sum("\u0600" <= c <= "\u06ff" for c in text),
    }
    counts["CJK"] = sum("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)
    counts["Latin"] = sum("a" <= c <= "z" or "\u00c0" <= c <= "\u024f" for c in text.lower())
    counts["other"] = sum(c.isalpha() for c in text) - sum(counts.values())
    return max(counts, key=lambda name: counts[name])


def templates(quick: bool) -> list[dict]:
    """Word F1 on crawled pages of two templates nothing was trained on, by script."""
    told = gold(CORPORA / "crawl" / "gold-main-text.jsonl.gz")
    found = pages(CORPORA / "crawl", "LOCAL-MAIN-*[0-9].warc.gz", set(told))
    urls = sorted(found)[:: 6 if quick else 1]
    chosen = [found[url] for url in urls]
    ours, traf = by_us(chosen).texts, by_trafilatura(chosen).texts
    by_script: dict[str, list[int]] = defaultdict(list)
    for k, url in enumerate(urls):
        by_script[script_of(told[url]["text"])].append(k)
    rows = []
    for script, least in SCRIPTS.items():
        at = by_script[script]
        expected = [told[urls[k]]["text"] for k in at]
        value, peer = (mean_f1([texts[k] for k in at], expected) for texts in (ours, traf))
        name = f"extract: word F1, templates, {script} ({len(at)} pages), at least {least}"
        rows.append(row_of_more(name, value, "F1, trafilatura", peer=peer, answer_ok=value >= least))
    return rows


def snippet_f1(counts: np.ndarray) -> float:
    """F1 of snippets: columns are found, missed, wrongly found."""
    hit, missed, wrong = counts.sum(axis=0)
    return float(2 * hit / max(2 * hit + missed + wrong, 1))


def snippets(texts: list[str], records: list[dict[str, Any]]) -> np.ndarray:
    rows = []
    for text, row in zip(texts, records, strict=True):
        flat = " ".join(text.split())
        hit = sum(" ".join(s.split()) in flat for s in row["with_"])
        rows.append((hit, len(row["with_"]) - hit, sum(" ".join(s.split()) in flat for s in row["without"])))
    return np.array(rows)


def segments(quick: bool) -> list[dict]:
    """Snippets people marked on Creative Commons pages: not significantly below trafilatura, resampled by page."""
    del quick
    told = gold(CORPORA / "crawl" / "gold-segments-cc-pages.jsonl.gz")
    found = pages(CORPORA / "crawl", "LOCAL-MAIN-*[0-9].warc.gz", set(told))
    urls = sorted(found)
    chosen, rows = [found[url] for url in urls], [told[url] for url in urls]
    ours, traf = (snippets(extract(chosen).texts, rows) for extract in (by_us, by_trafilatura))
    random = np.random.default_rng(0)
    samples = random.integers(0, len(urls), (RESAMPLES, len(urls)))
    differences = np.array([snippet_f1(ours[s]) - snippet_f1(traf[s]) for s in samples])
    low, high = np.quantile(differences, (0.025, 0.975))
    name = f"extract: snippet F1, {len(urls)} CC pages; ours less trafilatura, 95 %: {low:+.3f} to {high:+.3f}"
    peer = snippet_f1(traf)
    return [row_of_more(name, snippet_f1(ours), "F1, trafilatura", peer=peer, answer_ok=bool(high >= 0))]


def rows(quick: bool) -> list[dict]:
    """Every row."""
    return [*held_out(quick), *templates(quick), *segments(quick)]
