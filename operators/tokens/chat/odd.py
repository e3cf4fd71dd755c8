"""Conversations that go through Jinja one by one: those with tools, and those whose contents a template looks into."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpusmill.errors import TemplateRefusal
from corpusmill.operators.tokens.chat.environment import Message, Template
from corpusmill.operators.tokens.chat.form import Form, answers, form_of
from corpusmill.operators.tokens.chat.laid import Laid
from corpusmill.operators.tokens.chat.pieces import byte_places, controls_in
from corpusmill.operators.tokens.rows import offsets_of

NONCHARACTERS = tuple(map(chr, range(0xFDD1, 0xFDF0)))  # never in a text that is meant for exchange
NOT_FOUND = "the place of an answer is not found in what the template writes"


@dataclass(frozen=True, kw_only=True)
class OneText:
    """One conversation as text: places in characters. controls: begin, end and id of each control token."""

    text: str
    spans: Sequence[tuple[int, int]]
    controls: Sequence[tuple[int, int, int]]


def render_one(
    template: Template,
    messages: Sequence[Message],
    tools: Any,
    special: re.Pattern[str],
    ids: Mapping[str, int],
    *,
    keep_special: bool,
) -> OneText:
    """Render one conversation. Special tokens that its turns or tools name are text, unless they are to be kept.

    TemplateRefusal where the template raises, or where an answer is not found in what it writes.
    """
    if not messages:
        raise TemplateRefusal("a conversation without a turn")
    mark = "" if keep_special else _mark_for(messages, tools, special)
    if mark:
        messages, tools = _marked(list(messages), special, mark), _marked(tools, special, mark)
    rendered = template.render(messages, tools)
    spans: Sequence[tuple[int, int]] | None = rendered.spans
    if not template.marks_generation:
        spans = _spans(template, messages, tools, rendered.text, special)
    if spans is None:
        raise TemplateRefusal(NOT_FOUND)
    controls = controls_in(rendered.text, special, ids)
    if not mark:
        return OneText(text=rendered.text, spans=spans, controls=controls)
    marks = [found.start() for found in re.finditer(mark, rendered.text)]

    def moved(place: int) -> int:
        return place - int(np.searchsorted(marks, place))

    return OneText(
        text=rendered.text.replace(mark, ""),
        spans=[(moved(a), moved(b)) for a, b in spans],
        controls=[(moved(a), moved(b), token) for a, b, token in controls],
    )


def _spans(
    template: Template, messages: Sequence[Message], tools: Any, text: str, special: re.Pattern[str]
) -> Sequence[tuple[int, int]] | None:
    """Where the answers are, by the form of the conversation, or by the text itself where contents matter."""
    form = form_of(template, messages, tools, special)
    if form is not None and (contents := written(form, messages, text)) is not None:
        return form.spans_in(contents)
    return answers(template, messages, tools, text, special)


def written(form: Form, messages: Sequence[Message], text: str) -> list[str] | None:
    """The contents of the slots as they stand in `text`, with or without white space around; null if it has others."""
    if not text.startswith(form.literals[0]):
        return None
    found, at = [], len(form.literals[0])
    for slot, literal in zip(form.slots, form.literals[1:], strict=True):
        content = str(messages[slot]["content"])
        for way in (content, content.strip(), content.lstrip(), content.rstrip()):
            if text.startswith(way + literal, at):
                found.append(way)
                at += len(way) + len(literal)
                break
        else:
            return None
    return found if at == len(text) else None


def _mark_for(messages: Sequence[Message], tools: Any, special: re.Pattern[str]) -> str:
    """A character that is in none of the strings, or "" where none of them names a special token."""
    strings = list(_strings([*messages, tools]))
    if not any(special.search(string) for string in strings):
        return ""
    return next(mark for mark in NONCHARACTERS if not any(mark in string for string in strings))


def _strings(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [string for inner in value.values() for string in _strings(inner)]
    if isinstance(value, list | tuple):
        return [string for inner in value for string in _strings(inner)]
    return []


def _marked(value: Any, special: re.Pattern[str], mark: str) -> Any:
    """The same value with `mark` inside each special token that it names, so that none is found there."""
    if isinstance(value, str):
        return special.sub(lambda found: found.group()[0] + mark + found.group()[1:], value)
    if isinstance(value, Mapping):
        return {key: _marked(inner, special, mark) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(inner, special, mark) for inner in value]
    return value


def laid_out(texts: Sequence[OneText]) -> Laid:
    """Texts end to end, with places in bytes."""
    encoded = [one.text.encode() for one in texts]
    offsets = offsets_of([len(text) for text in encoded])
    controls, spans = list[tuple[int, int, int]](), list[tuple[int, int]]()
    for one, begin in zip(texts, offsets[:-1].tolist(), strict=True):
        places = byte_places(one.text, [p for a, b, _ in one.controls for p in (a, b)])
        ids = [token for _, _, token in one.controls]
        controls += [(begin + a, begin + b, t) for a, b, t in zip(places[0::2], places[1::2], ids, strict=True)]
        places = byte_places(one.text, [p for span in one.spans for p in span])
        spans += [(begin + a, begin + b) for a, b in zip(places[0::2], places[1::2], strict=True)]
    flat, pairs = np.array(controls, np.int64).reshape(-1, 3), np.array(spans, np.int64).reshape(-1, 2)
    return Laid(
        text=np.frombuffer(bytearray(b"".join(encoded) + b"\0"), np.uint8)[: offsets[-1]],
        offsets=offsets,
        control_begin=flat[:, 0].copy(),
        control_end=flat[:, 1].copy(),
        control_id=flat[:, 2].astype(np.int32),
        control_last=np.cumsum([len(one.controls) for one in texts], dtype=np.int64),
        span_begin=pairs[:, 0].copy(),
        span_end=pairs[:, 1].copy(),
        span_last=np.cumsum([len(one.spans) for one in texts], dtype=np.int64),
    )
