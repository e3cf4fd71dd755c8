"""Conversations through `tokenizers` itself: for tokenizers that have no fast path, and texts that are not normal."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from corpusmill.operators.tokens.chat.answers import Answers
from corpusmill.operators.tokens.chat.laid import Laid
from corpusmill.operators.tokens.control import NEVER_IN_TEXT
from corpusmill.operators.tokens.rows import TokenRows, offsets_of

if TYPE_CHECKING:
    pass


class SlowEncoder:
    """A tokenizer.json that finds special tokens where a template writes them, and nowhere else.

    To tell them apart, all its special tokens have other names here, which no text has. keep_special: those that
    contents name are found, too, as transformers does.
    """

    def __init__(self, tokenizer_json: bytes, *, keep_special: bool = False) -> None:
        import tokenizers

        self._prefix = "" if keep_special else NEVER_IN_TEXT
        made = tokenizers.Tokenizer.from_buffer(renamed_specials(tokenizer_json, self._prefix))
        made.no_truncation()
        made.no_padding()
        self._tokenizer = made

    def encode(self, laid: Laid) -> tuple[TokenRows, Answers]:
        """The ids of each conversation, and the tokens that overlap what assistants say."""
        texts = [_with_names(laid, d, self._prefix) for d in range(len(laid.offsets) - 1)]
        encoded = self._tokenizer.encode_batch([text for text, _ in texts], add_special_tokens=False)
        found: list[tuple[int, int, int]] = []
        for d, ((_, spans), one) in enumerate(zip(texts, encoded, strict=True)):
            offsets = np.array(one.offsets, np.int64).reshape(-1, 2)
            for begin, end in spans:
                over = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > begin) & (begin < end))
                found.append((d, int(over[0]), int(over[-1]) + 1) if len(over) else (d, 0, 0))
        answers = np.array(found, np.int64).reshape(-1, 3)
        ids = [np.array(one.ids, np.int32) for one in encoded]
        rows = TokenRows(
            offsets=offsets_of([len(row) for row in ids]), ids=np.concatenate([np.zeros(0, np.int32), *ids])
        )
        return rows, Answers(conversation=answers[:, 0], first=answers[:, 1], end=answers[:, 2])


def _with_names(laid: Laid, d: int, prefix: str) -> tuple[str, list[tuple[int, int]]]:
    """One conversation with `prefix` before each control token, and its spans in characters of that."""
    begin, stop = int(laid.offsets[d]), int(laid.offsets[d + 1])
    controls = slice(int(laid.control_last[d - 1]) if d else 0, int(laid.control_last[d]))
    spans = slice(int(laid.span_last[d - 1]) if d else 0, int(laid.span_last[d]))
    at = [*laid.control_begin[controls].tolist(), stop]
    data, pieces, starts = laid.text, list[str](), list[int]()
    for a, b in zip([begin, *at[:-1]], at, strict=True):
        pieces.append(bytes(data[a:b]).decode())
        starts.append(a)
    text = prefix.join(pieces)
    lengths = np.cumsum([0, *(len(piece) + len(prefix) for piece in pieces)])

    def place(p: int, *, end: bool) -> int:
        k = int(np.searchsorted(starts, p, side="left" if end else "right")) - 1
        k = max(k, 0)
        inside = int(lengths[k]) + len(bytes(data[starts[k] : p]).decode())
        return inside - len(prefix) if k and not end and p == starts[k] else inside

    pairs = zip(laid.span_begin[spans].tolist(), laid.span_end[spans].tolist(), strict=True)
    return text, [(place(a, end=False), place(b, end=True)) for a, b in pairs]


def renamed_specials(tokenizer_json: bytes, prefix: str = NEVER_IN_TEXT) -> bytes:
    """The same tokenizer with `prefix` before the name of each special token, ids as before, no post-processor."""
    spec: dict[str, Any] = json.loads(tokenizer_json)
    special = {token["content"] for token in spec["added_tokens"] if token["special"]}

    def name(word: Any) -> Any:
        return prefix + word if word in special else word

    for token in spec["added_tokens"]:
        token["content"] = name(token["content"])
    model = spec["model"]
    if isinstance(model["vocab"], list):
        model["vocab"] = [[name(word), score] for word, score in model["vocab"]]
    else:
        model["vocab"] = {name(word): token for word, token in model["vocab"].items()}
    if model.get("unk_token"):
        model["unk_token"] = name(model["unk_token"])
    spec["post_processor"] = None
    return json.dumps(spec, ensure_ascii=False).encode()
