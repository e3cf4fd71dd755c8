"""Which token ends a document: by the user's word, or by the names in use.

Source: the names are those in the tokenizer files of GPT-2 and GPT-NeoX, Llama 2 and 3, Gemma, Mistral, Qwen, DeepSeek.
"""

import difflib
from collections.abc import Mapping

from corpusmill.errors import TokenNotFound

END_NAMES = ("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<｜end▁of▁sentence｜>", "[EOS]")


def named(name: str, vocabulary: Mapping[str, int]) -> int:
    """The id of token `name`; TokenNotFound with the nearest names if there is none."""
    if name in vocabulary:
        return vocabulary[name]
    near = difflib.get_close_matches(name, vocabulary, n=3)
    raise TokenNotFound(f"the tokenizer has no token {name!r}" + (f"; near it are {near}" if near else ""))


def end_of_document(name: str | None, vocabulary: Mapping[str, int]) -> int:
    """The id that ends a document. Without a name: the one usual name in the vocabulary; TokenNotFound on none or many.

    >>> end_of_document(None, {"a": 0, "</s>": 1})
    1
    """
    if name is not None:
        return named(name, vocabulary)
    found = [usual for usual in END_NAMES if usual in vocabulary]
    if len(found) == 1:
        return vocabulary[found[0]]
    what = f"has several that may end a document: {found}" if found else f"has none of {list(END_NAMES)}"
    raise TokenNotFound(f"the tokenizer {what}; name the one to use, as in `eos: </s>`")
