"""How text becomes rows of token ids."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from corpusmill.pipeline.config.base.section import Complaint, Positive, Section

MOST_SEQUENCE_TOKENS = 1 << 24  # guess: longer than the longest context there is; a row is held in memory whole


class TokensSpec(Section):
    """Tokenizer and packing."""

    tokenizer: str = "shipped:tokens/models/default.tokenizer.json"
    """Address of a tokenizer.json; `shipped:` ones lie in this package."""
    sequence_tokens: Annotated[int, Field(gt=0, le=MOST_SEQUENCE_TOKENS)] = 2048
    """Tokens in one row of the dataset, at most 16,777,216."""
    packing: Literal["best_fit", "concat", "sliding", "none", "pairs"] = "best_fit"
    """How documents fill rows. `best_fit`: whole documents, few cut; `concat`: one after another; `sliding`: rows of a
    document overlap, so the parts hold the tokens of long documents sequence_tokens / stride_tokens times (twice, if no
    stride is given), and the mix counts each once; `none`: one document a row;
    `pairs`, with `template`: a preference a row, the conversation with the better answer, then that with the worse."""
    stride_tokens: Positive | None = None
    """With `sliding`: tokens from one row's beginning to the next one's, at most `sequence_tokens`; null: half."""
    cut: Literal["token", "sentence", "paragraph"] = "token"
    """Where documents are cut that do not fit a row (`best_fit`, `concat`). `token`: at the last token that fits;
    `sentence`, `paragraph`: behind the last end of one within `cut_within`; where there is none, at the end of a
    sentence or line, else at the last token. Rows are shorter, none of the tokens is lost."""
    cut_within: Annotated[float, Field(gt=0, le=1)] = 0.25
    """With `cut`: in which last share of a row its end may lie."""
    eos: str = "<|endoftext|>"
    """The token written once after each document."""
    special_tokens: Literal["split", "keep", "fail"] = "split"
    """What becomes of special tokens that a text names (`<|endoftext|>` in a tutorial). `split`: they are text like any
    other; `keep`: they are the special tokens themselves, the end of a document included; `fail`: the run stops at the
    first document that names one. They are counted in the funnel."""

    template: str | None = None
    """How conversations become text: `chatml`, `gemma`, `llama3`, `mistral` or `qwen`; `tokenizer`: the template in the
    files beside the tokenizer.json; or the address of a .jinja file. Null: their contents, as any text."""
    loss: Literal["assistant", "last", "all"] = "assistant"
    """With `template`: what `loss_mask` is 1 for: `assistant`: all turns of assistants, `last`: the last of them only,
    `all`: everything; of `pairs` always the last ones. Documents that are no conversations are trained on whole."""
    long_conversations: Literal["truncate", "drop"] = "truncate"
    """With `template` and `best_fit`: a conversation of more than `sequence_tokens` ends behind the last answer that
    fits, or is dropped; one of which no answer fits is dropped in any case. Of `pairs` both must fit."""
    render: Literal["auto", "jinja"] = "auto"
    """With `template`: `jinja` renders every conversation by Jinja, which is slow; `auto` only those that need it."""
    today: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "2024-07-26"
    """With `template`: the date that a template writes which asks for today's (Llama 3.1), the same in every run."""

    def complaints(self) -> Iterator[Complaint]:
        if self.template is None and self.packing == "pairs":
            yield ("packing",), "`pairs` are conversations: set `template`, such as `template: chatml`"
        if self.template is not None and self.packing not in ("best_fit", "none", "pairs"):
            yield ("packing",), f"`{self.packing}` splits conversations; with `template` use `best_fit` or `none`"
        if self.cut != "token" and self.packing not in ("best_fit", "concat"):
            yield ("cut",), f"`cut: {self.cut}` needs `packing: best_fit` or `concat`, this is `{self.packing}`"
        if self.stride_tokens is None:
            return
        if self.packing != "sliding":
            yield ("stride_tokens",), f"only `packing: sliding` has a stride, this is `{self.packing}`"
        if self.stride_tokens > self.sequence_tokens:
            most = f"at most sequence_tokens = {self.sequence_tokens}, got {self.stride_tokens}"
            yield ("stride_tokens",), f"tokens between rows would be lost: {most}"
