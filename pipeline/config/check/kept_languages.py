"""Languages that a decision keeps, held against those that the model before it knows."""

from collections.abc import Collection, Iterator, Sequence

from corpusmill.operators import load
from corpusmill.operators.contract import Decision, Operator, Reader
from corpusmill.operators.decide.language import Language as Keep
from corpusmill.operators.signals.language import UNDETERMINED, names_of
from corpusmill.operators.signals.language import Language as Measure
from corpusmill.operators.text.language_names import CODES

SHIPPED = "shipped:"  # another model is not opened while a job file is read
COLUMN = "language"


def complaints(steps: Sequence[tuple[str, Operator | None]], fixed: Collection[str]) -> Iterator[tuple[int, str]]:
    """(step, message) of each language that no document can have.

    steps: (name, operator), null where it could not be built. fixed: the languages that inputs fix.
    """
    labels: Collection[str] | None = None
    for number, (name, op) in enumerate(steps):
        if isinstance(op, Keep) and labels is not None:
            for language in op.least_scores():
                if language not in labels and language not in fixed:
                    yield (
                        number,
                        f"the model of signals.language knows no language {language!r}{meant(language, labels)}",
                    )
        elif op is None:
            labels = labels if name.startswith("decide.") else None  # another step might have made the column
        elif not isinstance(op, Decision | Reader) and COLUMN in op.columns_added():
            labels = labels_of(op) if isinstance(op, Measure) else None


def labels_of(op: Measure) -> Collection[str] | None:
    """The languages that a model tells; null when it does not lie in this package."""
    if not op.model.address.startswith(SHIPPED):
        return None
    return {name.language for name in names_of(load.shipped(op.model.address))} | {UNDETERMINED}


def meant(language: str, labels: Collection[str]) -> str:
    """The code that was meant, or what codes look like.

    >>> meant("English", {"en", "de"}), meant("xx", {"en", "de"})
    ("; did you mean 'en'?", '; it says ISO 639 codes such as en, de, fr, zh')
    """
    code = CODES.get(language.lower())
    if code in labels:
        return f"; did you mean {code!r}?"
    return "; it says ISO 639 codes such as en, de, fr, zh"  # codes of two letters all look like each other
