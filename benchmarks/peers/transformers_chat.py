"""Ids and assistant masks of conversations by transformers' apply_chat_template, and how long it takes.

transformers_chat.py TOKENIZER.json TEMPLATES.json CONVERSATIONS.json OUT.json   every template, all conversations
transformers_chat.py TOKENIZER.json TEMPLATE.jinja CONVERSATIONS.jsonl OUT.npz   one template, timed from the lines
"""

import datetime
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import transformers.utils.chat_template_utils as chat
from transformers import PreTrainedTokenizerFast


class Noon(datetime.datetime):
    """A clock that stands still, for templates that write the date."""

    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26)


chat.datetime = Noon


def tokenizer_of(path: str) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(tokenizer_file=path, bos_token="<s>", eos_token="</s>")


def every(tokenizer: str, templates: str, conversations: str, out: str) -> None:
    made, found = tokenizer_of(tokenizer), {}
    rows = json.loads(Path(conversations).read_text())
    for name, template in json.loads(Path(templates).read_text()).items():
        found[name] = [one(made, row, template) for row in rows]
    Path(out).write_text(json.dumps(found))
    print(json.dumps({"transformers": transformers_version()}))


def one(made: PreTrainedTokenizerFast, row: dict, template: str) -> dict:
    try:
        done = made.apply_chat_template(
            row["messages"],
            tools=row["tools"],
            chat_template=template,
            return_dict=True,
            return_assistant_tokens_mask=True,
        )
    except Exception as e:  # whatever a template raises
        return {"refused": type(e).__name__}
    return {"ids": list(done["input_ids"]), "mask": list(done["assistant_masks"])}


def timed(tokenizer: str, template: str, conversations: str, out: str, masks: str) -> None:
    """From lines to ids and masks of packed rows: CPU seconds and rows. masks: `masks`, or `ids` without them."""
    made = tokenizer_of(tokenizer)
    made.chat_template = Path(template).read_text()
    size = 2048
    started = time.process_time()
    ids, mask, rows, packed, room = [], [], 0, [], 0
    with Path(conversations).open() as lines:
        for line in lines:
            messages = json.loads(line)["messages"]
            done = made.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=masks == "masks")
            ids.append(np.array(done["input_ids"], np.int32))
            mask.append(np.array(done["assistant_masks"] if masks == "masks" else [], np.uint8))
            rows += 1
            if len(ids[-1]) > room:
                packed.append([])
                room = size
            packed[-1].append(rows - 1)
            room -= len(ids[-1])
    whole, spans = np.concatenate(ids), np.concatenate(mask)
    seconds = time.process_time() - started
    print(
        json.dumps(
            {
                "seconds": seconds,
                "rows": rows,
                "tokens": len(whole),
                "ids_sha256": hashlib.sha256(whole.tobytes()).hexdigest(),
                "mask_sha256": hashlib.sha256(spans.tobytes()).hexdigest(),
                "transformers": transformers_version(),
            }
        )
    )


def transformers_version() -> str:
    import transformers

    return transformers.__version__


if __name__ == "__main__":
    (timed if len(sys.argv) > 5 else every)(*sys.argv[1:])
