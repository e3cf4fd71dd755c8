"""Which token of which document goes where in the rows of a dataset, by the packing that the job names."""

import functools

import numpy as np

from corpusmill.operators.tokens.packing.best_fit import best_fit, fit_pieces
from corpusmill.operators.tokens.packing.concat import concat
from corpusmill.operators.tokens.packing.cut_places import Cutting, concat_at_ends, pieces_at_ends
from corpusmill.operators.tokens.packing.layout import Layout
from corpusmill.operators.tokens.packing.pairs import pairs
from corpusmill.operators.tokens.packing.sliding import sliding
from corpusmill.operators.tokens.packing.text_ends import TokenTexts, token_texts
from corpusmill.operators.tokens.packing.whole import whole
from corpusmill.operators.tokens.rows import TokenRows
from corpusmill.operators.tokens.supervised import unmarked
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.steps.tokenizer import tokenizer_of


def layout_of(spec: TokensSpec, rows: TokenRows) -> Layout:
    """The sequences of these documents, in this order; with a template their ids say what is trained on."""
    if spec.packing == "pairs":
        return pairs(rows)
    if spec.template is not None:
        rows = TokenRows(offsets=rows.offsets, ids=unmarked(rows.ids)[0])
    size, n_tokens = spec.sequence_tokens, rows.n_tokens.astype(np.int64)
    if spec.cut != "token":
        how = Cutting(
            texts=_texts_of(spec.tokenizer, spec.eos, spec.special_tokens, spec.template),
            cut=spec.cut,
            within=spec.cut_within,
        )
        if spec.packing == "concat":
            return concat_at_ends(rows, size, how)
        return fit_pieces(pieces_at_ends(rows, size, how), sequence_tokens=size)
    match spec.packing:
        case "concat":
            return concat(n_tokens, sequence_tokens=size)
        case "best_fit":
            return best_fit(n_tokens, sequence_tokens=size)
        case "sliding":
            return sliding(n_tokens, sequence_tokens=size, stride=spec.stride_tokens or max(1, size // 2))
        case "none":
            return whole(n_tokens)


@functools.lru_cache(maxsize=2)
def _texts_of(tokenizer: str, eos: str, special_tokens: str, template: str | None) -> TokenTexts:
    """The texts of a job's tokens, those that its template adds included, made once a process."""
    spec = {"tokenizer": tokenizer, "eos": eos, "special_tokens": special_tokens, "template": template}
    return token_texts(tokenizer_of(TokensSpec.model_validate(spec)))
