"""Proves that a chat template does nothing with contents but write, trim and seek constants in them.

The template is run once with contents that are not there (`symbolic.Symbolic`): what it does with them either has one
outcome for all contents, or it stops. The result is its form without a guess; `derive` finds the same by probing texts,
and only what both agree on is used.
"""

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.ext import loopcontrols
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.sandbox import ImmutableSandboxedEnvironment

from corpusmill.operators.tokens.chat.environment import GenerationBlocks, Template, to_json
from corpusmill.operators.tokens.chat.symbolic import Slot, Sought, Symbolic, held_in, joined

# Filters that only pass their values on, call other filters and tests, or fail by themselves on a content.
PASSING = ("batch", "count", "d", "default", "first", "items", "last", "length", "list", "map", "reject", "rejectattr")
PASSING += ("reverse", "select", "selectattr", "slice", "attr")
# Tests that look at the type of a value alone.
OF_TYPES = ("boolean", "callable", "defined", "false", "float", "integer", "mapping", "none", "number", "true")
OF_TYPES += ("undefined", "eq", "==", "equalto", "ne", "!=", "in")
TEXTS = ("string", "iterable", "sequence")  # tests that are true of every text


class _Code(NativeCodeGenerator):
    """Hands values on as they are, where Jinja would make texts of them."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("concat((")
        for each in node.nodes:
            self.visit(each, frame)
            self.write(", ")
        self.write("))")


class _Unnoted(GenerationBlocks):
    """`{% generation %}` as what is inside."""

    def _note(self, caller: Callable[[], Any]) -> Any:
        return caller()


class _Environment(ImmutableSandboxedEnvironment):
    code_generator_class = _Code


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a template writes, in pieces, and what it seeks in contents: the proof holds for contents without that."""

    pieces: tuple[str | Slot, ...]
    inside: frozenset[str]
    whole: frozenset[str]


class Prover:
    """A template, compiled for contents that are not there."""

    def __init__(self, template: Template) -> None:
        self._sought, self._lock, self._variables = Sought(), threading.Lock(), template.variables
        self._compiled = _environment(template, self._sought).from_string(template.source)

    def proof(self, roles: Sequence[str]) -> Proof | str:
        """The proof for these roles, each turn with a content and nothing else; a text says why there is none."""
        with self._lock:
            self._sought.clear()
            try:
                text = self._written(roles)
            except Exception as e:  # whatever a template raises, there is no proof
                return self._sought.unproven or str(e) or type(e).__name__
            if self._sought.unproven:  # where Jinja has caught it
                return self._sought.unproven
            pieces = text.pieces_of_text if isinstance(text, Symbolic) else (text,)
            return Proof(pieces=pieces, inside=frozenset(self._sought.inside), whole=frozenset(self._sought.whole))

    def _written(self, roles: Sequence[str]) -> str | Symbolic:
        sought = self._sought
        messages = [{"role": role, "content": Symbolic([Slot(turn=at)], sought)} for at, role in enumerate(roles)]
        given = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": False}
        return joined(
            list(self._compiled.root_render_func(self._compiled.new_context({**given, **self._variables}))), sought
        )


@functools.lru_cache(maxsize=4)
def prover_of(template: Template) -> Prover:
    """The prover of a template, compiled once."""
    return Prover(template)


def _environment(template: Template, sought: Sought) -> _Environment:
    made = _Environment(trim_blocks=True, lstrip_blocks=True, extensions=[_Unnoted, loopcontrols])
    made.concat = lambda values: joined(list(values), sought)  # pyright: ignore[reportAttributeAccessIssue]
    made.globals |= template.functions
    made.filters["tojson"] = to_json
    for functions, passing in ((made.filters, PASSING), (made.tests, OF_TYPES)):
        functions |= {name: _guarded(name, f, sought) for name, f in functions.items() if name not in passing}
    made.tests |= {name: _true_of_texts(made.tests[name]) for name in TEXTS}
    made.filters |= {"string": _as_it_is, "trim": _trim, "replace": _replace}
    return made


def _guarded(name: str, function: Callable[..., Any], sought: Sought) -> Callable[..., Any]:
    """A filter or test that stops the proof when it gets a content."""

    @functools.wraps(function)
    def guard(*values: Any, **named: Any) -> Any:
        given = [list(each) if isinstance(each, Iterator) else each for each in values]
        if held_in(given) or held_in(named):
            sought.stop(name)
        return function(*given, **named)

    return guard


def _as_it_is(value: Any) -> Any:
    return value if isinstance(value, Symbolic) else str(value)


def _trim(value: Any, chars: str | None = None) -> Any:
    if chars is not None:
        return value.strip(chars)
    return value.strip() if isinstance(value, Symbolic) else str(value).strip()


def _replace(value: Any, old: str, new: str, count: int | None = None) -> Any:
    if isinstance(value, Symbolic):
        return value.replace(old, new)
    return str(value).replace(old, new, -1 if count is None else count)


def _true_of_texts(test: Callable[..., Any]) -> Callable[..., Any]:
    return lambda value: isinstance(value, Symbolic) or test(value)
