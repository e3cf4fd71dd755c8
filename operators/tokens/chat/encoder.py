"""Conversations to token ids and the tokens a model is trained on, by a chat template and a tokenizer.

A conversation of plain turns goes through the derived form of the template (`derive`), a kernel that writes it
(`laid.fill`) and the kernels of the tokenizer; about one in 1,000, by hash, is rendered by Jinja too. Conversations
with tools, with empty turns, or with contents that the template looks into are rendered by Jinja, one by one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from corpusmill.errors import TemplateMismatch, TemplateRefusal
from corpusmill.operators.tokens.chat.answers import Answers
from corpusmill.operators.tokens.chat.derive import Derived, derive, proof_of, triggers_of
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.chat.laid import Laid, Pieces, fill, sizes
from corpusmill.operators.tokens.chat.laid_tokens import laid_encoder, merged
from corpusmill.operators.tokens.chat.messages import messages_of, tools_of
from corpusmill.operators.tokens.chat.odd import OneText, laid_out, render_one
from corpusmill.operators.tokens.chat.pieces import pieces_of
from corpusmill.operators.tokens.chat.plain_turns import Turns, plain_conversations, turns_of
from corpusmill.operators.tokens.control import names_of
from corpusmill.operators.tokens.rows import TokenRows, replaced
from corpusmill.operators.tokens.sampled import sampled
from corpusmill.operators.tokens.tokenizer import Tokenizer

ODD = -1  # in place of a form


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Conversations as token ids. refused: why a conversation has none, by its place in the batch."""

    rows: TokenRows
    answers: Answers
    refused: Mapping[int, str]
    rendered: int  # how many went through Jinja


