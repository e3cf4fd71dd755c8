"""FineWeb's recipe in datatrove up to MinHash signatures, on local WET files; runs with the peers' own Python.

Usage: datatrove_ingest.py WET_FOLDER OUT_FOLDER LID.ftz END_MARKS CLOSERS
Prints {"kept": [...], "language": [...]}: the ids it keeps, and those its language filter removes. Words are str.split
and sentences end by the marks given: the peer's own word tokenizers (about eight times slower) stay out.

It is spared what our side does not do, or would do in another way: its language filter keeps English alone (by default
it keeps every language), signatures are made in the same pass instead of reading again what was written, its writers do
not compress (by default they do, with gzip's slowest level), of what is dropped they write 2,000 characters, as ours
do, and shingles are hashed by xxhash, its default, not by the sha1 of FineWeb's published script.
"""

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import datatrove.pipeline.filters.language_filter as language_filter
from datatrove.data import Document
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature, minhash
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
    c4_filters,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils import lid
from datatrove.utils.word_tokenizers import WordTokenizer

LEAST_SCORE = 0.65
DROPPED_TEXT_CHARS = 2000


class Spaced(WordTokenizer):
    """Words by str.split. The recipe asks for nothing else: a call of the other two must end the benchmark."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()

    def sent_tokenize(self, text: str) -> list[str]:
        raise NotImplementedError

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        raise NotImplementedError


class Unused(ModuleType):
    """Stands for a module that the WET reader imports and has no use for here; to use it is an error.

    cchardet guesses the charset of what is not UTF-8, magic the type of a record that does not tell its own.
    """

    def __getattr__(self, name: str) -> None:
        if not name.startswith("__"):
            raise RuntimeError(f"{self.__name__}.{name} is needed after all: install it among the peers")
        raise AttributeError(name)


def main(wet: str, out: str, model: str, end_marks: str, closers: str) -> None:
    configure(model, end_marks, closers)
    WarcReader._requires_dependencies = ["warcio"]
    sys.modules.update({name: Unused(name) for name in ("cchardet", "magic")})
    tasks = len(list(Path(wet).glob("*.gz")))

    def removed(name: str) -> JsonlWriter:
        return JsonlWriter(f"{out}/removed/{name}", compression=None, adapter=shortened)

    config = minhash.MinhashConfig(num_buckets=14, hashes_per_bucket=8, n_grams=5)
    steps = [
        WarcReader(wet, glob_pattern="*.gz"),
        LanguageFilter(languages=["en"], language_threshold=LEAST_SCORE, exclusion_writer=removed("language")),
        GopherRepetitionFilter(exclusion_writer=removed("repetition")),
        GopherQualityFilter(exclusion_writer=removed("quality")),
        C4QualityFilter(filter_no_terminal_punct=False, exclusion_writer=removed("c4")),
        FineWebQualityFilter(exclusion_writer=removed("fineweb")),
        JsonlWriter(f"{out}/kept", compression=None),
        MinhashDedupSignature(output_folder=f"{out}/signatures", config=config, language=Spaced()),
    ]
    LocalPipelineExecutor(pipeline=steps, tasks=tasks, workers=1, logging_dir=f"{out}/logs").run()
    print(json.dumps({"kept": ids(Path(out, "kept")), "language": ids(Path(out, "removed", "language"))}))


def shortened(writer: JsonlWriter, document: Document) -> dict[str, object]:
    return {"id": document.id, "text": document.text[:DROPPED_TEXT_CHARS], "metadata": document.metadata}


def configure(model: str, end_marks: str, closers: str) -> None:
    """The model from a file, words by str.split, sentences by their end marks."""

    class Local(lid.FT176LID):
        @property
        def model(self):
            if self._model is None:
                from fasttext.FastText import _FastText

                self._model = _FastText(model)
            return self._model

    language_filter.FT176LID = Local
    for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
        module.split_into_words = lambda text, language: text.split()
    ends, close = re.escape(end_marks), re.escape(closers)
    wide = re.escape("".join(c for c in end_marks if ord(c) >= 0x3000))
    boundary = re.compile(f"[{ends}]*[{wide}][{ends}]*[{close}]*|[{ends}]+[{close}]*(?=\\s|$)")

    def sentences(text: str, language: str = "") -> list[str]:
        found, begin = [], 0
        for match in boundary.finditer(text):
            found.append(text[begin : match.end()])
            begin = match.end()
        return [part for part in [*found, text[begin:]] if part.strip()]

    c4_filters.split_into_sentences = sentences


def ids(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open() as lines:
            found += [json.loads(line)["id"] for line in lines]
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
