"""Derives what a chat template writes for a sequence of roles, and finds out what contents it does not hold for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import nodes

from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.chat.form import Form, form_of
from corpusmill.operators.tokens.chat.proof import Proof, prover_of
from corpusmill.operators.tokens.chat.symbolic import Slot

PROBES = ("\u2001{}\u2002", "\n{} ", " {}\n", "\t{}\r")  # white space of several kinds around a content
TRIMS = frozenset({"strip", "lstrip", "rstrip"})  # tried by PROBES
LOOKED_FOR = frozenset({"replace"})  # filters whose arguments are looked for in a text


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A form, and for each slot whether the template takes white space from the beginning and the end of a content."""

    form: Form
    trims_begin: tuple[bool, ...]
    trims_end: tuple[bool, ...]

    def trimmed(self, contents: Sequence[str]) -> list[str]:
        """The contents of the slots as the template writes them."""
        flags = zip(contents, self.trims_begin, self.trims_end, strict=True)
        begun = [(content.lstrip() if begin else content, end) for content, begin, end in flags]
        return [content.rstrip() if end else content for content, end in begun]


def derive(template: Template, roles: Sequence[str], special: re.Pattern[str]) -> Derived | None:
    """What the template writes for these roles, each turn with a content and nothing else; null where it depends.

    TemplateRefusal where the template raises.
    """
    messages = [{"role": role, "content": "x"} for role in roles]
    form = form_of(template, messages, None, special)
    if form is None:
        return None
    found: set[tuple[tuple[bool, ...], tuple[bool, ...]]] = set()
    for around in PROBES:
        probed = form_of(template, messages, None, special, around)
        if probed is None or probed.slots != form.slots or len(probed.spans) != len(form.spans):
            return None
        begin, end = around.split("{}")
        flags = _trims(form, probed, begin, end)
        if flags is None:
            return None
        found.add(flags)
    if len(found) != 1:
        return None
    trims_begin, trims_end = found.pop()
    proof = proof_of(template, roles)
    if isinstance(proof, str) or not _agrees(proof, form, trims_begin, trims_end):
        return None
    return Derived(form=form, trims_begin=trims_begin, trims_end=trims_end)


def proof_of(template: Template, roles: Sequence[str]) -> Proof | str:
    """A proof for all contents but those that have what `triggers_of` finds; a text says why there is none."""
    proof, triggers = prover_of(template).proof(roles), triggers_of(template)
    if isinstance(proof, str):
        return proof
    more = (proof.inside - {*triggers.inside}) | (proof.whole - {*triggers.whole})
    return f"a search for {min(more)!r}" if more else proof


def _agrees(proof: Proof, form: Form, trims_begin: tuple[bool, ...], trims_end: tuple[bool, ...]) -> bool:
    """Whether a proof has the places of a form."""
    slots, literals = list[Slot](), [""]
    for piece in proof.pieces:
        if isinstance(piece, Slot):
            slots.append(piece)
            literals.append("")
        else:
            literals[-1] += piece
    trims = [(slot.trims_begin, slot.trims_end) for slot in slots]
    same = tuple(literals) == form.literals and tuple(slot.turn for slot in slots) == form.slots
    return same and trims == list(zip(trims_begin, trims_end, strict=True))


def _trims(form: Form, probed: Form, begin: str, end: str) -> tuple[tuple[bool, ...], tuple[bool, ...]] | None:
    """Which slots lost the white space around their content, at its beginning and at its end."""
    last = len(form.slots)
    trims_begin, trims_end = [True] * last, [True] * last
    for number, (plain, wide) in enumerate(zip(form.literals, probed.literals, strict=True)):
        ways = [
            (after, before)
            for after in ((False, True) if number else (True,))
            for before in ((False, True) if number < last else (True,))
            if ("" if after else end) + plain + ("" if before else begin) == wide
        ]
        if len(ways) != 1:
            return None
        if number:
            trims_end[number - 1] = ways[0][0]
        if number < last:
            trims_begin[number] = ways[0][1]
    return tuple(trims_begin), tuple(trims_end)


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """Strings that a template looks for. A content that has one of `inside`, or is one of `whole`, is rendered."""

    inside: tuple[str, ...]
    whole: tuple[str, ...]


def triggers_of(template: Template) -> Triggers:
    """What a template looks for: left of `in`, in calls of methods such as `split`, and what it compares with."""
    inside, whole = set[str](), set[str]()
    for compare in template.tree.find_all(nodes.Compare):
        others = [operand.expr for operand in compare.ops]
        if any(operand.op in ("in", "notin") for operand in compare.ops):
            inside |= _constants([compare.expr])
        whole |= _constants([compare.expr, *others])
    for call in template.tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr not in TRIMS:
            inside |= _constants(call.args)
    for filtered in template.tree.find_all(nodes.Filter):
        if filtered.name in LOOKED_FOR:
            inside |= _constants(filtered.args)
    return Triggers(inside=tuple(sorted(inside - {""})), whole=tuple(sorted(whole - {""})))


def _constants(values: Sequence[nodes.Node]) -> set[str]:
    return {value.value for value in values if isinstance(value, nodes.Const) and isinstance(value.value, str)}
