"""Makes operators/text/languages.json: stop words and bounds of word length for each language of a sentence corpus.

Usage: python -m training.languages.settings SENTENCES.jsonl.gz > operators/text/languages.json
Lines of the corpus are {"lang": label, "text": sentence}; ours are the test sentences of lingua-py (Leipzig corpora).

Stop words: the words that make up at least 0.8 % of the running words (guess), and at least the 8 most frequent.
Word-length bounds: the published 3 and 10 of English, times the language's mean word length over that of English (our
guess at what the bounds mean elsewhere). English itself keeps the published lists. `end_marks`: whether most sentences
end in an end mark.
"""

import gzip
import json
import sys
from collections import Counter, defaultdict

from corpusmill.operators.text.punctuation import SENTENCE_ENDS
from corpusmill.operators.text.sentences import CLOSERS
from corpusmill.operators.text.words import WordRule, words_of

LEAST_SHARE, LEAST_WORDS = 0.008, 8
GOPHER = ("the", "be", "to", "of", "and", "that", "have", "with")
SOURCES = {
    "en": "Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A.1.1",
    "others": "most frequent words of the lingua-py test sentences (Leipzig corpora); training/languages/settings.py",
}


def mean_chars(sentences: list[str]) -> float:
    """Mean length of the words of str.split."""
    words = [word for sentence in sentences for word in sentence.split()]
    return sum(map(len, words)) / len(words)


def stop_words(sentences: list[str], fewest: int = LEAST_WORDS) -> list[str]:
    """The most frequent words without digits, in order of frequency, then of spelling."""
    counts = Counter(w for s in sentences for w in words_of(s, WordRule.UNICODE) if not any(map(str.isdigit, w)))
    total = counts.total()
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return [w for i, w in enumerate(ranked) if i < fewest or counts[w] >= LEAST_SHARE * total]


def main(path: str) -> None:
    by_language: dict[str, list[str]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for row in map(json.loads, lines):
            by_language[row["lang"]].append(row["text"])
    english = mean_chars(by_language["en"])
    languages = {}
    for label, sentences in sorted(by_language.items()):
        factor = mean_chars(sentences) / english
        spaced = factor < 2  # a script without spaces has no words of str.split to bound
        ended = sum(s.strip().rstrip(CLOSERS)[-1:] in SENTENCE_ENDS and bool(s.strip()) for s in sentences)
        languages[label] = {
            "stop_words": list(GOPHER) if label == "en" else stop_words(sentences),
            "min_mean_word_chars": round(3 * factor, 1) if spaced else None,
            "max_mean_word_chars": round(10 * factor, 1) if spaced else None,
            "end_marks": ended >= len(sentences) / 2,
        }
    rows = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in languages.items())
    print(f'{{\n "version": 1,\n "sources": {json.dumps(SOURCES)},\n "languages": {{\n{rows}\n }}\n}}')


if __name__ == "__main__":
    main(*sys.argv[1:])
