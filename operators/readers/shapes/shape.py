"""Names the shapes in which chats are published: the fields of their records, and how these become turns.

Source:   messages: the chat format of OpenAI and of Hugging Face's templates. sharegpt: `conversations` of from and
          value. alpaca: tatsu-lab/alpaca. dolly: databricks/databricks-dolly-15k. prompt_completion, preference: the
          formats of TRL's trainers. hh: Anthropic/hh-rlhf. ultrafeedback: openbmb/UltraFeedback. oasst: see `trees`.
Deviates: alpaca and dolly: the input or context is added to the instruction behind an empty line, without the sentences
          around them that each project trained with: those are a matter of the template.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.shapes.answers import ranked
from corpusmill.operators.readers.shapes.columns import one_turn
from corpusmill.operators.readers.shapes.joining import counts, joined
from corpusmill.operators.readers.shapes.pairs import begins_with, dialogue, divided, has_role

Kind = Literal["turns", "text", "answers"]
Arrays = Mapping[str, pa.Array]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a record.

    name: what it is called unless the job says otherwise; needed: whether a record without it is a failed row.
    kind: "turns": a list of turns; "text": a text, or the JSON of anything else; "answers": a list of scored answers.
    speaks: see `turns_of`.
    """

    name: str
    kind: Kind = "text"
    needed: bool = False
    speaks: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turns:
    """What a record says: READ_TURNS each; null: the shape has none.

    failure, skipped: why a record is no document, null where it is one.
    """

    conversation: pa.Array
    chosen: pa.Array | None = None
    rejected: pa.Array | None = None
    failure: pa.Array | None = None
    skipped: pa.Array | None = None


@dataclass(frozen=True, kw_only=True)
class Shape:
    """fields: our name for each -> the field. turns: from an array for each field, in the type of its kind.

    trees: whether a conversation is a path in a tree of records, see `trees`; `turns` then gets its `conversation`.
    """

    fields: Mapping[str, Field]
    turns: Callable[[Arrays], Turns]
    trees: bool = False


def _messages(found: Arrays) -> Turns:
    return Turns(conversation=joined([_system(found), found["conversation"]]))


def _instruction(question: str, context: str, answer: str) -> Callable[[Arrays], Turns]:
    def turns(found: Arrays) -> Turns:
        told = pc.fill_null(found[context], "")
        both = pc.binary_join_element_wise(found[question], told, "\n\n")
        user = pc.if_else(pc.equal(told, ""), found[question], both)
        pieces = [_system(found), one_turn(user, "user"), one_turn(found[answer], "assistant")]
        return Turns(conversation=joined(pieces))

    return turns


def _completion(found: Arrays) -> Turns:
    return Turns(conversation=joined([_system(found), found["prompt"], found["completion"]]))


def _preference(found: Arrays) -> Turns:
    """The turns that both answers begin with, behind `prompt` unless they begin with its turns themselves."""
    pair = divided(found["chosen"], found["rejected"])
    none = pa.scalar(None, pa.string())
    pieces = [_system(found)] if "system" in found else []
    if "prompt" in found:
        there = begins_with(found["chosen"], found["prompt"]) & begins_with(found["rejected"], found["prompt"])
        pieces.append(pc.if_else(pa.array(there), pa.scalar(None, found["prompt"].type), found["prompt"]))
    conversation = joined([*pieces, pair.shared])
    answered = has_role(pair.chosen, "assistant") & has_role(pair.rejected, "assistant")
    lacking = pc.if_else(pa.array(answered), none, "no_answer")
    failure = pc.if_else(pa.array(counts(conversation) == 0), "no_prompt", lacking)
    return Turns(conversation=conversation, chosen=pair.chosen, rejected=pair.rejected, failure=failure)


def _dialogues(found: Arrays) -> Turns:
    return _preference({name: dialogue(texts) for name, texts in found.items()})


def _answers(found: Arrays) -> Turns:
    pair = ranked(found["completions"])
    said = joined([_system(found), one_turn(found["instruction"], "user")])
    return Turns(
        conversation=said, chosen=pair.chosen, rejected=pair.rejected, failure=pair.failure, skipped=pair.skipped
    )


def _path(found: Arrays) -> Turns:
    return Turns(conversation=found["conversation"])


def _system(found: Arrays) -> pa.Array:
    return one_turn(found["system"], "system", blank=False)


def _needed(name: str, kind: Kind = "text", speaks: str | None = None) -> Field:
    return Field(name=name, kind=kind, needed=True, speaks=speaks)


TOOLS, SYSTEM = {"tools": Field(name="tools")}, {"system": Field(name="system")}
MESSAGES = {"conversation": _needed("messages", "turns"), **TOOLS, **SYSTEM}
SHAREGPT = {**MESSAGES, "conversation": _needed("conversations", "turns")}
ALPACA = {"instruction": _needed("instruction"), "input": Field(name="input"), "output": _needed("output"), **SYSTEM}
DOLLY = {"instruction": _needed("instruction"), "context": Field(name="context"), "response": _needed("response")}
PROMPT = Field(name="prompt", kind="turns", speaks="user")
COMPLETION = {"prompt": _needed("prompt", "turns", "user"), "completion": _needed("completion", "turns", "assistant")}
PAIR = {name: _needed(name, "turns", "assistant") for name in ("chosen", "rejected")}
FEEDBACK = {"instruction": _needed("instruction"), "completions": _needed("completions", "answers"), **SYSTEM}
MESSAGE = {name: Field(name=name) for name in ("message_id", "parent_id", "role", "text", "rank")}

SHAPES: Mapping[str, Shape] = {
    "messages": Shape(fields=MESSAGES, turns=_messages),
    "sharegpt": Shape(fields=SHAREGPT, turns=_messages),
    "alpaca": Shape(fields=ALPACA, turns=_instruction("instruction", "input", "output")),
    "dolly": Shape(fields={**DOLLY, **SYSTEM}, turns=_instruction("instruction", "context", "response")),
    "prompt_completion": Shape(fields={**COMPLETION, **TOOLS, **SYSTEM}, turns=_completion),
    "preference": Shape(fields={"prompt": PROMPT, **PAIR, **TOOLS, **SYSTEM}, turns=_preference),
    "hh": Shape(fields={name: _needed(name) for name in ("chosen", "rejected")}, turns=_dialogues),
    "ultrafeedback": Shape(fields=FEEDBACK, turns=_answers),
    "oasst": Shape(fields={**MESSAGE, "tree": Field(name="prompt")}, turns=_path, trees=True),
}


def shape_by_columns(columns: Mapping[str, str]) -> str | None:
    """The shape that a job means by the columns it names, when it says none.

    >>> shape_by_columns({"conversation": "chat"}), shape_by_columns({"score": "quality"})
    ('messages', None)
    """
    return "messages" if "conversation" in columns else None


def shapes_with(fields: Iterable[str]) -> list[str]:
    """The shapes all of whose needed fields are among these, by their usual names.

    >>> shapes_with(["id", "conversations"]), shapes_with(["chosen", "rejected"]), shapes_with(["text"])
    (['sharegpt'], ['preference', 'hh'], [])
    """
    there = {*fields}
    needed = {name: {f.name for f in shape.fields.values() if f.needed} for name, shape in SHAPES.items()}
    return [name for name, names in needed.items() if names and names <= there]
