"""The job's tokenizer, ready to encode, made once a process."""

import functools

from corpusmill.operators.tokens import tokenizer
from corpusmill.pipeline.files import referenced as resources


@functools.lru_cache(maxsize=4)
def tokenizer_of(address: str, eos: str) -> tokenizer.Tokenizer:
    """The tokenizer at an address, with the token that ends a document. Errors as `tokenizer.load` has them."""
    return tokenizer.load(resources.opened(address), eos=eos)
