"""datatrove's quality filters over one Parquet file of texts; runs with the peers' own Python, imports nothing of ours.

Usage: datatrove_quality.py TEXTS.parquet OUT.jsonl END_MARKS CLOSERS FILTER...
Writes one JSON object a document: the reason of each filter, or null. Prints {"cpu_s": ...} of the filters alone.
Words are str.split, sentences end by the marks given: both sides count by the same rules, and the peer's own word
tokenizers (about eight times slower) stay out.
"""

import json
import re
import sys
import time

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    c4_filters,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)


def main(texts: str, out: str, end_marks: str, closers: str, *names: str) -> None:
    ends, close = re.escape(end_marks), re.escape(closers)
    wide = "".join(c for c in end_marks if ord(c) >= 0x3000)
    boundary = re.compile(f"[{ends}]*[{re.escape(wide)}][{ends}]*[{close}]*|[{ends}]+[{close}]*(?=\\s|$)")

    def sentences(text: str, language: str = "") -> list[str]:
        found, begin = [], 0
        for match in boundary.finditer(text):
            found.append(text[begin : match.end()])
            begin = match.end()
        return [part for part in [*found, text[begin:]] if part.strip()]

    for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
        module.split_into_words = lambda text, language: text.split()
    c4_filters.split_into_sentences = sentences
    filters = {
        "gopher_repetition": GopherRepetitionFilter(),
        "gopher_quality": GopherQualityFilter(),
        "c4": C4QualityFilter(),
        "c4_any_end": C4QualityFilter(filter_no_terminal_punct=False),
        "fineweb": FineWebQualityFilter(),
    }
    filters = {name: filters[name] for name in names}
    cpu = dict.fromkeys(filters, 0.0)
    documents = pq.read_table(texts).column("text").to_pylist()
    found: list[dict[str, str | None]] = [{} for _ in documents]
    for name, peer in filters.items():
        start = time.process_time()
        for i, text in enumerate(documents):
            document = Document(text=text, id="")
            try:
                verdict = peer.filter(document)
            except ZeroDivisionError:
                verdict = (False, "ZeroDivisionError")
            found[i][name] = None if verdict is True else verdict[1]
            if name.startswith("c4"):
                found[i][name + "_text"] = document.text
        cpu[name] = time.process_time() - start
    with open(out, "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in found)
    print(json.dumps({"cpu_s": cpu}))


if __name__ == "__main__":
    main(*sys.argv[1:])
