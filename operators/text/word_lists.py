"""Reads lists of words and names, one entry a line, and finds their words in texts."""

import functools

from corpusmill.operators.text.word_trie import WordTrie, word_trie


def lines_of(content: bytes) -> frozenset[str]:
    """Entries of a list, one a line, in lower case; blank lines and `# notes` are skipped.

    >>> sorted(lines_of(b"# bad\\nSpam.example\\n\\n"))
    ['spam.example']
    """
    lines = (line.strip().lower() for line in content.decode().splitlines())
    return frozenset(line.rstrip(".") for line in lines if line and not line.startswith("#"))


@functools.lru_cache(maxsize=8)
def trie_of(content: bytes) -> WordTrie:
    return word_trie([("", word) for word in sorted(lines_of(content))])
