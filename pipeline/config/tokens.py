"""How text becomes rows of token ids."""

from typing import Literal

from pipeline.config.section import Positive, Section


class TokensSpec(Section):
    """Tokenizer and packing."""

    tokenizer: str = "shipped:tokens/models/default.tokenizer.json"
    """Address of a tokenizer.json; `shipped:` ones lie in this package."""
    sequence_tokens: Positive = 2048
    """Tokens in one row of the dataset."""
    packing: Literal["concat", "best_fit", "sliding", "none"] = "concat"
    """How documents fill rows; `none`: one document a row."""
    eos: str = "<|endoftext|>"
    """The token written once after each document."""
