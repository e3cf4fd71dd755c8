"""Takes a chat template apart for one sequence of roles: literal text, places for contents, and what is trained on.

A template is rendered with a placeholder in place of each content. What lies between the placeholders is the same for
every conversation with these roles, as long as the template does not look into contents; `derive` finds out where it
does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.errors import TemplateRefusal
from corpusmill.operators.tokens.chat.environment import Message, Template

ASSISTANT = "assistant"
ENDS = ("qzx", "xzq")  # of a placeholder
Place = tuple[int, int]  # the number of a literal, and a place in it, in characters


@dataclass(frozen=True, kw_only=True)
class Form:
    """`literals[0]`, the content of turn `slots[0]`, `literals[1]`, ... and the last literal. spans: of assistants."""

    literals: tuple[str, ...]
    slots: tuple[int, ...]
    spans: tuple[tuple[Place, Place], ...]

    def text(self, contents: Sequence[str]) -> str:
        """The whole conversation. contents: of each slot."""
        pieces = [self.literals[0]]
        for content, literal in zip(contents, self.literals[1:], strict=True):
            pieces += [content, literal]
        return "".join(pieces)

    def spans_in(self, contents: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """The spans in characters of `text(contents)`."""
        begins, at = [], 0
        for literal, content in zip(self.literals, (*contents, ""), strict=True):
            begins.append(at)
            at += len(literal) + len(content)
        return tuple((begins[a] + b, begins[c] + d) for (a, b), (c, d) in self.spans)


def placeholder(turn: int) -> str:
    """What stands for the content of a turn: letters and digits that no template has.

    >>> placeholder(3)
    'Qzx3xzQ'
    """
    return f"Qzx{turn}xzQ"


def has_content(message: Message) -> bool:
    """Whether a turn says something, so that a placeholder can stand for it."""
    content = message.get("content")
    return isinstance(content, str) and bool(content.strip())


def form_of(
    template: Template, messages: Sequence[Message], tools: Any, special: re.Pattern[str], around: str = "{}"
) -> Form | None:
    """The form of conversations like this one, or null where the template does more than to put contents in places.

    around: what goes around each placeholder, `{}` being the placeholder. special: matches each special token of the
    tokenizer. TemplateRefusal where the template raises.
    """
    turns = [turn for turn, message in enumerate(messages) if has_content(message)]
    held = [
        {**message, "content": around.format(placeholder(turn))} if has_content(message) else message
        for turn, message in enumerate(messages)
    ]
    rendered = template.render(held, tools)
    places = {turn: rendered.text.find(placeholder(turn)) for turn in turns}
    if any(rendered.text.count(placeholder(turn)) > 1 for turn in turns):
        return None
    slots = sorted((turn for turn in turns if places[turn] >= 0), key=places.__getitem__)  # others are left out
    ends = [0, *(places[turn] + len(placeholder(turn)) for turn in slots)]
    begins = [*(places[turn] for turn in slots), len(rendered.text)]
    spans = rendered.spans if template.marks_generation else answers(template, held, tools, rendered.text, special)
    if spans is None:
        return None
    found = [(_place(begin, begins, ends, end=False), _place(end, begins, ends, end=True)) for begin, end in spans]
    whole = [(a, b) for a, b in found if a is not None and b is not None]
    if len(whole) < len(found):
        return None
    literals = tuple(rendered.text[end:begin] for end, begin in zip(ends, begins, strict=True))
    if any(end in literal.lower() for literal in literals for end in ENDS):
        return None  # a part of a content, or one in other letters
    return Form(literals=literals, slots=tuple(slots), spans=tuple(whole))


def _place(at: int, begins: Sequence[int], ends: Sequence[int], *, end: bool) -> Place | None:
    """The literal that holds a place of the text; at a seam the one behind a content for an end. Null inside one."""
    order = range(len(ends)) if not end else range(len(ends) - 1, -1, -1)
    for number in order:
        if ends[number] <= at <= begins[number]:
            return number, at - ends[number]
    return None


def answers(
    template: Template, messages: Sequence[Message], tools: Any, text: str, special: re.Pattern[str]
) -> list[tuple[int, int]] | None:
    """Where each assistant's turn is in `text`, for a template that does not mark it; null where one is not found.

    A span begins behind what the template writes to have an answer, and ends with the special token that ends the turn.
    """
    found, before = [], 0
    for turn, message in enumerate(messages):
        content = message.get("content")
        if message.get("role") != ASSISTANT:
            if has_content(message) and (place := text.find(str(content).strip(), before)) >= 0:
                before = place + len(str(content).strip())
            continue
        span = _answer(template, messages, tools, turn, text, before, special)
        if span is None:
            return None
        found.append(span)
        before = span[1]
    return found


def _answer(
    template: Template,
    messages: Sequence[Message],
    tools: Any,
    turn: int,
    text: str,
    before: int,
    special: re.Pattern[str],
) -> tuple[int, int] | None:
    message = messages[turn]
    prompt = _length_of(template, messages[:turn], tools, text, generation_prompt=True)
    if has_content(message) and not message.get("tool_calls"):
        content = str(message["content"]).strip()
        place = text.find(content, max(before, prompt or 0))
        if place >= 0:
            opened = prompt is not None and before <= prompt <= place and not special.search(text, prompt, place)
            end = place + len(content)
            closed = re.compile(rf"\s*(?:{special.pattern})").match(text, end)
            return prompt if opened and prompt is not None else place, closed.end() if closed else end
    if prompt is None:
        return None
    upto = _length_of(template, messages[: turn + 1], tools, text, generation_prompt=False)
    begin = prompt + len(_header(template, messages[:turn], tools, text, prompt, special))
    if upto is None or upto <= begin:
        return None
    tokens = list(special.finditer(text, begin, upto))
    return begin, tokens[-1].end() if tokens else begin + len(text[begin:upto].rstrip())


def _header(
    template: Template, before: Sequence[Message], tools: Any, text: str, prompt: int, special: re.Pattern[str]
) -> str:
    """What stands between `prompt` and an answer and is no part of it, since it has a special token; "" without it."""
    try:
        other = template.render([*before, {"role": ASSISTANT, "content": placeholder(0)}], tools).text
    except TemplateRefusal:
        return ""
    place = other.find(placeholder(0), prompt)
    header = other[prompt:place] if place >= 0 else ""
    return header if special.search(header) and text.startswith(header, prompt) else ""


def _length_of(
    template: Template, messages: Sequence[Message], tools: Any, text: str, *, generation_prompt: bool
) -> int | None:
    """How long the first turns are in the whole `text`; null where the template writes them otherwise by themselves."""
    if not messages:
        return None
    try:
        part = template.render(messages, tools, generation_prompt=generation_prompt).text
    except TemplateRefusal:
        return None
    return len(part) if text.startswith(part) else None
