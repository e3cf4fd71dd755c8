"""Shows how the steps of the page on Chinese corpora agree with a reader, and how well personal data is masked.

Usage: python -m benchmarks.gold_chinese. Gold: 200 documents that were labelled by reading them
(tests/data/chinese_documents.tsv) and 326 lines with personal data marked by hand (tests/data/pii.zh.txt). Prints the
agreement and each disagreement with both reasons, then recall and precision by kind.
"""

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from ruamel.yaml import YAML

from benchmarks.texts import DOCS, ROOT
from corpusmill.operators.batch import TEXT
from corpusmill.pipeline.api.steps import apply
from corpusmill.pipeline.kernels import cache
from tests.labelled_pii import CHINESE, labelled_lines, scores

GOLD = ROOT / "tests" / "data" / "chinese_documents.tsv"
PAGE = ROOT / "docs" / "how-to" / "chinese-corpus.md"
JOB = re.compile(r"^```yaml file=zh\.yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
LIST = re.compile(r"^```text file=unwanted\.txt\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A document of the shared corpora and what a reader says of it. why: "" where it is to be kept."""

    source: str
    id: str
    keep: bool
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A document, its first words, and the reason why the steps of the page drop it, null where they keep it."""

    judged: Judged
    begins: str
    reason: str | None

    @property
    def alike(self) -> bool:
        return self.judged.keep == (self.reason is None)


def gold() -> list[Judged]:
    """What the reader said of each document."""
    found = []
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            source, name, verdict, *why = line.split("\t")
            found.append(Judged(source=source, id=name, keep=verdict == "keep", why="".join(why)))
    return found


def decisions(docs: Path = DOCS) -> list[Decided]:
    """What the steps of the page do with each document of the gold."""
    judged = {row.id: row for row in gold()}
    texts: dict[str, str] = {}
    for source in sorted({row.source for row in judged.values()}):
        with gzip.open(docs / f"{source}.jsonl.gz") as lines:
            texts |= {row["id"]: row["text"] for row in map(json.loads, lines) if row["id"] in judged}
    assert texts.keys() == judged.keys(), "documents of the gold are missing from the corpora"
    page = PAGE.read_text(encoding="utf-8")
    jobs, words = JOB.search(page), LIST.search(page)
    if jobs is None or words is None:
        raise ValueError(f"{PAGE.name} has no job zh.yaml or no list unwanted.txt")
    with TemporaryDirectory() as folder:
        (Path(folder) / "unwanted.txt").write_text(words[1], encoding="utf-8")
        job = jobs[1].replace("words: unwanted.txt", f"words: {folder}/unwanted.txt")
        steps = [step for step in YAML(typ="safe").load(job)["documents"] if step != "extract.main_text"]
        table = pa.table({"text": pa.array(texts.values(), TEXT), "source_id": list(texts)})
        found = apply(steps, table, folder=folder)
    dropped = zip(found.dropped["source_id"].to_pylist(), found.dropped["reason"].to_pylist(), strict=True)
    reasons = dict(dropped)
    assert found.kept.num_rows + len(reasons) == len(judged)
    return [Decided(judged=row, begins=texts[row.id][:60], reason=reasons.get(row.id)) for row in judged.values()]


def main() -> None:
    cache.choose()
    found = decisions()
    alike = sum(row.alike for row in found)
    labels = Counter(row.judged.why or "keep" for row in found)
    print(f"{len(found)} documents: {', '.join(f'{n} {label}' for label, n in labels.most_common())}")
    print(f"the steps of the page agree with the reader on {alike} of {len(found)}; they differ on:")
    for row in found:
        if not row.alike:
            reader = f"drop ({row.judged.why})" if row.judged.why else "keep"
            steps = f"drop ({row.reason})" if row.reason else "keep"
            print(f"  {row.judged.id}: reader {reader}, steps {steps}: {row.begins!r}")
    masked = scores(CHINESE)
    right, missed, wrong = (sum(n) for n in zip(*((s.right, len(s.missed), len(s.wrong)) for s in masked), strict=True))
    print(f"{len(list(labelled_lines(CHINESE)))} lines with personal data marked by hand or look-alikes:")
    print(f"  recall {right / (right + missed):.3f}, precision {right / (right + wrong):.3f} of {right} right")
    for score in masked:
        print(f"  {score.kind}: recall {score.recall:.3f}, precision {score.precision:.3f} of {score.right} right")
        for text in (*score.missed, *score.wrong):
            print(f"    {text!r}")


if __name__ == "__main__":
    main()
