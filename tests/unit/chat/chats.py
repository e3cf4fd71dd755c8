"""Conversations and encoders for tests of chat templates."""

import datetime
import functools
from pathlib import Path

import pyarrow as pa

from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.tokens.chat import sources
from corpusmill.operators.tokens.chat.encoder import ChatEncoder
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.tokenizer import load

DEFAULT = Path(sources.__file__).parents[1] / "models" / "default.tokenizer.json"
TODAY = datetime.date(2024, 7, 26)
NOTHING = {"name": None, "tool_calls": None, "tool_call_id": None}


def turn(role, content, **more):
    """A row of a conversation column."""
    return {"role": role, "content": content, **NOTHING, **more}


def column(*conversations):
    """Conversations as a column."""
    return pa.array(conversations, CONVERSATION)


def no_tools(count):
    """So many conversations without tools."""
    return pa.nulls(count, pa.string())


@functools.cache
def _tokenizer(markers, keep):
    """The tokenizer that ships with these markers, and its file. Made once: half a second each."""
    tokenizer = sources.with_markers(DEFAULT.read_bytes(), markers)
    return tokenizer, load(tokenizer, eos="<|endoftext|>", keep_special=keep)


@functools.cache
def encoder(name="chatml", text=None, markers=(), **options):
    """An encoder with the tokenizer that ships. text: of a template instead of the one of that name."""
    source = sources.named(name)
    file, tokenizer = _tokenizer((*source.markers, *markers), options.get("keep_special", False))
    variables = {"eos_token": "<|endoftext|>", **source.variables}
    return ChatEncoder(
        tokenizer=tokenizer,
        tokenizer_json=file,
        template=Template(source.text if text is None else text, variables, TODAY),
        **options,
    )
