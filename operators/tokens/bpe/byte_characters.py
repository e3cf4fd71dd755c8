"""The alphabet of byte-level vocabularies."""

import functools
from collections.abc import Mapping


@functools.cache
def byte_characters() -> tuple[str, ...]:
    """The printable character that stands for each byte in a byte-level vocabulary.

    Source: Radford et al. 2019 (GPT-2): bytes that Latin-1 prints stand for themselves, the others from U+0100 on.

    >>> byte_characters()[ord("a")], byte_characters()[ord(" ")]
    ('a', 'Ġ')
    """
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printed]
    stands: Mapping[int, int] = {byte: byte for byte in printed} | {b: 256 + n for n, b in enumerate(others)}
    return tuple(chr(stands[byte]) for byte in range(256))


@functools.cache
def byte_of_character() -> Mapping[str, int]:
    """The other way round."""
    return {character: byte for byte, character in enumerate(byte_characters())}


def bytes_of(token: str) -> bytes:
    """The bytes a token of a byte-level vocabulary stands for; KeyError if it is not made of that alphabet.

    >>> bytes_of("Ġtea")
    b' tea'
    """
    return bytes(map(byte_of_character().__getitem__, token))
