"""Compiles a chat template in Jinja's sandbox, as transformers does, and renders conversations with it.

Source:   `apply_chat_template` of transformers 5.24: an immutable sandbox, blocks trimmed, a `tojson` that escapes no
          HTML, `raise_exception`, `strftime_now`, loop controls, and `{% generation %}` around what a model says.
Deviates: `strftime_now` gives the date of the job, not of the clock, so that a run can be repeated.
"""

import datetime
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from corpusmill.errors import TemplateRefusal, UnusableTemplate

Message = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A conversation as text. spans: where `{% generation %}` blocks begin and end in it, in characters, in order."""

    text: str
    spans: tuple[tuple[int, int], ...]


class GenerationBlocks(Extension):
    """The tag `{% generation %} ... {% endgeneration %}`: its content is rendered as it is, and its place is noted."""

    tags = {"generation"}  # noqa: RUF012  (Jinja's own declaration)

    def __init__(self, environment: ImmutableSandboxedEnvironment) -> None:
        super().__init__(environment)
        environment.extend(rendered=[], generated=[])

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse one block into a call of `_note` with what is inside."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_note"), [], [], body).set_lineno(line)

    def _note(self, caller: Callable[[], str]) -> str:
        content = caller()
        begin = sum(map(len, self.environment.rendered))  # pyright: ignore[reportAttributeAccessIssue] (extended above)
        self.environment.generated.append((begin, begin + len(content)))  # pyright: ignore[reportAttributeAccessIssue]
        return content


class Template:
    """A compiled chat template. variables: what it may read beside messages, tools and `add_generation_prompt`."""

    def __init__(self, source: str, variables: Mapping[str, str], today: datetime.date) -> None:
        """UnusableTemplate where Jinja cannot compile it."""
        self.source, self.variables = source, dict(variables)
        self._lock = threading.Lock()
        made = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[GenerationBlocks, loopcontrols]
        )
        made.filters["tojson"] = to_json
        self.functions = {"raise_exception": _refuse, "strftime_now": today.strftime}
        made.globals |= self.functions
        self._environment = made
        try:
            self.tree = made.parse(source)
            self._compiled = made.from_string(source)
        except TemplateError as e:
            raise UnusableTemplate(f"the chat template cannot be compiled: {e}") from e

    @property
    def marks_generation(self) -> bool:
        """Whether it has a `{% generation %}` block."""
        called = (node.call.node for node in self.tree.find_all(nodes.CallBlock))
        return any(isinstance(node, nodes.ExtensionAttribute) and node.name == "_note" for node in called)

    def render(self, messages: Sequence[Message], tools: Any = None, *, generation_prompt: bool = False) -> Rendered:
        """Render one conversation; TemplateRefusal where the template raises or the sandbox stops it."""
        with self._lock:  # the blocks so far are of one conversation
            return self._rendered(messages, tools, generation_prompt)

    def _rendered(self, messages: Sequence[Message], tools: Any, generation_prompt: bool) -> Rendered:
        made = self._environment
        rendered, generated = made.rendered, made.generated  # pyright: ignore[reportAttributeAccessIssue]
        rendered.clear()
        generated.clear()
        try:
            for block in self._compiled.generate(
                messages=list(messages),
                tools=tools,
                documents=None,
                add_generation_prompt=generation_prompt,
                **self.variables,
            ):
                rendered.append(block)
        except (TemplateError, TypeError, KeyError, ValueError, AttributeError, IndexError) as e:
            raise TemplateRefusal(str(e) or type(e).__name__) from e
        return Rendered(text="".join(rendered), spans=tuple(generated))


def to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Write a value as JSON; Jinja's own filter would escape <, > and &."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _refuse(message: str) -> str:
    raise TemplateError(message)
