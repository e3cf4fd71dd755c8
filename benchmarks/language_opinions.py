"""Shows what a second model of GlotLID's form adds to lid.176: languages found, agreement, memory of two workers.

Usage: python -m benchmarks.language_opinions. No published model of that form is at hand, so one is trained here by the
fasttext module, as GlotLID and OpenLID were: labels `__label__swh_Latn`, n-grams of 2 to 5 characters in a million
buckets, softmax; 64 dimensions instead of 256. It learns from three of four test sentences of lingua-py in 75
languages; the fourth are judged. It is no better than so few sentences make it: what is shown is that such models work
from file to vote. Prints a table by language, then the memory of two workers that have the model, mapped and read.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from benchmarks.texts import CORPORA, ROOT
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.signals.language import Language
from corpusmill.operators.signals.language_vote import LanguageVote
from corpusmill.operators.text.language_codes import code_of
from corpusmill.operators.text.scripts import script_of
from corpusmill.pipeline.files import referenced
from corpusmill.pipeline.kernels import cache

BUCKETS, DIMENSIONS, EPOCHS = 1_000_000, 64, 15
LID_176 = "shipped:signals/models/lid.176.ftz"
WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Texts with their label, such as swh_Latn."""

    texts: list[str]
    labels: list[str]


def sentences(judged: bool, corpora: Path = CORPORA) -> Sentences:
    """Every fourth sentence of each language, or the others."""
    found = Sentences(texts=[], labels=[])
    counts: dict[str, int] = defaultdict(int)
    with gzip.open(corpora / "langid" / "lingua-sentences.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            counts[row["lang"]] += 1
            if (counts[row["lang"]] % 4 == 0) == judged:
                found.texts.append(row["text"])
                found.labels.append(code_of(row["lang"], script_of(row["text"])))
    return found


def train(path: Path) -> None:
    """Writes the model. The module trains from memory that it does not clear: glibc clears it when it is told to."""
    learned = sentences(judged=False)
    source = path.with_suffix(".txt")
    rows = zip(learned.labels, learned.texts, strict=True)
    source.write_text("".join(f"__label__{label} {' '.join(text.split())}\n" for label, text in rows), encoding="utf-8")
    code = (
        "import sys, fasttext\n"
        f"fasttext.train_supervised(sys.argv[1], dim={DIMENSIONS}, minn=2, maxn=5, bucket={BUCKETS}, loss='softmax', "
        f"epoch={EPOCHS}, lr=0.8, thread=1, seed=1, verbose=0, minCount=1000).save_model(sys.argv[2])"
    )
    env = {**os.environ, "MALLOC_PERTURB_": "255"}
    subprocess.run([sys.executable, "-c", code, str(source), str(path)], check=True, env=env)


def opinions(texts: list[str], model: Path) -> pa.Table:
    """Columns language and script of lid.176, `glotlid` of the model, and their vote, for each text."""
    batch = Batch(pa.table({"text": pa.array(texts, TEXT)}))
    batch = Language(model=Resource(LID_176, load.shipped(LID_176)))(batch)
    content = referenced.read(str(model))
    second = Language(model=Resource(str(model), content), column="glotlid", script_column="glotlid_script")
    batch = second(batch)
    return LanguageVote(opinions=("glotlid", "language"), scored=("language",))(batch).table


def table(model: Path) -> Iterator[str]:
    """Lines of Markdown: by language the share of sentences that each opinion labels rightly."""
    judged = sentences(judged=True)
    found = opinions(judged.texts, model)
    scripts = found["script"].to_pylist()
    named = {
        name: [code_of(each, script) for each, script in zip(found[name].to_pylist(), scripts, strict=True)]
        for name in ("language", "glotlid")
    }
    named["vote"] = found["voted_language"].to_pylist()
    both = [votes == 2 for votes in found["language_votes"].to_pylist()]
    yield "| language | sentences | lid.176 | trained model | vote | both agree | right where both agree |"
    yield "|---|---|---|---|---|---|---|"
    by_language: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(judged.labels):
        by_language[label].append(place)
    groups = [(label, at) for label, at in sorted(by_language.items()) if len(at) > 1]
    for label, at in [*groups, ("all", list(range(len(judged.labels))))]:
        shares = [sum(named[n][i] == judged.labels[i] for i in at) / len(at) for n in ("language", "glotlid", "vote")]
        agreed = [i for i in at if both[i]]
        right = sum(named["vote"][i] == judged.labels[i] for i in agreed) / max(len(agreed), 1)
        cells = " | ".join(f"{share:.2f}" for share in [*shares, len(agreed) / len(at), right])
        yield f"| {label} | {len(at)} | {cells} |"


def worker(model: str, way: str) -> None:
    """Labels texts with the model, mapped or read, then waits; prints its memory in MB when it hears of it."""
    cache.choose()
    content = referenced.read(model) if way == "mapped" else Path(model).read_bytes()
    texts = sentences(judged=True).texts[:500]
    Language(model=Resource(model, content))(Batch(pa.table({"text": pa.array(texts, TEXT)})))
    print("ready", flush=True)
    sys.stdin.readline()
    rows = dict(line.split(":") for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    print(json.dumps({name: int(value.split()[0]) / 1024 for name, value in rows.items()}), flush=True)
    sys.stdin.readline()


def memory(model: Path, way: str) -> list[dict[str, float]]:
    """What two workers with the model at the same time hold, in MB: Rss, Pss, Private_Clean, Private_Dirty ..."""
    command = [sys.executable, "-m", "benchmarks.language_opinions", str(model), way]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for _ in range(WORKERS)
    ]
    for each in workers:
        each.stdout.readline()  # pyright: ignore[reportOptionalMemberAccess]
    found = []
    for each in workers:
        each.stdin.write("\n")  # pyright: ignore[reportOptionalMemberAccess]
        each.stdin.flush()  # pyright: ignore[reportOptionalMemberAccess]
        found.append(json.loads(each.stdout.readline()))  # pyright: ignore[reportOptionalMemberAccess]
    for each in workers:
        each.communicate("\n")
    return found


def main() -> None:
    cache.choose()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.bin"
        train(model)
        print("\n".join(table(model)))
        print(f"\nmodel: {model.stat().st_size / 1e6:.0f} MB")
        for way in ("mapped", "read"):
            for each in memory(model, way):
                private = each["Private_Clean"] + each["Private_Dirty"]
                print(f"worker, model {way}: private {private:.0f} MB, proportional {each['Pss']:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        worker(*sys.argv[1:])
    else:
        main()
