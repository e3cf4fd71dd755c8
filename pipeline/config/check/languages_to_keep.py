"""Languages that a decision keeps, held against those that the model before it knows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from corpusmill.operators import load
from corpusmill.operators.contract import Decision, Operator, Reader
from corpusmill.operators.decide.language import Language as Keep
from corpusmill.operators.signals.language import UNDETERMINED, names_of
from corpusmill.operators.signals.language import Language as Measure
from corpusmill.operators.text.language_codes import code_of
from corpusmill.operators.text.language_names import CODES
from corpusmill.operators.text.language_scores import FOUND_SHARES, LEAST_SCORES, PUBLISHED, TAKEN_FOR, least_score

SHIPPED = "shipped:"  # another model is not opened while a job file is read
SHIPPED_MODEL = "shipped:signals/models/lid.176.ftz"  # of which text.language_scores was measured
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


def confusions(
    steps: Iterable[Operator], labels_in: Callable[[str], Collection[str] | None] = lambda _: None
) -> Iterator[str]:
    """One sentence a kept language whose texts the shipped model cannot tell from those of another, or scores low.

    labels_in: the languages that the model at an address tells, null where it is not opened. Of such a model each kept
    language is named that it does not tell.

    >>> from corpusmill.operators.signals.language import Language as Measure
    >>> [w[:66] for w in confusions([Measure(), Keep(keep=("en", "bs"))])]
    ["decide.language keeps 'bs', but the model labels many of its texts"]
    >>> [w[:54] for w in confusions([Measure(), Keep(keep=("sw", "en"), min_score=0.65)])]
    ["decide.language keeps 'sw' from 0.65 on, which the mod"]
    >>> list(confusions([Measure(), Keep(keep=("bs", "hr", "sh"))]))
    []
    """
    shipped, labels, model = False, None, ""
    for op in steps:
        if isinstance(op, Measure) and op.column == COLUMN:
            model = op.model.address
            shipped = model == SHIPPED_MODEL
            labels = None if shipped else labels_in(model)
        elif isinstance(op, Keep) and labels is not None:
            yield from (unknown_label(each, labels, model) for each in op.least_scores() if each not in labels)
        elif isinstance(op, Keep) and shipped:
            kept = op.least_scores()
            for language, least in kept.items():
                if least >= least_score(language) + 0.2:
                    yield (
                        f"decide.language keeps {language!r} from {least:g} on, which the model gives few such texts: "
                        f"use {least_score(language):g} (`min_score: null`)"
                    )
                if missing := [label for label in TAKEN_FOR.get(language, ()) if label not in kept]:
                    others = " or ".join(map(repr, missing))
                    share = f"; lid.176 finds {found_share(language)} of it" if language in FOUND_SHARES else ""
                    yield (
                        f"decide.language keeps {language!r}, but the model labels many of its texts {others}: "
                        f"keep these too, or measure with another model{share}"
                    )
                elif language in FOUND_SHARES and language not in TAKEN_FOR and least <= least_score(language):
                    yield (
                        f"decide.language keeps {language!r}, lid.176 finds {found_share(language)} of it: "
                        "measure with another model too, see signals.language_vote"
                    )
                alike = [o for o, found in TAKEN_FOR.items() if language in found and o not in kept]
                if least < PUBLISHED and language in LEAST_SCORES and alike:
                    yield (
                        f"decide.language keeps {language!r}; the model gives that label to texts in "
                        f"{' and '.join(map(repr, alike))} too"
                    )


def unknown_label(language: str, labels: Collection[str], model: str) -> str:
    """That a model tells no language of this name, and what it calls it.

    >>> unknown_label("sw", {"swh", "eng"}, "models/glotlid.bin")
    "decide.language keeps 'sw', glotlid.bin has no such label and no document will be kept by it: write 'swh'"
    """
    named = sorted(label for label in labels if code_of(label) == code_of(language))
    meant = f"write {' or '.join(map(repr, named))}" if named else "measure with a model that tells it"
    name = model.rpartition("/")[2]
    return f"decide.language keeps {language!r}, {name} has no such label and no document will be kept by it: {meant}"


def found_share(language: str) -> str:
    """How much of a language the shipped model finds, in words."""
    return f"{100 * FOUND_SHARES[language]:.0f} %"


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
