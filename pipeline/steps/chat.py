"""The job's chat template, ready to encode conversations, made once a process."""

import datetime
import functools
import json

from corpusmill.errors import MissingFile
from corpusmill.operators.tokens.chat import sources
from corpusmill.operators.tokens.chat.encoder import ChatEncoder
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.steps.tokenizer import tokenizer_json, tokenizer_of

VERSION = 3  # of how conversations are tokenized; 2: derived only with a proof; 3: supervised tokens of each document
TEMPLATE_FILES = ("chat_template.jinja", "tokenizer_config.json")  # as transformers reads them beside a tokenizer.json


def chat_of(spec: TokensSpec) -> ChatEncoder | None:
    """What encodes the conversations of a job; null where it has no template. UnusableTemplate, MissingFile."""
    return None if spec.template is None else _made(spec.model_dump_json())


@functools.lru_cache(maxsize=2)
def _made(spec_json: str) -> ChatEncoder:
    spec = TokensSpec.model_validate_json(spec_json)
    source, today = source_of(spec), datetime.date.fromisoformat(spec.today)
    return ChatEncoder(
        tokenizer=tokenizer_of(spec),
        tokenizer_json=tokenizer_json(spec),
        template=Template(source.text, source.variables, today),
        with_tools=None if source.with_tools is None else Template(source.with_tools, source.variables, today),
        keep_special=spec.special_tokens == "keep",
        always_jinja=spec.render == "jinja",
    )


def source_of(spec: TokensSpec) -> sources.Source:
    """The template that a job names, which it must."""
    assert spec.template is not None, "there is a template to read"
    if spec.template in sources.NAMES:
        return sources.named(spec.template)
    folder = spec.tokenizer.rpartition("/")[0]
    beside = f"{folder}/" if folder else ""
    config = _there(f"{beside}tokenizer_config.json")
    if spec.template == sources.OF_TOKENIZER:
        return sources.from_files(config, _there(f"{beside}chat_template.jinja"))
    return sources.from_files(config, resources.opened(spec.template))


def _there(address: str) -> bytes | None:
    try:
        return resources.opened(address)
    except MissingFile:
        return None


def decides(spec: TokensSpec) -> tuple[object, ...]:
    """All that decides the ids of conversations, beside the tokenizer; nothing without a template."""
    if spec.template is None:
        return ()
    source = source_of(spec)
    texts = digest(source.text, source.with_tools, dict(source.variables), list(source.markers))
    most = None if spec.packing == "none" else spec.sequence_tokens
    kept = ("in contents on all paths",) if spec.special_tokens == "keep" else ()
    pairs = spec.packing == "pairs"
    return (VERSION, texts, spec.loss, spec.long_conversations, spec.today, most, pairs, spec.render, *kept)


def template_files(spec: TokensSpec) -> dict[str, bytes]:
    """What makes a dataset's tokenizer render conversations as the dataset has them; nothing without a template.

    `AutoTokenizer.from_pretrained` of transformers reads the folder of the dataset.
    """
    if spec.template is None:
        return {}
    source = source_of(spec)
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": spec.eos, **source.variables}
    written = json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return dict(zip(TEMPLATE_FILES, (source.text.encode(), written.encode()), strict=True))
