"""Compares what a word is in near-duplicate removal: characters with their marks, or words of a dictionary.

Usage: python -m benchmarks.words_and_duplicates. Documents in Chinese, Japanese, Thai, Burmese and, for comparison,
English; of each, copies in which a share of the sentences, or of the characters, stand for others. Prints the median
Jaccard similarity of a copy with its original, the share of copies at 0.8 or more, pairs of different documents at 0.8
or more, and the CPU seconds of words and signatures a gigabyte.
"""

import random
import time

import numpy as np
import pyarrow as pa

from benchmarks.languages import by_language
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.minhash import shingles, signatures
from corpusmill.operators.text.sentences import sentences_of
from corpusmill.operators.text.words import WordRule, find_words
from corpusmill.pipeline.kernels import cache

LANGUAGES = ("eng_Latn", "cmn_Hani", "jpn_Jpan", "tha_Thai", "mya_Mymr")
RULES = (WordRule.UNICODE, WordRule.SCRIPT)
SENTENCES, CHARACTERS = (0.05, 0.1, 0.2), (0.005, 0.01, 0.02)
MOST, LEAST_CHARS, LONGEST_CHARS = 40, 500, 10_000


def edited(text: str, share: float, others: list[str], rng: random.Random, *, sentences: bool) -> str:
    """The text with a share of its sentences, or characters, replaced by those of other texts."""
    parts = sentences_of(text) if sentences else list(text)
    return ("\n" if sentences else "").join(rng.choice(others) if rng.random() < share else part for part in parts)


def sets(texts: list[str], rule: WordRule) -> list[set[int]]:
    """The shingles of each text."""
    found = shingles(find_words(Batch(pa.table({"text": pa.array(texts, TEXT)})), rule))
    return [set(found.values[found.first[i] : found.first[i + 1]].tolist()) for i in range(len(texts))]


def jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / max(len(a | b), 1)


def main() -> None:
    cache.choose()
    documents = by_language(4 * MOST)
    print("| language | word | edit | median similarity | copies at 0.8 | other pairs at 0.8 | CPU-s/GB |")
    print("|---|---|---|---|---|---|---|")
    for language in LANGUAGES:
        rng = random.Random(0)
        texts = [t[:LONGEST_CHARS] for t in documents[language] if len(t) >= LEAST_CHARS][:MOST]
        texts = ["\n".join(sentences_of(text)) for text in texts]
        pools = {True: [s for text in texts for s in sentences_of(text)], False: [c for text in texts for c in text]}
        kinds = [(True, share) for share in SENTENCES] + [(False, share) for share in CHARACTERS]
        copies = {
            (whole, share): [edited(t, share, pools[whole], rng, sentences=whole) for t in texts]
            for whole, share in kinds
        }
        for rule in RULES:
            batch = Batch(pa.table({"text": pa.array(texts, TEXT)}))
            signatures(find_words(batch, rule))
            start = time.process_time()
            signatures(find_words(batch, rule))
            cost = (time.process_time() - start) / sum(len(t.encode()) for t in texts) * 1e9
            own = sets(texts, rule)
            others = sum(jaccard(own[i], own[j]) >= 0.8 for i in range(len(own)) for j in range(i))
            for (whole, share), each in copies.items():
                alike = np.array([jaccard(a, b) for a, b in zip(own, sets(each, rule), strict=True)])
                edit = f"{share:.1%} of {'sentences' if whole else 'characters'}"
                figures = f"{np.median(alike):.3f} | {(alike >= 0.8).mean():.2f} | {others} | {cost:.1f}"
                print(f"| {language} | {rule.value} | {edit} | {figures} |")


if __name__ == "__main__":
    main()
