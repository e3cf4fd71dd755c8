"""Trains the tokenizer that ships as the default, and writes the list of the text it saw.

    python -m training.tokenizer.default_tokenizer CORPORA operators/tokens/models

CORPORA holds docs/*.jsonl.gz and langid/lingua-sentences.jsonl.gz, rows with `text` and `lang_path` or `lang`. One text
in ten is taken, by `is_training_text`; benchmarks and tests of tokens use the other nine.
"""

import gzip
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from corpusmill.operators.tokens.held_out import is_training_text
from corpusmill.operators.tokens.train import train

VOCAB_SIZE = 32_768
EXPRESSION = "o200k"
ALPHA = 0.5  # a guess: languages weigh bytes**ALPHA, so that small scripts get words of their own
MOST_COPIES = 8  # a guess: what is seen too often becomes one token a sentence


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What training took from one file."""

    file: str
    sha256: str
    licenses: tuple[str, ...]
    documents: int
    bytes: int
    texts_sha256: str  # over the texts taken, in file order


def main(corpora: Path, out: Path) -> None:
    """Train, and write default.tokenizer.json and default.training_text.json into `out`."""
    files = [*sorted((corpora / "docs").glob("*.jsonl.gz")), corpora / "langid" / "lingua-sentences.jsonl.gz"]
    size: Counter[str] = Counter()
    seen = []
    for file in files:
        taken = list(texts_of(file))
        size.update({language: 0 for language, _, _ in taken})
        for language, text, _ in taken:
            size[language] += len(text.encode())
        seen.append(
            Seen(
                file=str(file.relative_to(corpora)),
                sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
                licenses=tuple(sorted({license_ for _, _, license_ in taken})),
                documents=len(taken),
                bytes=sum(len(text.encode()) for _, text, _ in taken),
                texts_sha256=hashlib.sha256(b"".join(t.encode() for _, t, _ in taken)).hexdigest(),
            )
        )
    copies = copies_by_language(size)
    out.joinpath("default.tokenizer.json").write_bytes(
        train(repeated(files, copies), vocab_size=VOCAB_SIZE, expression=EXPRESSION)
    )
    told = {"selected": "sha256(text)[:8] mod 10 == 0", "copies": copies, "files": [asdict(s) for s in seen]}
    out.joinpath("default.training_text.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def copies_by_language(size: Counter[str]) -> dict[str, int]:
    """How often each language's text is read: 1 for the biggest, more for small ones, at most MOST_COPIES."""
    biggest = max(size.values())
    return {lang: min(MOST_COPIES, max(1, round((biggest / n) ** (1 - ALPHA)))) for lang, n in sorted(size.items())}


def repeated(files: list[Path], copies: dict[str, int]) -> Iterator[str]:
    """Each text as often as its language asks for."""
    for file in files:
        for language, text, _ in texts_of(file):
            for _ in range(copies[language]):
                yield text


def texts_of(file: Path) -> Iterator[tuple[str, str, str]]:
    """(language, text, licence) of the training texts of a file, in order."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if is_training_text(row["text"]):
                yield row.get("lang_path") or row["lang"], row["text"], row.get("license", "CC-BY (Leipzig corpora)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
