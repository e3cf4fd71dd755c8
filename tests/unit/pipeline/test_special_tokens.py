"""Special tokens that documents name: counted on the way to the funnel, or the end of the run."""

import pyarrow as pa
import pytest

from corpusmill.errors import SpecialTokenNamed
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.funnel_of_stages import funnel, of_unique
from corpusmill.pipeline.stages.tokenize.unit import count_special
from corpusmill.pipeline.steps.tokenizer import tokenizer_of

TEXTS = pa.array(["salt", "a <|endoftext|> b <|pad|>", "<|endoftext|>", None], pa.large_string())
IDS = pa.chunked_array([pa.array([3, 5, 8, 9])])


@pytest.mark.thorough
@pytest.mark.parametrize("handling", ["split", "keep"])
def test_documents_and_occurrences_reach_the_funnel(handling):
    tally = Tally()
    count_special(tokenizer_of(TokensSpec(special_tokens=handling)), TEXTS, IDS, handling, tally)
    told = funnel([of_unique(tally, {})])
    assert told.special_tokens_named == {"documents": 2, "occurrences": 3}
    assert told.steps[0].documents == 0  # they are no documents of their own
    assert Funnel.from_json(told.to_json()).special_tokens_named == told.special_tokens_named


def test_a_job_that_is_to_fail_names_the_document_and_the_token():
    spec = TokensSpec(special_tokens="fail")
    with pytest.raises(SpecialTokenNamed, match=r"document 5 names the special token '<\|endoftext\|>'.*split"):
        count_special(tokenizer_of(spec), TEXTS, IDS, "fail", Tally())
    count_special(tokenizer_of(spec), TEXTS.slice(3), IDS.slice(3), "fail", Tally())


@pytest.mark.thorough
def test_by_default_names_are_text_and_by_choice_the_tokens():
    split, kept = (tokenizer_of(TokensSpec(special_tokens=how)) for how in ("split", "keep"))
    assert TokensSpec().special_tokens == "split"
    assert [(t.documents(TEXTS).ids == t.eos_id).sum() for t in (split, kept)] == [3, 4]
