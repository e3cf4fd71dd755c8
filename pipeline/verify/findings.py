"""What a verification found: one line a check, and the figures behind it."""

from dataclasses import dataclass, field

from corpusmill.pipeline.execution.progress import counted


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was worked out again. message: its figures in words; breaches: what is wrong, one a line."""

    name: str
    message: str
    breaches: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.breaches


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All checks of one dataset, and numbers by name (`figures`) for programs that read them."""

    url: str
    checks: tuple[Check, ...]
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def breaches(self) -> list[str]:
        return [f"{check.name}: {breach}" for check in self.checks for breach in check.breaches]

    def table(self) -> str:
        """For a person: each check with ok or WRONG, then what is wrong."""
        width = max(len(check.name) for check in self.checks)
        lines = [f"{c.name:<{width}}  {'ok    ' if c.holds else 'WRONG'}  {c.message}".rstrip() for c in self.checks]
        lines += ["", *self.breaches[:SHOWN]] if self.breaches else []
        if len(self.breaches) > SHOWN:
            lines.append(f"... and {len(self.breaches) - SHOWN} problems that are not shown")
        return "\n".join(lines) + "\n"


def verdict(url: str, breaches: int, checks: int) -> str:
    """The last line of a verification: whether the dataset is valid.

    >>> verdict("out", 0, 9), verdict("out", 1, 9)
    ('valid: all 9 checks of out hold', 'not valid: out has 1 breach, listed above')
    """
    if not breaches:
        return f"valid: all {checks} checks of {url} hold"
    return f"not valid: {url} has {counted(breaches, 'breach')}, listed above"


SHOWN = 40
