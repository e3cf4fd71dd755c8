"""Ranges of 64-bit keys: all keys whose first bits are given. Halves, quarters... of the whole, nothing in between."""

from dataclasses import dataclass

KEY_BITS = 64


@dataclass(frozen=True, order=True)
class KeyRange:
    """Keys whose top `bits` bits are the number `index`; KeyRange(0, 0) is all of them.

    >>> KeyRange(2, 3).low == 3 << 62, KeyRange(2, 3).high == 1 << 64
    (True, True)
    """

    bits: int
    index: int

    def __post_init__(self) -> None:
        if not (0 <= self.bits <= KEY_BITS and 0 <= self.index < 1 << self.bits):
            raise ValueError(f"no range of keys has {self.bits} bits and index {self.index}")

    @property
    def low(self) -> int:
        return self.index << (KEY_BITS - self.bits)

    @property
    def high(self) -> int:
        """The first key beyond, up to 2^64."""
        return (self.index + 1) << (KEY_BITS - self.bits)

    def holds(self, other: "KeyRange") -> bool:
        """Whether every key of `other` is one of these.

        >>> KeyRange(1, 1).holds(KeyRange(3, 6)), KeyRange(3, 6).holds(KeyRange(1, 1))
        (True, False)
        """
        return other.bits >= self.bits and other.index >> (other.bits - self.bits) == self.index

    def split(self, bits: int) -> list["KeyRange"]:
        """The 2^bits equal parts, in order.

        >>> KeyRange(1, 1).split(1)
        [KeyRange(bits=2, index=2), KeyRange(bits=2, index=3)]
        """
        return [KeyRange(self.bits + bits, (self.index << bits) + i) for i in range(1 << bits)]


EVERYTHING = KeyRange(0, 0)
