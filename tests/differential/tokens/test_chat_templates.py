"""Templates give the ids and assistant masks of transformers: 13 published formats, 200 conversations each.

Conversations: with tools, with and without system, of many turns, with empty and padded turns, with text that is not
composed. None names a special token: transformers would take it for the token itself.
"""

import datetime
import json
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.peers.run import HERE, peers_python
from benchmarks.texts import real_texts
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.tokens.chat import sources
from corpusmill.operators.tokens.chat.answers import Loss, trained
from corpusmill.operators.tokens.chat.encoder import ChatEncoder
from corpusmill.operators.tokens.chat.environment import Template
from corpusmill.operators.tokens.tokenizer import load
from tests.differential.tokens.chat_forms import SPECIALS, TEMPLATES, conversations, rows_of

DEFAULT = Path(sources.__file__).parents[1] / "models" / "default.tokenizer.json"
COUNT = 200


@pytest.mark.slow
def test_ids_and_masks_are_those_of_transformers(tmp_path):
    if not Path(peers_python()).exists():
        pytest.skip(f"the peers' environment is not on this machine ({peers_python()})")
    tokenizer = sources.with_markers(DEFAULT.read_bytes(), SPECIALS)
    found = conversations(real_texts(None)["text"].to_pylist()[:300], COUNT)
    (tmp_path / "tokenizer.json").write_bytes(tokenizer)
    (tmp_path / "templates.json").write_text(json.dumps(dict(TEMPLATES)))
    (tmp_path / "conversations.json").write_text(json.dumps(found))
    files = [str(tmp_path / n) for n in ("tokenizer.json", "templates.json", "conversations.json", "out.json")]
    subprocess.run([peers_python(), str(HERE / "transformers_chat.py"), *files], check=True)
    theirs = json.loads((tmp_path / "out.json").read_text())
    rows, tools = rows_of(found)
    encoder = load(tokenizer, eos="</s>")
    for name, text in TEMPLATES.items():
        variables = {"bos_token": "<s>", "eos_token": "</s>"}
        chat = ChatEncoder(
            tokenizer=encoder,
            tokenizer_json=tokenizer,
            template=Template(text, variables, datetime.date(2024, 7, 26)),
        )
        encoded = chat.encode(pa.array(rows, CONVERSATION), pa.array(tools, pa.string()))
        ours = trained(encoded.rows, encoded.answers, Loss.ASSISTANT, None)
        assert encoded.rendered - len(encoded.refused) < COUNT / 2, f"{name}: {encoded.rendered} went through Jinja"
        for place, other in enumerate(theirs[name]):
            begin, end = ours.rows.offsets[place : place + 2]
            assert ("refused" in other) == (place in encoded.refused), (name, place, other, encoded.refused.get(place))
            if "refused" not in other:
                assert ours.rows.row(place).tolist() == other["ids"], (name, place)
                assert np.array_equal(ours.mask[begin:end], other["mask"]), (name, place)
