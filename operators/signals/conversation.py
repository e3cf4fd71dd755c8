"""Measures a conversation: its turns, repetition, refusals, code, formulas, tools, steps of reasoning, overlap.

Source:   none for most: plain counts over the turns. Repeated runs of words as in Rae et al. 2021 (Gopher),
          arXiv:2112.11446, table A1, over what assistants say; instruction sets are commonly cut where more than 40 %
          of the runs are repeated. Formulas: the delimiters of TeX, `$` by Pandoc's rule.
Deviates: steps of reasoning are a heuristic: steps without a mark are not seen. On 40 short answers in ten languages,
          written and labelled for this (tests/data/reasoning_steps.jsonl; no step counts as one), the mean error is
          0.25 steps, and 95 % are off by at most one.
"""

import functools
import re
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.text.shares import shares
from corpusmill.operators.text.turns import ASSISTANT, SYSTEM, TOOL, USER, find_answers, find_prompts, find_turns
from corpusmill.operators.text.word_lists import lines_of, trie_of
from corpusmill.operators.text.word_overlap import repeated_runs, shared_words, sum_hashes
from corpusmill.operators.text.word_trie import count_found
from corpusmill.operators.text.words import WordRule, find_words

HEX = np.array([f"{byte:02x}".encode() for byte in range(256)], "S2")
OPENING_CHARS = 400  # of a turn: where a refusal stands, if it is one (guess)
# RE2, as pyarrow has it: a fence that is not closed runs to the end.
CODE = r"(?s)```.*?(?:```|\z)"
FORMULA = r"(?s)\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)|\$[^\s$](?:[^$\n]*[^\s$])?\$(?:([^0-9])|\z)"
# A line that is numbered, or says that it is a step, in any of several languages. No `^`: what counts matches goes on
# with the rest of a text as if it were a text, so `^` would match behind every match.
NUMBERED = (
    r"(?i)\n[ \t]*(?:[#*>]+[ \t]*)*(?:\d{1,2}[.)、．]|\(\d{1,2}\)"
    r"|(?:step|schritt|étape|paso|passo|шаг|ステップ|단계|الخطوة|ขั้นตอนที่)[ \t]*\d{1,2}"
    r"|(?:第[ \t]*[0-9一二三四五六七八九十]{1,2}[ \t]*步|步骤[ \t]*[0-9一二三四五六七八九十]{1,2}))"
)


@functools.lru_cache(maxsize=8)
def step_pattern(content: bytes) -> str:
    """A pattern that matches a sentence which begins with one of the phrases of a list.

    >>> bool(re.search(step_pattern(b"then"), "It rains. Then it stops.", re.IGNORECASE))
    True
    >>> bool(re.search(step_pattern(b"then"), "It rains, then it stops.", re.IGNORECASE))
    False
    """
    words = sorted(lines_of(content), key=lambda word: (-len(word), word))
    spaced = "|".join(re.escape(word) for word in words if word[0] < "\u0e00")
    joined = "|".join(re.escape(word) for word in words if word[0] >= "\u0e00")
    parts = ([rf"(?:{spaced})[ \t,:;،]"] if spaced else []) + ([f"(?:{joined})"] if joined else [])
    return rf"(?i)(?:\n[ \t]*|[.!?؟][ \t]+|[。！？；][ \t]*)(?:{'|'.join(parts)})"