@dataclass(kw_only=True)
class ChatEncoder:
    """A template at work. Remembers the form of each sequence of roles; one batch at a time.

    with_tools: the template for conversations with tools, where there is one of its own. always_jinja: derive nothing.
    """

    tokenizer: Tokenizer
    tokenizer_json: bytes
    template: Template
    with_tools: Template | None = None
    keep_special: bool = False
    always_jinja: bool = False
    forms: dict[tuple[str, ...], int] = field(default_factory=dict)
    derived: list[Derived] = field(default_factory=list)
    _pieces: Pieces | None = None

    def __post_init__(self) -> None:
        added = self.tokenizer.judge.get_added_tokens_decoder()
        self.special_ids: Mapping[str, int] = {t.content: at for at, t in added.items() if t.special and t.content}
        longest = sorted(self.special_ids, key=lambda content: (-len(content), content))
        self.special = re.compile("|".join(map(re.escape, longest)) or "(?!)")
        self.triggers = triggers_of(self.template)
        self.looked_for = names_of(self.triggers.inside)
        self.texts = laid_encoder(self.tokenizer, self.tokenizer_json, keep_special=self.keep_special)

    @property
    def description(self) -> str:
        """How conversations go through it, in words."""
        try:
            plain = not self.always_jinja and self._derive(("user", "assistant")) is not None
        except TemplateRefusal:
            plain = True
        if plain:
            return "conversations are written by its derived form"
        why = "" if self.always_jinja else f": {self._why_not(('user', 'assistant'))}"
        return f"conversations are rendered by Jinja one by one (slow){why}"

    def _why_not(self, roles: tuple[str, ...]) -> str:
        """Why nothing is derived for these roles."""
        proof = proof_of(self.template, roles)
        if isinstance(proof, str):
            return f"what the template does with contents has no derived form ({proof})"
        return "the template does more than to put contents in places"

    def encode(self, conversations: pa.ListArray, tools: pa.Array) -> Encoded:
        """Encode conversations, of which none is null; tools: as many strings, JSON or null."""
        turns = turns_of(conversations)
        form = self._forms_of(turns, tools)
        laid = self._written(turns, form)
        self._check(conversations, laid, form)
        rows, answers = self.texts.encode(laid)
        refused: dict[int, str] = {}
        odd = np.flatnonzero(form == ODD)
        if len(odd):
            texts = self._rendered(conversations, tools, odd, refused)
            at = np.array([place for place in odd.tolist() if place not in refused], np.int64)
            more_rows, more = self.texts.encode(laid_out(texts))
            rows = replaced(rows, at, more_rows)
            answers = merged(answers, more, at)
        return Encoded(rows=rows, answers=answers, refused=refused, rendered=len(odd))

    def _forms_of(self, turns: Turns, tools: pa.Array) -> np.ndarray:
        """The form of each conversation, int64, or ODD."""
        plain = plain_conversations(turns, tools, self.looked_for, self.triggers.whole)
        found = np.full(len(plain), ODD, np.int64)
        if self.always_jinja:
            return found
        some = np.flatnonzero(plain)
        _, first, kind = np.unique(turns.kinds()[some], return_index=True, return_inverse=True)
        forms = np.array([self._form(turns.roles_of(int(some[at]))) for at in first], np.int64)
        if len(some):
            found[some] = forms[kind]
        return found

    def _form(self, roles: tuple[str, ...]) -> int:
        """The number of the form of these roles, or ODD where the template has none for them."""
        if roles not in self.forms:
            try:
                derived = self._derive(roles)
            except TemplateRefusal:
                derived = None
            self.forms[roles] = ODD if derived is None else len(self.derived)
            if derived is not None:
                self.derived.append(derived)
                self._pieces = None
        return self.forms[roles]

    def _derive(self, roles: tuple[str, ...]) -> Derived | None:
        return derive(self.template, roles, self.special) if roles else None

    def _written(self, turns: Turns, form: np.ndarray) -> Laid:
        """The conversations that have a form, laid out; the others are empty."""
        if self._pieces is None:
            self._pieces = pieces_of(self.derived, self.special, self.special_ids)
        pieces, documents = self._pieces, len(form)
        bounds = np.zeros((len(turns.contents) - 1, 2), np.int64)
        offsets, counts = np.zeros(documents + 1, np.int64), np.zeros((documents, 2), np.int64)
        sizes(turns.data, turns.contents, turns.offsets, form, pieces, bounds, offsets, counts)
        controls, spans = counts.sum(axis=0).tolist()
        laid = Laid(
            text=np.empty(offsets[-1], np.uint8),
            offsets=offsets,
            control_begin=np.empty(controls, np.int64),
            control_end=np.empty(controls, np.int64),
            control_id=np.empty(controls, np.int32),
            control_last=np.empty(documents, np.int64),
            span_begin=np.empty(spans, np.int64),
            span_end=np.empty(spans, np.int64),
            span_last=np.empty(documents, np.int64),
        )
        fill(turns.data, turns.offsets, form, pieces, bounds, laid)
        return laid

    def _check(self, conversations: pa.ListArray, laid: Laid, form: np.ndarray) -> None:
        """Render a sample of what was written by Jinja too; TemplateMismatch where the texts differ."""
        again = sampled(laid.text, laid.offsets)
        for place in again[form[again] != ODD].tolist():
            text = bytes(laid.text[laid.offsets[place] : laid.offsets[place + 1]]).decode()
            try:
                expected = self.template.render(messages_of(conversations[place].as_py())).text
            except TemplateRefusal as e:
                expected = f"a refusal: {e}"
            if text != expected:
                raise TemplateMismatch(
                    f"conversation {place} of this batch is {text[:80]!r} by the form derived from its template "
                    f"and {expected[:80]!r} by Jinja; set `tokens: {{render: jinja}}` and report this with the template"
                )

    def _rendered(
        self, conversations: pa.ListArray, tools: pa.Array, odd: np.ndarray, refused: dict[int, str]
    ) -> list[OneText]:
        """The odd conversations by Jinja, without those that are refused."""
        found = []
        for place in odd.tolist():
            try:
                functions: Any = tools_of(tools, place)
                template = self.template if functions is None or self.with_tools is None else self.with_tools
                one = render_one(
                    template,
                    messages_of(conversations[place].as_py()),
                    functions,
                    self.special,
                    self.special_ids,
                    keep_special=self.keep_special,
                )
            except TemplateRefusal as e:
                refused[place] = f"the chat template refuses it: {e}"
            except json.JSONDecodeError:
                refused[place] = "its tools or tool calls are no JSON"
            else:
                found.append(one)
        return found
