"""Tables of documents with conversations become rows of tokens, and packed rows with their loss mask."""

import json

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.tokens.packing.cut_places import pieces_at_ends
from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.table import sequences, values, with_marks, with_mask
from corpusmill.operators.tokens.packing.unpack import documents_in
from corpusmill.operators.tokens.rows import TokenRows
from corpusmill.operators.tokens.schema import Footer, shard_schema
from corpusmill.operators.tokens.supervised import unmarked
from corpusmill.pipeline.commands.messages import message_row
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.export.formats.megatron_sft import packs
from corpusmill.pipeline.export.formats.preferences import answers_of
from corpusmill.pipeline.reading.torch_dataset import PackedSequences, collate_packed, torch
from corpusmill.pipeline.report.funnel import CHAT
from corpusmill.pipeline.stages.pack.unit import loss_of
from corpusmill.pipeline.stages.tokenize import conversations as chats
from corpusmill.pipeline.stages.tokenize.conversations import with_conversations
from corpusmill.pipeline.stages.tokenize.preferences import NO_PAIR, with_pairs
from corpusmill.pipeline.stages.tokenize.unit import conversations
from corpusmill.pipeline.steps import layout as layouts
from corpusmill.pipeline.steps.chat import chat_of, decides, template_files
from corpusmill.pipeline.steps.layout import layout_of
from corpusmill.pipeline.steps.tokenizer import tokenizer_of
from tests.unit.chat.chats import encoder, turn

SPEC = TokensSpec(template="chatml", sequence_tokens=40)
ASK, ANSWER, WORSE = turn("user", "Hi there"), turn("assistant", "Hello to you"), turn("assistant", "No.")
LONG = [ASK, ANSWER, turn("user", "more"), turn("assistant", "word " * 60)]


def table_of(*conversations, chosen=None, rejected=None, texts=None):
    count = len(conversations)
    return pa.table(
        {
            "conversation": pa.array(conversations, CONVERSATION),
            "tools": pa.nulls(count, pa.string()),
            "chosen": pa.array(chosen or [None] * count, CONVERSATION),
            "rejected": pa.array(rejected or [None] * count, CONVERSATION),
            "text": pa.array(texts or [None] * count, pa.large_string()),
        }
    )


def laid(table, spec=SPEC):
    texts = tokenizer_of(spec).documents(table["text"].combine_chunks())
    return with_conversations(table, texts, chat_of(spec), spec)


def packed(rows, spec=SPEC):
    documents = Documents(
        rows=rows,
        doc_ids=np.arange(len(rows)),
        leaves=np.zeros(len(rows), np.int32),
        passes=np.zeros(len(rows), np.int16),
    )
    footer = Footer(
        tokenizer_sha256="ab", vocab_size=40_000, eos_id=0, packing=spec.packing, sequence_tokens=0, loss=spec.loss
    )
    return with_mask(sequences(documents, layout_of(spec, rows))).cast(shard_schema(footer))


def decoded(ids):
    return tokenizer_of(SPEC).decode(np.asarray(ids, np.int32))


@pytest.mark.thorough
def test_texts_beside_conversations_are_trained_on_whole():
    done = laid(table_of(None, [ASK, ANSWER], texts=["A plain text.", None]))
    ids, mask = unmarked(done.rows.row(0))
    assert (decoded(ids), mask.all()) == ("A plain text.<|endoftext|>", True)
    ids, mask = unmarked(done.rows.row(1))
    assert decoded(ids[mask == 1]) == "Hello to you<|im_end|>"
    assert not done.reasons


@pytest.mark.thorough
def test_a_long_conversation_is_truncated_or_dropped_and_one_without_an_answer_is_dropped():
    table = table_of(LONG, [ASK], [ASK, turn("assistant", "word " * 60)])
    done = laid(table)
    assert done.reasons == {1: chats.NO_ANSWER, 2: chats.TOO_LONG}
    assert done.truncated == 1
    assert decoded(unmarked(done.rows.row(0))[0]).endswith("Hello to you<|im_end|>")
    dropped = laid(table, SPEC.model_copy(update={"long_conversations": "drop"}))
    assert dropped.reasons[0] == chats.TOO_LONG


