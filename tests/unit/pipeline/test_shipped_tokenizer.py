"""The tokenizer that ships is neither loaded for what a plan says of it, nor checked in every run."""

from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.steps.tokenizer import description, ships, tokenizer_of


def test_what_is_said_of_it_is_true():
    assert description(TokensSpec()) == tokenizer_of(TokensSpec()).description


def test_another_file_another_end_or_a_template_is_checked():
    assert ships(TokensSpec(sequence_tokens=64))
    for other in ({"tokenizer": "mine.json"}, {"eos": "</s>"}, {"template": "chatml"}):
        assert not ships(TokensSpec.model_validate(other))