@dataclass(frozen=True, kw_only=True)
class Conversation(Signal):
    """Adds the columns below; a document without turns has 0 everywhere. Of a preference `chosen` is measured.

    `chat_turns` (system and tool turns too), `chat_user_turns`, `chat_assistant_turns`, `chat_tool_turns` (turns of a
    tool, and turns that call one); `chat_prompt_chars` (what users and systems say), `chat_answer_chars` (what
    assistants say), characters. `chat_repeated_ratio`: the share of the runs of `run_words` words in the answers that
    stood in them before. `chat_refusals`: assistant turns whose first 400 characters hold a phrase of `refusals`.
    `chat_code_ratio`, `chat_formula_ratio`: the share of the characters of the answers that is inside code fences, or
    outside them in formulas. `chat_tool_ratio`: tool turns by all turns. `chat_steps`: numbered lines outside code, or
    sentences that begin with a phrase of `step_words` where these are more. `chat_overlap_ratio`: the share of the
    different words of the answers that stand in the prompts. `chat_prompt_key`: a hash of the words of the prompts, the
    same for the same words whatever stands between them; null without a word.
    """

    run_words: int = 4
    refusals: Resource = field(default_factory=lambda: Resource("shipped:signals/lists/refusals.txt"))
    step_words: Resource = field(default_factory=lambda: Resource("shipped:signals/lists/step_words.txt"))

    reads: ClassVar[Columns] = {"conversation": CONVERSATION, "chosen": CONVERSATION}
    adds: ClassVar[Columns] = {
        "chat_turns": pa.int32(),
        "chat_user_turns": pa.int32(),
        "chat_assistant_turns": pa.int32(),
        "chat_tool_turns": pa.int32(),
        "chat_prompt_chars": pa.int64(),
        "chat_answer_chars": pa.int64(),
        "chat_repeated_ratio": pa.float32(),
        "chat_refusals": pa.int32(),
        "chat_code_ratio": pa.float32(),
        "chat_formula_ratio": pa.float32(),
        "chat_tool_ratio": pa.float32(),
        "chat_steps": pa.int32(),
        "chat_overlap_ratio": pa.float32(),
        "chat_prompt_key": pa.string(),
    }

    def __post_init__(self) -> None:
        if self.run_words < 1:
            raise ValueError(f"run_words must be at least 1, got {self.run_words}")

    def check_files(self) -> None:
        lines_of(self.refusals.read())
        lines_of(self.step_words.read())

    def measure(self, batch: Batch) -> Arrays:
        turns = batch.once(find_turns)
        prompts, answers = batch.once(find_prompts), batch.once(find_answers)
        total = np.diff(turns.first)
        tools = turns.sums(turns.of(TOOL) | turns.calls)
        runs = repeated_runs(answers.once(find_words, WordRule.SCRIPT), self.run_words)
        shared = shared_words(answers.once(find_words, WordRule.UNICODE), prompts.once(find_words, WordRule.UNICODE))
        return {
            **{
                f"chat_{name}_turns": pa.array(turns.sums(turns.of(role)).astype(np.int32))
                for name, role in (("user", USER), ("assistant", ASSISTANT))
            },
            "chat_turns": pa.array(total.astype(np.int32)),
            "chat_tool_turns": pa.array(tools.astype(np.int32)),
            "chat_tool_ratio": pa.array(shares(tools, total)),
            "chat_prompt_chars": _turn_chars(batch, USER, SYSTEM),
            "chat_answer_chars": _turn_chars(batch, ASSISTANT),
            "chat_repeated_ratio": pa.array(shares(runs[1], runs[0])),
            "chat_overlap_ratio": pa.array(shares(shared[1], shared[0])),
            "chat_refusals": self._refusals(batch),
            "chat_prompt_key": _prompt_keys(prompts),
            **self._parts(answers.column("text")),
        }

    def _refusals(self, batch: Batch) -> pa.Array:
        """Assistant turns that open with a refusal: int32."""
        turns, trie = batch.once(find_turns), trie_of(self.refusals.read())
        openings = Batch(pa.table({"text": pc.utf8_slice_codeunits(turns.contents, 0, OPENING_CHARS).cast(TEXT)}))
        words = openings.once(find_words, WordRule.UNICODE)
        roots = np.where(turns.of(ASSISTANT), trie.roots.get("", -1), -1).astype(np.int32)
        return pa.array(turns.sums(count_found(words, trie, roots) > 0).astype(np.int32))

    def _parts(self, answers: pa.Array) -> Arrays:
        """Shares of code and formulas, and steps outside code."""
        chars = _chars(answers)
        prose = pc.replace_substring_regex(answers, CODE, "\n")
        lines = pc.binary_join_element_wise(pa.scalar("", TEXT), prose, pa.scalar("\n", TEXT))
        fences = pc.count_substring_regex(answers, CODE).to_numpy()
        plain = pc.replace_substring_regex(prose, FORMULA, r"\1")
        numbered = pc.count_substring_regex(lines, NUMBERED).to_numpy()
        spoken = pc.count_substring_regex(lines, step_pattern(self.step_words.read())).to_numpy()
        return {
            "chat_code_ratio": pa.array(shares(chars - _chars(prose) + fences, chars)),
            "chat_formula_ratio": pa.array(shares(_chars(prose) - _chars(plain), chars)),
            "chat_steps": pa.array(np.maximum(numbered, spoken).astype(np.int32)),
        }


def _chars(texts: pa.Array) -> np.ndarray:
    return pc.utf8_length(texts).to_numpy().astype(np.int64)


def _turn_chars(batch: Batch, *roles: str) -> pa.Array:
    """Characters of the contents of turns of these roles: int64."""
    turns = batch.once(find_turns)
    mine = np.logical_or.reduce([turns.of(role) for role in roles])
    return pa.array(turns.sums(np.where(mine, _chars(turns.contents), 0)))


def _prompt_keys(prompts: Batch) -> pa.Array:
    """One hash of all words of each prompt, 16 hex digits; null without a word."""
    words = prompts.once(find_words, WordRule.UNICODE)
    digits = HEX[sum_hashes(words).astype(">u8").view(np.uint8)].view("S16")
    return pa.array(digits, pa.binary(), mask=words.counts == 0).cast(pa.string())
