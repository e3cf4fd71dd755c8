"""Twelve chat templates, written by hand after formats that model makers published, and conversations for them.

Each marks what an assistant says by `{% generation %}`, for without it transformers gives no mask.
"""

import json
import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

GEN, END = "{% generation %}", "{% endgeneration %}"
TURN = "{% for m in messages %}"
LAST = "{% endfor %}"


def say(before: str, content: str, after: str) -> str:
    """A turn of an assistant: header, what it says, and the rest of the line."""
    return "{% elif m.role == 'assistant' %}" + f"{{{{ '{before}' }}}}{GEN}{content}{END}{{{{ '{after}' }}}}"


CHATML = (
    TURN
    + "{% if m.role == 'assistant' %}{{ '<|im_start|>assistant\\n' }}"
    + GEN
    + "{{ m.content }}{{ '<|im_end|>' }}"
    + END
    + "{{ '\\n' }}{% else %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endif %}"
    + LAST
)
LLAMA2 = (
    "{% if messages[0].role == 'system' %}{% set rest = messages[1:] %}"
    "{% set told = '<<SYS>>\\n' + messages[0].content + '\\n<</SYS>>\\n\\n' %}"
    "{% else %}{% set rest = messages %}{% set told = '' %}{% endif %}"
    "{% for m in rest %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('user and assistant take turns') }}{% endif %}"
    "{% if m.role == 'user' %}"
    "{{ bos_token + '[INST] ' + ((told if loop.first else '') + m.content) | trim + ' [/INST]' }}"
    + say("", "{{ ' ' + m.content | trim + ' ' + eos_token }}", "")
    + "{% endif %}"
    + LAST
)
LLAMA3 = (
    "{{ bos_token }}"
    + TURN
    + "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' }}"
    + "{% if m.role == 'assistant' %}"
    + GEN
    + "{{ m.content | trim + '<|eot_id|>' }}"
    + END
    + "{% else %}{{ m.content | trim + '<|eot_id|>' }}{% endif %}"
    + LAST
)
LLAMA31 = (
    "{{ bos_token }}{% set first = messages[0].content | trim if messages[0].role == 'system' else '' %}"
    "{{ '<|start_header_id|>system<|end_header_id|>\\n\\n' }}"
    "{% if tools %}{{ 'Environment: ipython\\n' }}{% endif %}"
    "{{ 'Today: ' + strftime_now('%d %b %Y') + '\\n\\n' }}"
    "{% if tools %}{% for t in tools %}{{ t | tojson(indent=4) }}{{ '\\n\\n' }}{% endfor %}{% endif %}"
    "{{ first + '<|eot_id|>' }}"
    "{% for m in messages %}{% if m.role == 'system' and loop.first %}{% continue %}{% endif %}"
    "{% if m.tool_calls %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}"
    + GEN
    + "{% for c in m.tool_calls %}{{ '{\"name\": ' + c.function.name | tojson + ', \"parameters\": ' }}"
    + "{{ c.function.arguments | tojson + '}' }}{% endfor %}{{ '<|eot_id|>' }}"
    + END
    + "{% elif m.role == 'tool' %}{{ '<|start_header_id|>ipython<|end_header_id|>\\n\\n' }}"
    + "{{ m.content | tojson + '<|eot_id|>' }}"
    + say("<|start_header_id|>assistant<|end_header_id|>\\n\\n", "{{ m.content | trim + '<|eot_id|>' }}", "")
    + "{% else %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' + m.content | trim + '<|eot_id|>' }}"
    + "{% endif %}"
    + LAST
)
MISTRAL1 = (
    "{{ bos_token }}"
    + TURN
    + "{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' }}"
    + say("", "{{ m.content + eos_token }}", " ")
    + "{% else %}{{ raise_exception('only user and assistant') }}{% endif %}"
    + LAST
)
MISTRAL3 = (
    "{% set sys = messages[0].content if messages[0].role == 'system' else none %}"
    "{% set rest = messages[1:] if sys is not none else messages %}{{ bos_token }}"
    "{% for m in rest %}{% if m.role == 'user' %}"
    "{% if tools and loop.last %}{{ '[AVAILABLE_TOOLS] ' + tools | tojson + '[/AVAILABLE_TOOLS]' }}{% endif %}"
    "{% if loop.last and sys is not none %}{{ '[INST] ' + sys + '\\n\\n' + m.content + '[/INST]' }}"
    "{% else %}{{ '[INST] ' + m.content + '[/INST]' }}{% endif %}"
    "{% elif m.tool_calls %}" + GEN + "{{ '[TOOL_CALLS] ' + m.tool_calls | tojson + eos_token }}" + END + ""
    "{% elif m.role == 'tool' %}{{ '[TOOL_RESULTS] ' + {'content': m.content} | tojson + '[/TOOL_RESULTS]' }}"
    + say("", "{{ ' ' + m.content + eos_token }}", "")
    + "{% endif %}"
    + LAST
)
GEMMA = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    + TURN
    + "{% if m.role == 'user' %}{{ '<start_of_turn>user\\n' + m.content | trim + '<end_of_turn>\\n' }}"
    + say("<start_of_turn>model\\n", "{{ m.content | trim + '<end_of_turn>' }}", "\\n")
    + "{% endif %}"
    + LAST
)
QWEN25 = (
    "{% set sys = messages[0].content if messages[0].role == 'system' else 'You are a helpful assistant.' %}"
    "{{ '<|im_start|>system\\n' + sys }}{% if tools %}{{ '\\n\\n# Tools\\n<tools>' }}"
    "{% for t in tools %}{{ '\\n' + t | tojson }}{% endfor %}{{ '\\n</tools>' }}{% endif %}{{ '<|im_end|>\\n' }}"
    "{% for m in messages %}{% if m.role == 'system' and loop.first %}"
    "{% elif m.role == 'assistant' %}{{ '<|im_start|>assistant' }}"
    + GEN
    + "{% if m.content %}{{ '\\n' + m.content }}{% endif %}"
    + "{% for c in m.tool_calls or [] %}"
    + "{{ '\\n<tool_call>\\n' + {'name': c.function.name, 'arguments': c.function.arguments} | tojson }}"
    + "{{ '\\n</tool_call>' }}{% endfor %}{{ '<|im_end|>' }}"
    + END
    + "{{ '\\n' }}{% elif m.role == 'tool' %}"
    + "{% if loop.first or loop.previtem.role != 'tool' %}{{ '<|im_start|>user' }}{% endif %}"
    + "{{ '\\n<tool_response>\\n' + m.content + '\\n</tool_response>' }}"
    + "{% if loop.last or loop.nextitem.role != 'tool' %}{{ '<|im_end|>\\n' }}{% endif %}"
    + "{% else %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endif %}"
    + LAST
)
PHI3 = (
    TURN
    + "{% if m.role == 'assistant' %}{{ '<|assistant|>\\n' }}"
    + GEN
    + "{{ m.content + '<|end|>' }}"
    + END
    + "{{ '\\n' }}{% else %}{{ '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}{% endif %}"
    + LAST
    + "{{ eos_token }}"
)
ZEPHYR = (
    TURN
    + "{% if m.role == 'assistant' %}{{ '<|assistant|>\\n' }}"
    + GEN
    + "{{ m.content + eos_token }}"
    + END
    + "{{ '\\n' }}{% else %}{{ '<|' + m.role + '|>\\n' + m.content + eos_token + '\\n' }}{% endif %}"
    + LAST
)
DEEPSEEK = (
    "{{ bos_token }}{% set ns = namespace(sys='') %}"
    "{% for m in messages %}{% if m.role == 'system' %}{% set ns.sys = ns.sys + m.content %}{% endif %}{% endfor %}"
    "{{ ns.sys }}"
    + TURN
    + "{% if m.role == 'user' %}{{ '<｜User｜>' + m.content }}"
    + "{% elif m.role == 'assistant' %}{{ '<｜Assistant｜>' }}"
    + "{% set said = m.content.split('</think>')[-1] if '</think>' in m.content else m.content %}"
    + GEN
    + "{{ said + eos_token }}"
    + END
    + "{% endif %}"
    + LAST
)
COMMAND = (
    "{{ bos_token }}"
    + TURN
    + "{% set who = {'system': 'SYSTEM', 'user': 'USER', 'assistant': 'CHATBOT', 'tool': 'SYSTEM'}[m.role] %}"
    + "{{ '<|START_OF_TURN_TOKEN|><|' + who + '_TOKEN|>' }}"
    + "{% if m.role == 'assistant' %}"
    + GEN
    + "{{ m.content.strip() + '<|END_OF_TURN_TOKEN|>' }}"
    + END
    + "{% else %}{{ m.content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% endif %}"
    + LAST
)
OLMO = (
    "{{ bos_token }}"
    + TURN
    + "{% if m.role == 'assistant' %}{{ '<|assistant|>\\n' }}"
    + GEN
    + "{{ m.content }}{% if not loop.last %}{{ eos_token + '\\n' }}{% else %}{{ eos_token }}{% endif %}"
    + END
    + "{% else %}{{ '<|' + m.role + '|>\\n' + m.content + '\\n' }}{% endif %}"
    + LAST
)
TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "chatml": CHATML,
        "llama-2": LLAMA2,
        "llama-3": LLAMA3,
        "llama-3.1": LLAMA31,
        "mistral-v1": MISTRAL1,
        "mistral-v3": MISTRAL3,
        "gemma": GEMMA,
        "qwen-2.5": QWEN25,
        "phi-3": PHI3,
        "zephyr": ZEPHYR,
        "deepseek": DEEPSEEK,
        "command-r": COMMAND,
        "olmo": OLMO,
    }
)
SPECIALS = (
    "<s>",
    "</s>",
    "<|im_start|>",
    "<|im_end|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|end|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<|START_OF_TURN_TOKEN|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|USER_TOKEN|>",
    "<|CHATBOT_TOKEN|>",
    "<|SYSTEM_TOKEN|>",
    "[TOOL_CALLS]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
)
TOOL = {"type": "function", "function": {"name": "weather", "description": "Says <how> it is & ü", "parameters": {}}}


