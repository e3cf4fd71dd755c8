"""What undoing a coding of an HTTP body gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undone:
    """A body without one of its codings. fault: what of the coding cannot be read, null when all of it can."""

    body: bytes
    fault: str | None = None


def breaks_off(body: bytes) -> Undone:
    """A body of which the end is missing, as far as it goes."""
    return Undone(body, f"breaks off after {len(body)} bytes")
