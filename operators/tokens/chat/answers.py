"""From what assistants say in a text to the tokens a model is trained on, and where a conversation may be cut.

Source: the assistant mask of transformers 5.24: a token counts as soon as it overlaps what the assistant says.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.chat.laid import Laid
from corpusmill.operators.tokens.rows import TokenRows, gather, offsets_of


class Loss(Enum):
    """Which tokens are trained on: those of all assistant turns, of the last one, or all there are."""

    ASSISTANT = "assistant"
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Stretches of tokens that assistants say, by conversation and place; places count inside the conversation."""

    conversation: np.ndarray  # int64, rising
    first: np.ndarray  # int64: the first token
    end: np.ndarray  # int64: behind the last token

    def upto(self, conversations: int) -> np.ndarray:
        """Where the answers of each conversation begin and the last one ends, int64, one more than there are."""
        return offsets_of(np.bincount(self.conversation, minlength=conversations))

    def count(self, conversations: int) -> np.ndarray:
        """How many answers of each conversation have a token, int64."""
        return np.bincount(self.conversation[self.end > self.first], minlength=conversations)


NO_ANSWERS = Answers(conversation=np.zeros(0, np.int64), first=np.zeros(0, np.int64), end=np.zeros(0, np.int64))


def answers_in(rows: TokenRows, laid: Laid, token_bytes: np.ndarray) -> Answers:
    """The tokens that overlap each span. token_bytes: int64 an id, the bytes of text that a token stands for.

    AssertionError where the tokens of a conversation stand for more or less than its text: a fault of this program.
    """
    first, end = np.empty(len(laid.span_begin), np.int64), np.empty(len(laid.span_begin), np.int64)
    wrong = find_tokens(rows.ids, rows.offsets, token_bytes, laid, first, end)
    assert wrong < 0, f"the tokens of conversation {wrong} of this batch are not those of its text"
    counts = np.diff(laid.span_last, prepend=0)
    return Answers(conversation=np.repeat(np.arange(len(rows)), counts), first=first, end=end)


@njit(nogil=True, cache=True)
def find_tokens(
    ids: np.ndarray, offsets: np.ndarray, token_bytes: np.ndarray, laid: Laid, first: np.ndarray, end: np.ndarray
) -> int:
    """Writes first and end of each span; a conversation whose tokens are not as long as its text, or -1."""
    span = 0
    for d in range(len(offsets) - 1):
        begin, stop = offsets[d], offsets[d + 1]
        k, p = begin, laid.offsets[d]
        while span < laid.span_last[d]:
            while k < stop and p + token_bytes[ids[k]] <= laid.span_begin[span]:
                p += token_bytes[ids[k]]
                k += 1
            first[span] = k - begin
            q, at = k, p
            while q < stop and at < laid.span_end[span] and laid.span_begin[span] < laid.span_end[span]:
                at += token_bytes[ids[q]]
                q += 1
            end[span] = q - begin
            span += 1
        while k < stop:
            p += token_bytes[ids[k]]
            k += 1
        if p != laid.offsets[d + 1]:
            return d
    return -1


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Conversations as a trainer reads them: tokens, and 1 for each that is trained on. cut: which are shorter."""

    rows: TokenRows
    mask: np.ndarray  # uint8, one a token
    cut: np.ndarray


def trained(rows: TokenRows, answers: Answers, loss: Loss, most_tokens: int | None) -> Trained:
    """Cut what is too long behind its last answer that fits, and mark what is trained on; one of no token is none.

    most_tokens: null for no bound. A conversation in which no answer fits has no token.
    """
    upto = answers.upto(len(rows))
    whole = np.diff(rows.offsets)
    lengths = whole.copy()
    if most_tokens is not None:
        shorten(answers.first, answers.end, upto, most_tokens, lengths)
    offsets = offsets_of(lengths)
    ids = rows.ids
    if offsets[-1] != rows.offsets[-1]:
        ids = np.empty(offsets[-1], np.int32)
        gather(rows.ids, rows.offsets[:-1], offsets, ids)
    mask = np.full(len(ids), loss is Loss.ALL, np.uint8)
    if loss is not Loss.ALL:
        mark(answers.first, answers.end, upto, offsets, loss is Loss.LAST, mask)
    return Trained(rows=TokenRows(offsets=offsets, ids=ids), mask=mask, cut=lengths < whole)


@njit(nogil=True, cache=True)
def shorten(first: np.ndarray, end: np.ndarray, upto: np.ndarray, most: int, lengths: np.ndarray) -> None:
    """Writes the length of each conversation that is longer than `most`: up to its last answer that fits, or 0."""
    for d in range(len(lengths)):
        if lengths[d] > most:
            lengths[d] = 0
            for answer in range(upto[d], upto[d + 1]):
                if first[answer] < end[answer] <= most:
                    lengths[d] = end[answer]


@njit(nogil=True, cache=True)
def mark(
    first: np.ndarray, end: np.ndarray, upto: np.ndarray, offsets: np.ndarray, last_only: bool, mask: np.ndarray
) -> None:
    """Sets the mask of the answers that lie inside their conversation; of the last one only, if so."""
    for d in range(len(offsets) - 1):
        size = offsets[d + 1] - offsets[d]
        stop = upto[d + 1]
        while stop > upto[d] and (end[stop - 1] > size or end[stop - 1] <= first[stop - 1]):
            stop -= 1
        begin = max(upto[d], stop - 1) if last_only else upto[d]
        for answer in range(begin, stop):
            for k in range(offsets[d] + first[answer], offsets[d] + end[answer]):
                mask[k] = 1
