"""The steps of the page on Chinese corpora keep and drop 200 Chinese documents as a reader would."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from ruamel.yaml import YAML

from corpusmill.operators.batch import TEXT
from corpusmill.pipeline.api.steps import apply

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT / "tests" / "data" / "chinese_documents.tsv"
PAGE = ROOT / "docs" / "how-to" / "chinese-corpus.md"
JOB = re.compile(r"^```yaml file=zh\.yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
LIST = re.compile(r"^```text file=unwanted\.txt\n(.*?)^```", re.MULTILINE | re.DOTALL)
REASONS = {"too_short": "han_chars", "not_chinese": "han_"}  # what drops such a document


class Judged(NamedTuple):
    """A document of the shared corpora and what a reader says of it. why: "" where it is to be kept."""

    source: str
    id: str
    verdict: str
    why: str = ""


def gold() -> list[Judged]:
    lines = GOLD.read_text(encoding="utf-8").splitlines()
    return [Judged(*line.split("\t")) for line in lines if not line.startswith("#")]


def test_there_are_200_documents_and_each_that_goes_has_a_reason():
    judged = gold()
    assert len({row.id for row in judged}) == 200
    verdicts = Counter(row.verdict for row in judged)
    assert verdicts.keys() == {"keep", "drop"}
    assert min(verdicts.values()) >= 80
    assert all(bool(row.why) == (row.verdict == "drop") for row in judged)
    assert {row.why for row in judged if row.why} == set(REASONS)


@pytest.mark.thorough
def test_steps_of_the_page_agree_with_a_reader(corpora, tmp_path):
    judged = {row.id: row for row in gold()}
    texts = {}
    for source in sorted({row.source for row in judged.values()}):
        with gzip.open(corpora / "docs" / f"{source}.jsonl.gz") as lines:
            texts |= {row["id"]: row["text"] for row in map(json.loads, lines) if row["id"] in judged}
    assert texts.keys() == judged.keys()
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / "unwanted.txt").write_text(LIST.search(page)[1], encoding="utf-8")
    job = JOB.search(page)[1].replace("words: unwanted.txt", f"words: {tmp_path}/unwanted.txt")
    steps = [step for step in YAML(typ="safe").load(job)["documents"] if step != "extract.main_text"]
    table = pa.table({"text": pa.array(texts.values(), TEXT), "source_id": list(texts)})
    found = apply(steps, table, folder=tmp_path)
    kept = set(found.kept["source_id"].to_pylist())
    wrong = [row for row in judged.values() if (row.verdict == "keep") != (row.id in kept)]
    assert len(wrong) <= 10, wrong
    reasons = dict(zip(found.dropped["source_id"].to_pylist(), found.dropped["reason"].to_pylist(), strict=True))
    right = [REASONS[judged[name].why] in why for name, why in reasons.items() if judged[name].why]
    assert sum(right) >= 0.85 * len(right), Counter(reasons.values())
