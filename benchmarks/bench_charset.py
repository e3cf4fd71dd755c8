"""Encodings of undeclared pages: ours and three detectors over the same bytes, judged by the text that comes out."""

import json
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.charset_pages import LegacyPage, legacy_pages
from benchmarks.peers.run import run_peer
from benchmarks.row import row, row_of_more
from corpusmill.operators.text.charset import codec_named, decoded, detect

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "data"
AT_LEAST = 1.0  # of the best detector's accuracy
LEAST_ACCURACY = 0.93
COPIES = {True: 1, False: 4}


def rows(quick: bool = False, corpora: Path = CORPORA) -> list[dict]:
    """Share of pages whose text comes out right, in all and page by page length; CPU time a page."""
    pages = list(legacy_pages(corpora, copies=COPIES[quick]))
    with tempfile.TemporaryDirectory(prefix="corpusmill-") as folder:
        path = Path(folder) / "pages.parquet"
        pq.write_table(pa.table({"content": pa.array([page.content for page in pages], pa.binary())}), path)
        peers = run_peer("charsets.py", str(path))
    detect(pages[0].content)
    before = time.process_time()
    found = [detect(page.content) for page in pages]
    seconds = time.process_time() - before
    right = {"ours": [decoded(p.content, c) == p.text for p, c in zip(pages, found, strict=True)]}
    for name, told in peers.items():
        right[name] = [_reads(page, label) for page, label in zip(pages, told["names"], strict=True)]
    print(table(pages, right))
    best = max(share(right[name]) for name in peers)
    ours = share(right["ours"])
    encodings, languages = len({page.encoding for page in pages}), len({page.language for page in pages})
    title = f"encodings found, {encodings} encodings x {languages} languages, against the best of three detectors"
    made = [row_of_more(title, ours, "share", peer=best, at_least=AT_LEAST, answer_ok=ours >= LEAST_ACCURACY)]
    for name, told in peers.items():
        made.append(row_of_more(f"encodings found, against {name}", ours, "share", peer=share(right[name])))
        per_page = 1e3 * told["cpu_s"] / len(pages)
        made.append(row(f"encoding of a page, against {name}", 1e3 * seconds / len(pages), "CPU-ms", peer=per_page))
    return made


def _reads(page: LegacyPage, label: str | None) -> bool:
    """Whether an encoding, by Python's or the web's name, reads the page as it was written."""
    for codec in (label, codec_named(label) if label else None):
        try:
            if codec and page.content.decode(codec) == page.text:
                return True
        except (LookupError, UnicodeError):
            continue
    return False


def share(flags: list[bool]) -> float:
    """The share of flags that are true; 0.0 for none."""
    return sum(flags) / len(flags) if flags else 0.0


def table(pages: list[LegacyPage], right: dict[str, list[bool]]) -> str:
    """A line for each encoding, then for each length and for bare and wrapped pages: the share read right."""
    lines = [f"{'':<20}{'pages':>7}" + "".join(f"{name:>20}" for name in right)]
    keys = [("encoding", encoding) for encoding in sorted({page.encoding for page in pages})]
    keys += [("language", language) for language in sorted({page.language for page in pages})]
    keys += [("characters", size) for size in sorted({page.characters for page in pages})]
    keys += [("wrapped", False), ("wrapped", True)]
    for field, value in keys:
        chosen = [place for place, page in enumerate(pages) if getattr(page, field) == value]
        shares = "".join(f"{share([flags[place] for place in chosen]):>20.3f}" for flags in right.values())
        lines.append(f"{field + ' ' + str(value):<20}{len(chosen):>7}{shares}")
    return "\n".join([*lines, f"{'all':<20}{len(pages):>7}" + "".join(f"{share(f):>20.3f}" for f in right.values())])


if __name__ == "__main__":
    print(json.dumps(rows(), indent=1))
