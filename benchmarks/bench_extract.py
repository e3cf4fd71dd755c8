"""extract.main_text beside trafilatura and resiliparse: quality on gold pages and pages a second, same pages, same run.

The held-out row needs the models of `python -m training.extract ... --folds benchmarks/data/extract`; without them it
fails. All CPU time from raw bytes. A row holds when its ratio is at least `at_least` and its answer is good enough.
"""

import gzip
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text

from operators import load
from operators.batch import Batch
from operators.contract import Extract
from operators.extract.html import columns as C
from operators.extract.html.tokenizer import tokenize
from operators.extract.html.workspace import MAX_BYTES, workspace
from operators.text.charset import decoded, detect
from training.extract.folds import OUTER_FOLDS, fold_of
from training.extract.words import overlap

HERE = Path(__file__).resolve().parent
CORPORA = HERE.parents[1] / "shared" / "data"
FOLDS = HERE / "data" / "extract"
SCRIPTS = {"Latin": 0.95, "CJK": 0.95, "Cyrillic": 0.97, "Arabic": 0.97}
LEAST_HELD_OUT = 0.90
BATCH_ROWS = 64
MANY_BLOCKS = range(400, 601)
RESAMPLES = 10_000


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as it came, and what is told of it."""

    url: str
    content: bytes
    http_charset: str | None


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What an extractor made of pages, in their order, and the CPU seconds it took."""

    texts: list[str]
    cpu_s: float


def pages(folder: Path, pattern: str, wanted: set[str]) -> dict[str, Page]:
    """The pages with these addresses, by address."""
    found = {}
    for path in sorted(folder.glob(pattern)):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                url = record.headers["WARC-Target-URI"]
                if url in wanted:
                    found[url] = Page(url=url, content=record.reader.read(), http_charset=record.http_charset)
    return found


def gold(path: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["url"]: row for row in map(json.loads, lines)}


@cache
def operator(model: str | None = None) -> Extract:
    """The operator, with another model if one is named by its path."""
    op = load.equip(load.build("extract.main_text", {}), load.shipped)
    if model:
        op = load.build("extract.main_text", {})
        op = load.equip(op, lambda _: Path(model).read_bytes())
    if not isinstance(op, Extract):
        raise TypeError(f"extract.main_text is no Extract but {type(op)}")
    return op


def by_us(chosen: list[Page], model: str | None = None) -> Texts:
    op = operator(model)
    op(batch(chosen[:1]))
    before = time.process_time()
    texts: list[str] = []
    for first in range(0, len(chosen), BATCH_ROWS):
        rows = op(batch(chosen[first : first + BATCH_ROWS])).column("text").to_pylist()
        texts += [text or "" for text in rows]
    return Texts(texts=texts, cpu_s=time.process_time() - before)


def batch(chosen: list[Page]) -> Batch:
    return Batch(
        pa.table(
            {
                "content": pa.array([p.content for p in chosen], pa.large_binary()),
                "http_charset": pa.array([p.http_charset for p in chosen], pa.string()),
            }
        )
    )


def one_by_one(chosen: list[Page], extract: Callable[[str], str | None]) -> Texts:
    before = time.process_time()
    texts = [extract(decoded(page.content, detect(page.content, page.http_charset))) or "" for page in chosen]
    return Texts(texts=texts, cpu_s=time.process_time() - before)


def by_trafilatura(chosen: list[Page]) -> Texts:
    return one_by_one(chosen, trafilatura.extract)


def by_resiliparse(chosen: list[Page]) -> Texts:
    return one_by_one(chosen, lambda html: extract_plain_text(html, main_content=True))


def line(name: str, value: float, unit: str, *, peer: float | None, at_least: float | None, good: bool) -> dict:
    """One row; ratio is value / peer: more is better on both sides."""
    ratio = value / peer if peer else None
    ok = good and (at_least is None or (ratio is not None and ratio >= at_least))
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer_value": peer,
        "ratio": ratio,
        "at_least": at_least,
        "answer_ok": bool(good),
        "ok": bool(ok),
    }


