"""datatrove's filters with FineWeb2's settings; runs with the peers' own Python, imports nothing of ours.

Usage: datatrove_fineweb2.py TEXTS.parquet SETTINGS.json OUT.jsonl own|split|given
TEXTS: columns text, language (swh_Latn) and, for `given`, words (a list of texts). SETTINGS: language -> figures, with
the names of the published files. Words are those of datatrove's tokenizer of the language (str.split where it is not
installed), of str.split, or as given. Writes the reason of the first filter that drops a document, or null. Prints
{"cpu_s": ..., "by_language": ..., "own": ...}: whether datatrove's tokenizer of a language was there.
"""

import json
import sys
import time

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.utils.word_tokenizers import load_word_tokenizer


def filters_of(language: str, s: dict) -> list:
    """The filters of FineWeb2's published pipeline for one language, in its order."""
    return [
        GopherRepetitionFilter(
            language=language, dup_para_frac=0, dup_line_char_frac=0, dup_para_char_frac=0,
            dup_line_frac=s["dup_line_frac"], top_n_grams=s["top_n_grams"], dup_n_grams=s["dup_n_grams"],
        ),
        FineWebQualityFilter(
            language=language, short_line_thr=999, char_duplicates_ratio=0.1, line_punct_thr=s["line_punct_thr"],
            new_line_ratio=s["new_line_ratio"],
        ),
        GopherQualityFilter(
            language=language, max_avg_word_length=s["max_avg_word_length"], stop_words=s["stopwords"],
            min_avg_word_length=s["min_avg_word_length"], min_stop_words=2,
            max_non_alpha_words_ratio=s["max_non_alpha_words_ratio"],
        ),
    ]  # fmt: skip


def main(texts: str, settings_path: str, out: str, mode: str) -> None:
    with open(settings_path) as file:
        settings = json.load(file)
    table = pq.read_table(texts)
    documents, languages = table.column("text").to_pylist(), table.column("language").to_pylist()
    given = table.column("words").to_pylist() if mode == "given" else [None] * len(documents)
    chains = {language: filters_of(language, settings[language]) for language in sorted({*languages})}
    current: list = []
    own = {}
    for language in chains:
        try:
            own[language] = mode == "own" and bool(load_word_tokenizer(language).word_tokenize("a. b"))
        except Exception:  # a tokenizer that is not installed
            own[language] = False

    def words(text: str, language: str) -> list[str]:
        if mode == "given":
            return current[0]
        return load_word_tokenizer(language).word_tokenize(text) if own[language] else text.split()

    for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
        module.split_into_words = words
    cpu: dict[str, float] = {}
    with open(out, "w") as file:
        for text, language, mine in zip(documents, languages, given, strict=True):
            current[:] = [mine]
            start, reason = time.process_time(), None
            for peer in chains[language]:
                try:
                    verdict = peer.filter(Document(text=text, id=""))
                except Exception as e:
                    verdict = (False, f"error: {type(e).__name__}")
                if verdict is not True:
                    reason = verdict[1]
                    break
            cpu[language] = cpu.get(language, 0.0) + time.process_time() - start
            file.write(json.dumps(reason) + "\n")
    print(json.dumps({"cpu_s": sum(cpu.values()), "by_language": cpu, "own": own}))


if __name__ == "__main__":
    main(*sys.argv[1:])
