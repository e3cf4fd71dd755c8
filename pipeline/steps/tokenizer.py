"""The job's tokenizer, ready to encode, made once a process."""

import functools

from corpusmill.operators.tokens import tokenizer
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.files import referenced as resources


def tokenizer_of(spec: TokensSpec) -> tokenizer.Tokenizer:
    """The tokenizer of a job. Errors as `tokenizer.load` has them."""
    return _loaded(spec.tokenizer, spec.eos, spec.special_tokens == "keep")


@functools.lru_cache(maxsize=4)
def _loaded(address: str, eos: str, keep_special: bool) -> tokenizer.Tokenizer:
    return tokenizer.load(resources.opened(address), eos=eos, keep_special=keep_special)