def conversations(texts: Sequence[str], count: int) -> list[dict[str, Any]]:
    """`count` of them, the same ones every time: {messages, tools}. texts: of which contents are cut."""
    rng = random.Random(0)

    def content() -> str:
        text = texts[rng.randrange(len(texts))]
        begin = rng.randrange(max(1, len(text) - 200))
        return text[begin : begin + rng.choice((1, 5, 40, 200, 600))] or "yes"

    found = []
    for number in range(count):
        turns: list[dict[str, Any]] = []
        if number % 3 == 0:
            turns.append({"role": "system", "content": content()})
        for turn in range(1 + number % 5):
            turns.append({"role": "user", "content": content()})
            if number % 10 == 7 and turn == 0:
                call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": {"at": "Ö"}}}
                turns.append({"role": "assistant", "tool_calls": [call]})
                turns.append({"role": "tool", "content": '{"degrees": 3}', "tool_call_id": "1"})
            turns.append({"role": "assistant", "content": content()})
        if number % 20 == 11:
            turns[-1]["content"] = ""
        if number % 20 == 13:
            turns[-1]["content"] = "  \n padded 🙂\n\n"
        if number % 20 == 17:
            turns[-1]["content"] = "<think>\nhm\n</think>\n\nA plain answer."
        if number % 25 == 19:
            turns.append({"role": "user", "content": "e\u0301 not composed"})
        found.append({"messages": turns, "tools": [TOOL] if number % 10 == 7 else None})
    return found


def rows_of(found: Sequence[Mapping[str, Any]]) -> tuple[list[list[dict[str, Any]]], list[str | None]]:
    """The same as rows of a conversation column, and of its tools."""
    keys = ("role", "content", "name", "tool_calls", "tool_call_id")
    rows = [
        [
            {k: json.dumps(turn[k]) if k == "tool_calls" and k in turn else turn.get(k) for k in keys}
            for turn in each["messages"]
        ]
        for each in found
    ]
    return rows, [None if each["tools"] is None else json.dumps(each["tools"]) for each in found]