def mean_f1(found: list[str], expected: list[str]) -> float:
    return statistics.mean(overlap(a, b).f1 for a, b in zip(found, expected, strict=True))


def held_out(quick: bool) -> list[dict]:
    """Word F1 on WCXB's development pages, each judged by a model that never saw its host; and speed."""
    told = gold(CORPORA / "extract" / "wcxb-dev-gold.jsonl.gz")
    found = pages(CORPORA / "extract", "wcxb-dev-*.warc.gz", set(told))
    urls = sorted(found)[:: 8 if quick else 1]
    chosen = [found[url] for url in urls]
    expected = [told[url]["text"] for url in urls]
    traf, resi = by_trafilatura(chosen), by_resiliparse(chosen)
    ours: dict[str, str] = {}
    models = [FOLDS / f"fold-{k}.npz" for k in range(OUTER_FOLDS)]
    for k, model in enumerate(models):
        held = [found[url] for url in urls if fold_of(told[url]["host"], OUTER_FOLDS, "outer") == k]
        if model.exists() and held:
            ours |= dict(zip((p.url for p in held), by_us(held, str(model)).texts, strict=True))
    rows = []
    judged = [k for k, url in enumerate(urls) if url in ours]
    name = f"extract: word F1, WCXB development hosts held out ({len(judged)} of {len(urls)} pages judged)"
    value, peer = 0.0, None
    if judged:
        value = mean_f1([ours[urls[k]] for k in judged], [expected[k] for k in judged])
        peer = max(mean_f1([t.texts[k] for k in judged], [expected[k] for k in judged]) for t in (traf, resi))
    good = value >= LEAST_HELD_OUT and len(judged) == len(urls)
    rows.append(line(name, value, "F1, the better peer", peer=peer, at_least=1.0, good=good))
    speed = by_us(chosen).cpu_s
    rate = len(chosen) / speed
    rows += [
        line(
            "extract: WCXB pages", rate, "pages/s, trafilatura", peer=len(chosen) / traf.cpu_s, at_least=15, good=True
        ),
        line(
            "extract: WCXB pages", rate, "pages/s, resiliparse", peer=len(chosen) / resi.cpu_s, at_least=1.3, good=True
        ),
        line("extract: WCXB pages", rate, "pages/s, at least 700", peer=700, at_least=1.0, good=True),
        of_many_blocks([found[url] for url in sorted(found)]),
    ]
    return rows


def of_many_blocks(chosen: list[Page]) -> dict:
    """Speed on the pages with MANY_BLOCKS: what is asked of each block counts there."""
    many = [page for page in chosen if block_count(page) in MANY_BLOCKS]
    rate = len(many) / by_us(many).cpu_s
    name = f"extract: WCXB pages of {MANY_BLOCKS.start} to {MANY_BLOCKS.stop - 1} blocks ({len(many)} pages)"
    return line(name, rate, "pages/s, at least 500", peer=500, at_least=1.0, good=len(many) > 0)


def block_count(page: Page) -> int:
    utf8 = np.frombuffer(decoded(page.content, detect(page.content, page.http_charset)).encode(), np.uint8)
    ws = workspace(len(utf8))
    tokenize(utf8, min(len(utf8), MAX_BYTES), ws)
    return int(ws.state[C.BLOCKS])


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
        rows.append(line(name, value, "F1, trafilatura", peer=peer, at_least=None, good=value >= least))
    return rows


def snippet_f1(counts: np.ndarray) -> float:
    """F1 of snippets: columns are found, missed, wrongly found."""
    hit, missed, wrong = counts.sum(axis=0)
    return float(2 * hit / max(2 * hit + missed + wrong, 1))


def snippets(texts: list[str], told: list[dict[str, Any]]) -> np.ndarray:
    rows = []
    for text, row in zip(texts, told, strict=True):
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
    return [line(name, snippet_f1(ours), "F1, trafilatura", peer=peer, at_least=None, good=bool(high >= 0))]


def rows(quick: bool) -> list[dict]:
    """Every row."""
    return [*held_out(quick), *templates(quick), *segments(quick)]
