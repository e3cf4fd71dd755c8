"""Where a chat template comes from: one that ships, by name, or the files beside a tokenizer.json.

Source: the five that ship are written after the formats that OpenAI (ChatML), Meta (Llama 3), Mistral AI (v1), Google
        (Gemma) and Alibaba (Qwen 2.5) published, with their answers marked by `{% generation %}`. Files: what
        `save_pretrained` of transformers 5.24 writes, and what it wrote before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from corpusmill.errors import UnusableTemplate

OF_TOKENIZER = "tokenizer"  # in place of a name: the template in the files beside the tokenizer.json
NAMED_TOKENS = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")  # as transformers has them, each with _token


@dataclass(frozen=True, kw_only=True)
class Source:
    """A template with what it reads beside the conversation. with_tools: the one for conversations with tools.

    markers: special tokens that it writes and that a tokenizer may lack; they are added to it.
    """

    text: str
    with_tools: str | None = None
    variables: Mapping[str, str]
    markers: Sequence[str] = ()


_BEGINNINGS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        "chatml": ({}, ("<|im_start|>", "<|im_end|>")),
        "qwen": ({}, ("<|im_start|>", "<|im_end|>")),
        "llama3": (
            {"bos_token": "<|begin_of_text|>"},
            ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        ),
        "mistral": ({"bos_token": "<s>", "eos_token": "</s>"}, ("<s>", "</s>")),
        "gemma": ({"bos_token": "<bos>"}, ("<bos>", "<start_of_turn>", "<end_of_turn>")),
    }
)
NAMES = tuple(sorted(_BEGINNINGS))


def named(name: str) -> Source:
    """A template that ships; KeyError without one of that name."""
    variables, markers = _BEGINNINGS[name]
    text = resources.files("corpusmill.operators.tokens.chat").joinpath("templates", f"{name}.j2").read_text("utf-8")
    return Source(text=text.removesuffix("\n"), variables=variables, markers=markers)


def from_files(config_json: bytes | None, template: bytes | None) -> Source:
    """The template of a tokenizer. config_json: its tokenizer_config.json; template: its chat_template.jinja, if any.

    UnusableTemplate where neither has one.
    """
    config: Mapping[str, Any] = json.loads(config_json) if config_json else {}
    variables = {f"{name}_token": _content(config.get(f"{name}_token")) for name in NAMED_TOKENS}
    found = {name: content for name, content in variables.items() if content is not None}
    if template is not None:
        return Source(text=template.decode(), variables=found)
    told = config.get("chat_template")
    if isinstance(told, list):
        several = {each["name"]: each["template"] for each in told}
        if "default" in several:
            return Source(text=several["default"], with_tools=several.get("tool_use"), variables=found)
    if isinstance(told, str):
        return Source(text=told, variables=found)
    raise UnusableTemplate(
        "there is no chat template next to the tokenizer.json: expected chat_template.jinja, or `chat_template` in "
        f"tokenizer_config.json; put one there, or name one that ships: {', '.join(NAMES)}"
    )


def _content(token: Any) -> str | None:
    return token.get("content") if isinstance(token, Mapping) else token


def with_markers(tokenizer_json: bytes, markers: Sequence[str]) -> bytes:
    """The same tokenizer, in which each of these tokens is a special one; new ones get the next free ids."""
    spec = json.loads(tokenizer_json)
    vocabulary = spec["model"]["vocab"]
    words = {word: at for at, (word, _) in enumerate(vocabulary)} if isinstance(vocabulary, list) else vocabulary
    added = {token["content"]: token for token in spec["added_tokens"]}
    missing = [marker for marker in markers if not (marker in added and added[marker]["special"])]
    if not missing:
        return tokenizer_json
    free = max([*words.values(), *(token["id"] for token in spec["added_tokens"])]) + 1
    for marker in missing:
        if marker in added:
            added[marker]["special"] = True
            continue
        at = words.get(marker)
        flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
        spec["added_tokens"].append({"id": free if at is None else at, "content": marker, **flags, "special": True})
        free += at is None
    spec["added_tokens"].sort(key=lambda token: token["id"])
    return (json.dumps(spec, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
