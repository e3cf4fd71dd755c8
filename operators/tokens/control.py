"""Keeps special tokens that a text merely names apart from those that a tokenizer puts there itself.

A tutorial that writes `<|endoftext|>` names a token; it does not end there. `tokenizers` reads such a name as text
when its `encode_special_tokens` is set. Models that look whole words up (Unigram, WordLevel, WordPiece) still find the
name in their own vocabulary; for these `without_names` makes a tokenizer that cannot.

Source: `encode_special_tokens` of tokenizers 0.23.3, `find_matches` of its added vocabulary.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpusmill.errors import TooManyAddedTokens
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.added import Trie, match_at, next_start, trie_of

NEVER_IN_TEXT = "\ufdd0"  # a noncharacter: what it is put before can no longer be met in a text


@dataclass(frozen=True, kw_only=True)
class Names:
    """The special tokens of a tokenizer, to be found in text. `tree` is None where they are too many for one."""

    contents: tuple[str, ...]
    tree: Trie | None

    def count(self, text: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """How many special tokens each document text[offsets[d]:offsets[d + 1]] names, int64; the longest first."""
        found = np.zeros(len(offsets) - 1, np.int64)
        if self.tree is not None:
            count_names(text, offsets, self.tree, found)
            return found
        longest_first = sorted((c.encode() for c in self.contents), key=lambda c: (-len(c), c))
        pattern = re.compile(b"|".join(map(re.escape, longest_first)))
        for d in range(len(found)):
            found[d] = sum(1 for _ in pattern.finditer(text[offsets[d] : offsets[d + 1]].tobytes()))
        return found


def names_of(contents: Collection[str]) -> Names:
    """The Names of special tokens with these contents."""
    named = tuple(sorted(c for c in contents if c))
    try:
        tree = trie_of({content.encode(): place for place, content in enumerate(named)})
    except TooManyAddedTokens:
        tree = None
    return Names(contents=named, tree=tree)


@njit(nogil=True, cache=True)
def count_names(text: np.ndarray, offsets: np.ndarray, tree: Trie, found: np.ndarray) -> None:
    """Writes `Names.count` into found."""
    if len(tree.token) == 1:
        return
    for d in range(len(found)):
        p, end = offsets[d], offsets[d + 1]
        p = next_start(text, p, end, tree)
        while p < end:
            token, stop = match_at(text, p, end, tree)
            if token >= 0:
                found[d] += 1
            p = next_start(text, max(stop, p + 1), end, tree)


def with_special(tokenizer_json: bytes, name: str) -> bytes:
    """The same tokenizer, whose added token `name`, if it has one, counts as special: it ends documents."""
    spec = json.loads(tokenizer_json)
    if not isinstance(spec, dict):
        return tokenizer_json
    plain = [t for t in spec.get("added_tokens") or () if t["content"] == name and not t["special"]]
    for token in plain:
        token["special"] = True
    return json.dumps(spec, ensure_ascii=False).encode() if plain else tokenizer_json


def without_names(tokenizer_json: bytes, contents: Collection[str]) -> bytes | None:
    """The same tokenizer with these special tokens out of reach of its model, ids as before; None if they are already.

    What the model would otherwise look up as a whole word becomes what any other text becomes.
    """
    spec = json.loads(tokenizer_json)
    model, hidden = spec["model"], set(contents)
    vocabulary = model["vocab"]
    words = [entry[0] for entry in vocabulary] if isinstance(vocabulary, list) else list(vocabulary)
    met = hidden.intersection(words)
    if not met or not _by_whole_words(model, met):
        return None
    if isinstance(vocabulary, list):
        model["vocab"] = [[renamed(word, met), score] for word, score in vocabulary]
    else:
        model["vocab"] = {renamed(word, met): token for word, token in vocabulary.items()}
    if model.get("unk_token") in met:
        model["unk_token"] = renamed(model["unk_token"], met)
    spec["added_tokens"] = [t for t in spec["added_tokens"] if t["content"] not in met]
    return json.dumps(spec, ensure_ascii=False).encode()


def _by_whole_words(model: Mapping[str, Any], met: Collection[str]) -> bool:
    """Whether the model may give one of these tokens for a text: BPE does so by merges alone."""
    if model.get("type", "BPE") != "BPE":
        return True
    made = {m.replace(" ", "") if isinstance(m, str) else "".join(m) for m in model["merges"]}
    return bool(model.get("ignore_merges")) and made.isdisjoint(met)


def renamed(word: str, met: Collection[str]) -> str:
    """`word`, or what stands for it where texts must not reach it.

    >>> renamed("tea", {"</s>"}), ascii(renamed("</s>", {"</s>"}))
    ('tea', "'\\\\ufdd0</s>'")
    """
    return NEVER_IN_TEXT + word if word in met else word
