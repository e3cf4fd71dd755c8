"""Whether the kernels can do what a tokenizer.json asks for, and if not, why not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.errors import UnsupportedTokenizer
from corpusmill.operators.tokens.bpe import words
from corpusmill.operators.tokens.expressions import DEEPSEEK3, GPT2, LLAMA3, O200K, QWEN2

MODES: dict[tuple[str, ...], int] = {
    (GPT2,): words.GPT2,
    (LLAMA3,): words.LLAMA3,
    (QWEN2,): words.QWEN2,
    (O200K,): words.O200K,
    DEEPSEEK3: words.DEEPSEEK3,
}
# Expressions that leave no character of any text unmatched: to keep the matches and drop the rest cuts alike.
WHOLE = (GPT2, LLAMA3, QWEN2, O200K)
# Parts of them as others write them, and as they stand here: what is possessive there has nothing to give back, and the
# newlines that `\s*` has taken end at the last one either way. Source: cl100k_base and o200k_base of tiktoken.
WRITTEN = (
    (r"[^\r\n\p{L}\p{N}]?+\p{L}", r"[^\r\n\p{L}\p{N}]?\p{L}"),
    (r"\p{L}++", r"\p{L}+"),
    (r"[^\s\p{L}\p{N}]++", r"[^\s\p{L}\p{N}]+"),
    (r"[\r\n]*+", r"[\r\n]*"),
    (r"[\r\n/]*+", r"[\r\n/]*"),
    (r"|\s*[\r\n]|", r"|\s*[\r\n]+|"),
)
UNSET = (None, "", False, 0)
# What may be set in a BPE model without changing what bytes give: all 256 of them have a token, so none is unknown.
NO_MATTER = {"type", "vocab", "merges", "ignore_merges", "unk_token", "fuse_unk", "byte_fallback"}
POST_PROCESSORS = ("ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a byte-level BPE tokenizer asks of the kernels."""

    mode: int  # the split expression, as `words` numbers them
    prefix_space: bool  # each stretch of text that does not begin with a space gets one
    nfc: bool
    ignore_merges: bool  # a word that is a token is that token, whatever the merges say
    vocabulary: Mapping[str, int]
    merges: Sequence[tuple[str, str]]


def recipe_of(tokenizer_json: bytes) -> Recipe:
    """The Recipe of a tokenizer.json; UnsupportedTokenizer if anything in it is not known to be done alike."""
    spec = json.loads(tokenizer_json)
    model = spec["model"]
    if model.get("type", "BPE") != "BPE":
        raise UnsupportedTokenizer(f"the model is {model['type']}, not BPE")
    for key, value in model.items():
        if key not in NO_MATTER and value not in UNSET:
            raise UnsupportedTokenizer(f"the model sets {key}: {value!r}")
    mode, prefix_space = pre_tokenizer_of(spec.get("pre_tokenizer"))
    post = spec.get("post_processor")
    for step in [] if post is None else post["processors"] if post["type"] == "Sequence" else [post]:
        if step["type"] not in POST_PROCESSORS:
            raise UnsupportedTokenizer(f"the post-processor is {step['type']}")
    return Recipe(
        mode=mode,
        prefix_space=prefix_space,
        nfc=is_nfc(spec.get("normalizer")),
        ignore_merges=bool(model.get("ignore_merges")),
        vocabulary=model["vocab"],
        merges=[pair_of(merge) for merge in model["merges"]],
    )


def pair_of(merge: str | Sequence[str]) -> tuple[str, str]:
    """The two tokens of a merge, which older files write as one string."""
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right


def is_nfc(normalizer: Mapping[str, Any] | None) -> bool:
    """Whether text is brought to NFC (or left as it is); UnsupportedTokenizer for any other change."""
    if normalizer is None:
        return False
    steps = normalizer["normalizers"] if normalizer["type"] == "Sequence" else [normalizer]
    if any(step != {"type": "NFC"} for step in steps):
        raise UnsupportedTokenizer(f"the normalizer is {normalizer}")
    return bool(steps)


def pre_tokenizer_of(spec: Mapping[str, Any] | None) -> tuple[int, bool]:
    """Mode and prefix space of a pre-tokenizer; UnsupportedTokenizer for one that is not known."""
    steps = [] if spec is None else spec["pretokenizers"] if spec["type"] == "Sequence" else [spec]
    if not steps or steps[-1]["type"] != "ByteLevel":
        raise UnsupportedTokenizer(f"the pre-tokenizer does not end in ByteLevel: {shown(spec)}")
    *cuts, bytes_ = steps
    own_expression = bytes_.get("use_regex", True)
    prefix_space = bytes_.get("add_prefix_space", True)
    if not cuts and own_expression:
        return words.GPT2, prefix_space
    if prefix_space:
        raise UnsupportedTokenizer("a space is put before each word, not before each text")
    if cuts == [{"type": "Digits", "individual_digits": True}] and own_expression:
        return words.DIGITS_GPT2, False
    expressions = tuple(expression_of(cut) for cut in cuts)
    if own_expression or expressions not in MODES:
        raise UnsupportedTokenizer(f"the pre-tokenizer is not supported: {shown(spec)}")
    return MODES[expressions], False


def expression_of(cut: Mapping[str, Any]) -> str:
    """The regular expression of a step that cuts at its matches and keeps all; UnsupportedTokenizer for any other."""
    pattern = cut.get("pattern")
    if cut["type"] == "Split" and isinstance(pattern, Mapping) and "Regex" in pattern:
        expression = pattern["Regex"]
        for theirs, ours in WRITTEN:
            expression = expression.replace(theirs, ours)
        how = cut.get("behavior"), bool(cut.get("invert"))
        if how == ("Isolated", False) or (how == ("Removed", True) and expression in WHOLE):
            return expression
    raise UnsupportedTokenizer(f"a pre-tokenizer step is not supported: {shown(cut)}")


def shown(spec: object) -> str:
    """The part of a tokenizer.json that a message quotes, cut short."""
    text = json.dumps(spec, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + " ..."
