"""Measures the language of each turn of a conversation, and of all that is asked and answered.

Source:   the model and windows of signals.language.
Deviates: as signals.language. Turns are short: of a turn of three words the label is often wrong; the labels of prompt
          and answer are of all their turns together.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.language import UNDETERMINED, names_of
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.text.fasttext.kernel import classify
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.sample_windows import sampled_spans
from corpusmill.operators.text.scripts import scripts_of
from corpusmill.operators.text.spans import spans_of
from corpusmill.operators.text.turns import find_answers, find_prompts, find_turns


@dataclass(frozen=True, kw_only=True)
class TurnLanguages(Signal):
    """Adds `chat_languages` (a label for each turn, in order), `chat_prompt_language` and `chat_answer_language`.

    Labels are as the model names them, `und` without a letter. Prompts are what users and systems say; of a preference
    `chosen` is the answer. sample_bytes: how much is read of each text.
    """

    model: Resource = field(default_factory=lambda: Resource("shipped:signals/models/lid.176.ftz"))
    sample_bytes: int = 1000

    reads: ClassVar[Columns] = {"conversation": CONVERSATION, "chosen": CONVERSATION}
    adds: ClassVar[Columns] = {
        "chat_languages": pa.list_(pa.string()),
        "chat_prompt_language": pa.string(),
        "chat_answer_language": pa.string(),
    }

    def __post_init__(self) -> None:
        if self.sample_bytes < 1:
            raise ValueError(f"sample_bytes must be at least 1, got {self.sample_bytes}")

    def check_files(self) -> None:
        names_of(self.model.read())

    def measure(self, batch: Batch) -> Arrays:
        turns = batch.once(find_turns)
        offsets = pa.array(turns.first.astype(np.int32))
        return {
            "chat_languages": pa.ListArray.from_arrays(offsets, self._labels(turns.contents)),
            "chat_prompt_language": self._labels(batch.once(find_prompts).column("text")),
            "chat_answer_language": self._labels(batch.once(find_answers).column("text")),
        }

    def _labels(self, texts: pa.Array) -> pa.Array:
        """The language of each text: string, never null."""
        names = [*(name.language for name in names_of(self.model.read())), UNDETERMINED]
        spans = sampled_spans(spans_of(texts), self.sample_bytes)
        found = classify(spans, weights_of(self.model.read()))
        unknown = (found.labels < 0) | (scripts_of(spans) == 0)
        places = np.where(unknown, len(names) - 1, found.labels)
        return pa.array(names, pa.string()).take(pa.array(places, pa.int64()))
