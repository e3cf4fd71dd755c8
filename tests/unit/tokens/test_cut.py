"""`tokens.cut` reaches the rows and the footer of what is packed, and changes nothing where it is not set."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import JobError
from corpusmill.operators.tokens.packing.best_fit import best_fit
from corpusmill.operators.tokens.schema import Footer
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.steps.layout import layout_of
from corpusmill.pipeline.steps.tokenizer import tokenizer_of

JOB = "name: x\nworkspace: w\noutput: o\ninputs: [{source: a, paths: [a.jsonl]}]\ntokens: {%s}\n"
SENTENCE = "第一句话说的是天气很好。"


def footer(**cut):
    return Footer(tokenizer_sha256="0", vocab_size=9, eos_id=0, packing="best_fit", sequence_tokens=8, **cut).metadata()


@pytest.mark.thorough
def test_rows_end_with_sentences_only_where_the_job_says_so():
    spec = TokensSpec(sequence_tokens=64)
    rows = tokenizer_of(spec).documents(pa.array([SENTENCE * 40, "茶。"], pa.large_string()))
    plain, other = layout_of(spec, rows), best_fit(rows.n_tokens, sequence_tokens=64)
    assert np.array_equal(plain.start, other.start)
    for packing in ("best_fit", "concat"):
        found = layout_of(spec.model_copy(update={"cut": "sentence", "cut_within": 0.5, "packing": packing}), rows)
        assert found.tokens.sum() == len(rows.ids)
        starts = sorted(found.start[found.document == 0].tolist())[1:]
        texts = [tokenizer_of(spec).decode(rows.row(0)[:at]) for at in starts]
        assert len(texts) > 5
        assert all(text.endswith("。") for text in texts)


def test_only_packings_that_cut_can_choose_where():
    for packing in ("sliding", "none"):
        with pytest.raises(JobError, match="needs `packing: best_fit` or `concat`"):
            parse(JOB % f"cut: sentence, packing: {packing}", folder="/jobs")
    assert parse(JOB % "cut: paragraph, packing: concat", folder="/jobs").tokens.cut == "paragraph"


def test_a_part_names_its_cut_only_where_it_has_one():
    assert footer() == footer(cut="token", cut_within=0.25)
    assert footer(cut="sentence", cut_within=0.5)[b"corpusmill.cut"] == b"sentence"
    assert footer(cut="sentence", cut_within=0.5)[b"corpusmill.cut_within"] == b"0.5"
