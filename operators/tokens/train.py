"""A byte-level BPE tokenizer from text: the same text in the same order gives the same bytes.

Source: Sennrich et al. 2016, arXiv:1508.07909 (BPE); Radford et al. 2019 (bytes as the alphabet).
Trained by `tokenizers`.
"""

import json
from collections.abc import Iterator

from corpusmill.errors import UntrainableTokenizer
from corpusmill.operators.tokens.expressions import EXPRESSIONS

END = "<|endoftext|>"
PAD = "<|pad|>"
SPECIALS = (END, PAD)
SMALLEST = 256 + len(SPECIALS)


def train(texts: Iterator[str], *, vocab_size: int, expression: str = "o200k") -> bytes:
    """A tokenizer.json of at most `vocab_size` tokens: two special ones, 256 bytes, and what merging found.

    expression: a name in `EXPRESSIONS`, how text is cut into words before merging. Fewer tokens than asked for come out
    only when the text has no pair left that occurs twice; that is a ValueError, because a job would go on unnoticed.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    if expression not in EXPRESSIONS:
        raise UntrainableTokenizer(f"no expression {expression!r}; there are {', '.join(EXPRESSIONS)}")
    if vocab_size < SMALLEST:
        raise UntrainableTokenizer(f"a vocabulary of bytes needs at least {SMALLEST} tokens, got {vocab_size}")
    tokenizer = Tokenizer(models.BPE())
    steps = [pre_tokenizers.Split(Regex(cut), "isolated") for cut in EXPRESSIONS[expression]]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue] (stub lacks setter)
        [*steps, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        show_progress=False,
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    if tokenizer.get_vocab_size() < vocab_size:
        found = tokenizer.get_vocab_size()
        raise UntrainableTokenizer(
            f"{vocab_size} tokens were requested, the text gives {found}: train on more text, or request fewer"
        )
    return (json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n").encode()
