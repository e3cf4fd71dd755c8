"""Maintained word segmenters over a Parquet file; runs with a Python that has them, imports nothing of ours.

Usage: segmenters.py TEXTS.parquet OUT.jsonl
TEXTS: columns language and text. Writes a line {"language", "tool", "cpu_s", "ends"}: of each text the places (code
points) where a word ends, of words with a letter only. Tools that are not installed are passed over.
"""

import json
import sys
import time
from collections import defaultdict

import pyarrow.parquet as pq


def icu(locale):
    from icu import BreakIterator, Locale

    iterator = BreakIterator.createWordInstance(Locale(locale))

    def cut(text):
        iterator.setText("".join(c if ord(c) < 65536 else "x" for c in text))  # its places are UTF-16 units
        begin, found = 0, []
        for end in iterator:
            found.append(text[begin:end])
            begin = end
        return found

    return cut


def jieba():
    import jieba

    jieba.initialize()
    return jieba.lcut


def sudachi():
    import sudachipy

    tokenizer = sudachipy.Dictionary().create(mode=sudachipy.SplitMode.A)

    def cut(text):
        found = []
        for line in text.splitlines(keepends=True):
            for at in range(0, len(line), 10_000):
                found += [m.surface() for m in tokenizer.tokenize(line[at : at + 10_000])]
        return found

    return cut


def pythainlp():
    from pythainlp.tokenize import word_tokenize

    return lambda text: word_tokenize(text, engine="newmm")


def khmer():
    from khmernltk import word_tokenize

    return lambda text: word_tokenize(text, return_tokens=True)


def lao():
    from laonlp.tokenize import word_tokenize

    return word_tokenize


def burmese():
    import pyidaungsu

    return lambda text: pyidaungsu.tokenize(text, form="word")


def tibetan():
    from botok import WordTokenizer

    made = WordTokenizer()
    return lambda text: [token.text for token in made.tokenize(text, split_affixes=False)]


TOOLS = {
    "cmn_Hani": {"jieba": jieba, "ICU": lambda: icu("zh")},
    "jpn_Jpan": {"SudachiPy (A)": sudachi, "ICU": lambda: icu("ja")},
    "tha_Thai": {"PyThaiNLP newmm": pythainlp, "ICU": lambda: icu("th")},
    "lao_Laoo": {"laonlp": lao, "ICU": lambda: icu("lo")},
    "khm_Khmr": {"khmer-nltk": khmer, "ICU": lambda: icu("km")},
    "mya_Mymr": {"pyidaungsu": burmese, "ICU": lambda: icu("my")},
    "bod_Tibt": {"botok": tibetan, "ICU": lambda: icu("bo")},
}


def ends(words, text):
    """Where the words with a letter end; tools that drop spaces are followed along the text."""
    at, found = 0, []
    for word in words:
        begin = text.find(word, at) if word else at
        if begin < 0:
            continue
        at = begin + len(word)
        if any(c.isalnum() for c in word):
            found.append(begin + len(word.rstrip(" \n་")))
    return found


def main(source, out):
    table = pq.read_table(source)
    texts = defaultdict(list)
    for language, text in zip(table.column("language").to_pylist(), table.column("text").to_pylist(), strict=True):
        texts[language].append(text)
    with open(out, "w") as file:
        for language, tools in TOOLS.items():
            for name, make in tools.items():
                try:
                    cut = make()
                    cut(texts[language][0])
                    start = time.process_time()
                    words = [cut(text) for text in texts[language]]
                    cpu = time.process_time() - start
                except Exception as e:
                    print(language, name, type(e).__name__, e, file=sys.stderr)
                    continue
                cut_at = [ends(w, t) for w, t in zip(words, texts[language], strict=True)]
                file.write(json.dumps({"language": language, "tool": name, "cpu_s": cpu, "ends": cut_at}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
