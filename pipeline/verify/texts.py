"""A sample of documents decoded into text, and the text encoded again by `tokenizers`: the same tokens."""

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.tokens import tokenizer
from corpusmill.pipeline.verify.findings import Check
from corpusmill.pipeline.verify.part import Part


def round_trip(output: Store, parts: Sequence[Part], *, keep_special: bool) -> Check:
    """Byte-level tokenizers give back every token; with any other, which may drop spaces, the text stays the same.

    keep_special: special tokens that a text named were encoded as such.
    """
    sampled = [(part.name, ids) for part in parts for ids in part.sampled]
    name = "texts there and back"
    try:
        content = output.read("tokenizer.json")
        encoder = tokenizer.load(content, eos=_eos(content, parts), keep_special=keep_special)
    except (FileNotFoundError, ValueError, LookupError) as e:
        return Check(name=name, message="", breaches=(f"tokenizer.json cannot be used: {e}",))
    exact = (json.loads(content).get("decoder") or {}).get("type") == "ByteLevel"
    conversations = any(part.footer and part.footer["loss"] for part in parts)
    wrong = []
    for part, ids in sampled:
        if conversations:
            same, at = _between_controls(ids, encoder, exact)
            wrong += (
                [] if same else [f"{part}: a document of {len(ids):,} tokens comes back otherwise from token {at} on"]
            )
            continue
        text = encoder.decode(_inside(ids, encoder))
        again = encoder.documents(pa.array([text], pa.large_string())).ids
        same = np.array_equal(again, ids) if exact else encoder.decode(_inside(again, encoder)) == text
        if not same:
            at = int(np.argmin(again[: len(ids)] == ids[: len(again)])) if exact else 0
            wrong.append(f"{part}: a document of {len(ids):,} tokens comes back otherwise from token {at} on")
    tokens = sum(len(ids) for _, ids in sampled)
    return Check(name=name, message=f"{len(sampled):,} documents, {tokens:,} tokens", breaches=tuple(wrong))


def _between_controls(ids: np.ndarray, encoder: tokenizer.Tokenizer, exact: bool) -> tuple[bool, int]:
    """Whether the text between special tokens, which a chat template writes, comes back; and from where it does not."""
    special = [at for at, token in encoder.judge.get_added_tokens_decoder().items() if token.special]
    cuts = np.flatnonzero(np.isin(ids, special))
    begins, ends = np.concatenate([[0], cuts + 1]), np.append(cuts, len(ids))
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        text = encoder.decode(ids[begin:end])
        again = np.array(encoder.judge.encode(text, add_special_tokens=False).ids, np.int32)
        if not (np.array_equal(again, ids[begin:end]) if exact else encoder.decode(again) == text):
            return False, begin
    return True, 0


def _eos(content: bytes, parts: Sequence[Part]) -> str | None:
    """The name of the token that ends documents, by the number in the parts."""
    number = next((int(part.footer["eos_id"]) for part in parts if part.footer), None)
    import tokenizers

    return None if number is None else tokenizers.Tokenizer.from_buffer(content).id_to_token(number)


def _inside(ids: np.ndarray, encoder: tokenizer.Tokenizer) -> np.ndarray:
    """The tokens of the text itself, without those that begin and end every document."""
    before, after = len(encoder.frame.before), len(encoder.frame.after)
    ends = after if encoder.frame.after[-1:] == (encoder.eos_id,) else after + 1
    return ids[before : len(ids) - ends]