def test_tokens_of_conversations_that_are_dropped_are_not_counted_as_supervised():
    spec, tally = SPEC.model_copy(update={"long_conversations": "drop"}), Tally()
    table = table_of(LONG, [ASK, ANSWER])
    _, rows = conversations(table, chat_of(spec), tokenizer_of(spec), spec, tally)
    assert tally.total(CHAT, "supervised tokens") == unmarked(rows.ids)[1].sum() == 4


@pytest.mark.parametrize("loss", ["assistant", "last", "all"])
def test_pairs_say_that_their_last_answers_are_trained_on(loss):
    assert loss_of(SPEC.model_copy(update={"loss": loss})) == loss
    assert loss_of(SPEC.model_copy(update={"loss": loss, "packing": "pairs"})) == "last"


def test_tokens_of_the_derived_form_are_not_those_of_a_job_that_renders_by_jinja():
    assert decides(SPEC) != decides(SPEC.model_copy(update={"render": "jinja"}))


def test_a_preference_is_trained_on_its_better_answer():
    done = laid(table_of([ASK], None, chosen=[[ANSWER], None], rejected=[[WORSE], None], texts=[None, "x"]))
    ids, mask = unmarked(done.rows.row(0))
    assert decoded(ids[mask == 1]) == "Hello to you<|im_end|>"


def test_rows_have_their_mask_and_no_conversation_is_split():
    many = [[ASK, ANSWER] for _ in range(7)]
    table = packed(laid(table_of(*many)).rows)
    assert set(values(table, "doc_offsets").tolist()) == {0}
    assert table["loss_mask"].combine_chunks().offsets.equals(table["input_ids"].combine_chunks().offsets)
    again = documents_in(with_marks(table))
    assert np.array_equal(np.sort(again.doc_ids), np.arange(7))
    ids, mask = unmarked(again.rows.row(0))
    assert decoded(ids[mask == 1]) == "Hello to you<|im_end|>"
    assert packs(table)["seq_start_id"][0].as_py()[:2] == [0, table["seq_lens"][0][0].as_py()]


@pytest.mark.thorough
def test_where_sentences_end_is_looked_up_for_the_special_tokens_of_the_template_too(monkeypatch):
    spec = TokensSpec(template="chatml", sequence_tokens=40, cut="sentence", special_tokens="keep")
    tables = []

    def noted(rows, size, how):
        tables.append(how.texts)
        return pieces_at_ends(rows, size, how)

    monkeypatch.setattr(layouts, "pieces_at_ends", noted)
    layout_of(spec, TokenRows(offsets=np.array([0, 1]), ids=np.array([7], np.int32)))
    assert len(tables[0].begin) == tokenizer_of(spec).vocab_size + 1


def test_pairs_are_a_row_of_two_pieces_and_come_out_as_prompt_and_answers():
    spec = SPEC.model_copy(update={"packing": "pairs"})
    table = table_of([ASK], [ASK], chosen=[[ANSWER], None], rejected=[[WORSE], None])
    done = with_pairs(table, chat_of(spec), spec)
    assert done.reasons == {1: NO_PAIR}
    rows = TokenRows(offsets=done.rows.offsets[:2], ids=done.rows.ids)
    out = packed(rows, spec)
    assert len(out["seq_lens"][0]) == 2
    (row,) = answers_of(out).to_pylist()
    assert decoded(row["prompt_ids"]) == "<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n"
    assert decoded(row["chosen_ids"]) == "Hello to you<|im_end|>\n"
    assert decoded(row["rejected_ids"]) == "No.<|im_end|>\n"
    assert row["rejected_mask"] == [1] * (len(row["rejected_ids"]) - 1) + [0]
    assert np.array_equal(documents_in(with_marks(out)).rows.ids, rows.ids)


