"""The job's tokenizer, ready to encode, made once a process."""

import functools

from corpusmill.operators.tokens import tokenizer
from corpusmill.operators.tokens.chat import sources
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.files import referenced as resources


def tokenizer_of(spec: TokensSpec) -> tokenizer.Tokenizer:
    """The tokenizer of a job. Errors as `tokenizer.load` has them."""
    return _loaded(spec.tokenizer, spec.eos, spec.special_tokens == "keep", spec.template)


def ships(spec: TokensSpec) -> bool:
    """Whether the tokenizer and what ends a document are those that come with this package, which need no check."""
    tokenizer_, eos = (TokensSpec.model_fields[name].default for name in ("tokenizer", "eos"))
    return (spec.tokenizer, spec.eos, spec.template) == (tokenizer_, eos, None)


def description(spec: TokensSpec) -> str:
    """How fast the tokenizer of a job is, in words; the one that ships, which takes a second, is not loaded for it."""
    return "fast path" if ships(spec) else tokenizer_of(spec).description


def tokenizer_json(spec: TokensSpec) -> bytes:
    """The tokenizer.json of a job: the file it names, with the special tokens of a chat template that ships."""
    return _content(spec.tokenizer, spec.template)


@functools.lru_cache(maxsize=4)
def _loaded(address: str, eos: str, keep_special: bool, template: str | None) -> tokenizer.Tokenizer:
    return tokenizer.load(_content(address, template), eos=eos, keep_special=keep_special)


@functools.lru_cache(maxsize=4)
def _content(address: str, template: str | None) -> bytes:
    content = resources.opened(address)
    return sources.with_markers(content, sources.named(template).markers) if template in sources.NAMES else content
