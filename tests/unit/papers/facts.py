"""The facts of a small dataset, with values that want to be markup."""

import json

import pyarrow as pa

from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.papers.facts import Facts
from corpusmill.pipeline.profile.count import added, counted, to_json
from corpusmill.pipeline.report.funnel import AXES, COUNTED, Funnel
from tests.pipeline.jobs import job_text

HOSTILE = "<img src=x onerror=alert(1)>|[a](http://b)"
ABOUT = "about: {creator: 'An <b>Institute</b>', license: ODC-By-1.0, purpose: To test., published: '2026-01-02'}\n"


def documents() -> pa.Table:
    hosts = [f"www.site{i % 30}.org" for i in range(300)]
    return pa.table(
        {
            "source": ["crawl"] * 200 + ["eips"] * 100,
            "domain": [HOSTILE] * 150 + ["code"] * 150,
            "language": ["en"] * 250 + ["deu_Latn"] * 50,
            "license": ["cc by-sa 4.0"] * 200 + [None] * 100,
            "url": [f"https://{host}/{i}" for i, host in enumerate(hosts)],
            "fetched_at_utc": pa.array([1_700_000_000 + 86_400 * i for i in range(300)], pa.timestamp("s", "UTC")),
            "word_count": pa.array(range(300), pa.int32()),
            "weight": pa.array([100] * 300, pa.int64()),
        }
    )


def written(folder=None, about: str = ABOUT) -> tuple[Facts, dict[str, str]]:
    """Facts, and the files of the dataset that numbers are traced to, as text."""
    text = job_text("data", "work", "out", extra=about).replace(
        "    domain: web\n", "    domain: web\n    license: cc by-sa 4.0\n    origin: crawl\n", 1
    )
    spec = parse(text, folder=folder or ".")
    counts = added([counted(documents())])
    steps = [
        {"name": n, "documents": d, "bytes": None, "tokens": None, "lost": {}, "lost_tokens": {}}
        for n, d in (("read", 1000), ("kept", 600), ("unique", 400), ("selected", 300), ("mixed", 310))
    ]
    leaf = dict.fromkeys(COUNTED, 1) | dict(zip(AXES, ("crawl", HOSTILE, "en"), strict=True))
    funnel = Funnel.from_json({"steps": steps, "leaves": [leaf]})
    manifest = {
        "name": spec.name,
        "documents": 310,
        "sequences": 1200,
        "tokens": 30_000,
        "sequence_tokens": 512,
        "packing": "best_fit",
        "missing": [{"source": "crawl", "file": HOSTILE, "start": 0, "end": 1, "reason": HOSTILE}],
        "parts": [{"name": "data/part-00000-of-00001.parquet"}],
        "document_files": [{"name": "documents.parquet"}],
        "validation": {"documents": 7, "tokens": 70, "sequences": 3},
        **{f"{name}_sha256": "0" * 64 for name in ("tokenizer", "plan", "funnel")},
    }
    facts = Facts(spec=spec, manifest=manifest, funnel=funnel, counts=counts)
    files = {
        "_manifest.json": json.dumps(manifest),
        "_funnel.json": json.dumps(funnel.to_json()),
        "_profile.json": json.dumps(to_json(counts)),
    }
    return facts, files