@pytest.mark.parametrize("answer", [[], [ASK]])
def test_an_answer_in_the_prompt_of_a_preference_is_no_answer_to_prefer(answer):
    spec = SPEC.model_copy(update={"packing": "pairs", "sequence_tokens": 400})
    prompt = [ASK, ANSWER, ASK]
    table = table_of(*[prompt] * 3, chosen=[answer, [ANSWER], [ANSWER]], rejected=[[WORSE], answer, [WORSE, ASK]])
    done = with_pairs(table, chat_of(spec), spec)
    assert done.reasons == {0: chats.NO_ANSWER, 1: chats.NO_ANSWER}


SAID = (
    "{% for m in messages %}{{ '\\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}"
    "{% else %}{{ m.content }}{% endif %}{% endfor %}"
)


@pytest.mark.parametrize("fast", [True, False])
def test_an_answer_of_no_token_is_none(fast):
    nothing, chat = turn("assistant", ""), encoder(text=SAID)
    if not fast:
        chat.texts.fast = None
    table = table_of([ASK, nothing], [ASK, ANSWER, ASK, nothing], [ASK, nothing, turn("user", "so " * 50), ANSWER])
    texts = tokenizer_of(SPEC).documents(table["text"].combine_chunks())
    for loss in ("assistant", "last"):
        done = with_conversations(table, texts, chat, SPEC.model_copy(update={"loss": loss}))
        assert done.reasons == {0: chats.NO_ANSWER, 2: chats.TOO_LONG}
        ids, mask = unmarked(done.rows.row(1))
        assert decoded(ids[mask == 1]) == "Hello to you"
    pairs = SPEC.model_copy(update={"packing": "pairs"})
    prompts = table_of([ASK], [ASK, ANSWER, ASK], chosen=[[nothing], [ANSWER]], rejected=[[WORSE], [nothing]])
    assert with_pairs(prompts, chat, pairs).reasons == {0: chats.NO_ANSWER, 1: chats.NO_ANSWER}


def test_messages_go_out_as_they_came_in():
    row = {"conversation": [ASK], "chosen": [ANSWER], "rejected": [WORSE], "tools": '[{"a": 1}]', "source": "s"}
    assert message_row(row) == {
        "prompt": [{"role": "user", "content": "Hi there"}],
        "chosen": [{"role": "assistant", "content": "Hello to you"}],
        "rejected": [{"role": "assistant", "content": "No."}],
        "tools": [{"a": 1}],
        "source": "s",
    }
    assert message_row({"conversation": None, "chosen": None, "rejected": None, "tools": None}) is None


def test_the_template_is_published_as_transformers_reads_it():
    files = template_files(SPEC)
    assert b"<|im_start|>" in files["chat_template.jinja"]
    assert json.loads(files["tokenizer_config.json"])["tokenizer_class"] == "PreTrainedTokenizerFast"


@pytest.mark.parametrize("packing", ["concat", "sliding"])
def test_a_packing_that_splits_conversations_is_refused(packing):
    (found,) = TokensSpec(template="chatml", packing=packing).complaints()
    assert found == (("packing",), f"`{packing}` splits conversations; with `template` use `best_fit` or `none`")


@pytest.mark.skipif(torch is None, reason="torch is not installed in this environment")
def test_torch_reads_the_mask(tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(packed(laid(table_of([ASK, ANSWER])).rows), tmp_path / "part.parquet")
    batch = collate_packed(list(PackedSequences([str(tmp_path / "part.parquet")])))
    labels = batch["input_ids"].masked_fill(batch["loss_mask"] == 0, -100)
    assert decoded(labels[labels >= 0].numpy()) == "Hello to you<|im_end|>"


@pytest.mark.parametrize("template", ["chatml", "tokenizer"])
def test_a_template_that_ships_is_a_name_and_any_other_an_address(template):
    job = "name: a\ninputs: [{source: a, paths: ['*.jsonl']}]\ntokens: {template: %s}\n"
    assert parse(job % template).tokens.template == template
    assert parse(job % "my.jinja").tokens.template.endswith("/my.jinja")
