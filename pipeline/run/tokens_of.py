"""Estimates tokens from bytes of text, by what the last run counted of each language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.evidence.predict import Predicted
from corpusmill.pipeline.files.workspace_layout import FUNNEL
from corpusmill.pipeline.report.funnel import Funnel


@dataclass(frozen=True)
class TokensPerByte:
    """Tokens that one byte of text gives, by language. overall: for languages that no document is unique in."""

    by_language: Mapping[str, float]
    overall: float

    @classmethod
    def of(cls, workspace: Store) -> "TokensPerByte":
        """Those of the last finished run."""
        funnel = Funnel.from_json(json.loads(workspace.read(FUNNEL)))
        counts = funnel.by("language")
        rates = {word: c["unique_tokens"] / c["unique_bytes"] for word, c in counts.items() if c["unique_bytes"]}
        sizes = sum(c["unique_bytes"] for c in counts.values())
        tokens = sum(c["unique_tokens"] for c in counts.values())
        return cls(rates, tokens / sizes if sizes else 0.0)

    def of_amounts(self, language: str, one: Predicted) -> tuple[float, float]:
        """Tokens now and then."""
        rate = self.by_language.get(language, self.overall)
        return one.now.size_bytes * rate, one.then.size_bytes * rate
