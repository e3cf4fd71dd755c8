"""Prints text that may come from a document: nothing in it can steer the terminal or hide what is written."""

import re

import click
from rich.console import Console
from rich.text import Text

# Controls but tab and line feed; C1; marks that reorder text; separators of lines that no terminal shows; annotations;
# invisible tags; halves of surrogate pairs.
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """The text with every character that steers a terminal written as its escape; tabs and line feeds stay.

    >>> print(printable("red \\x1b[31m, back \\u202eto front"))
    red \\x1b[31m, back \\u202eto front
    """
    return STEERING.sub(lambda found: _escape(found.group()), text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """`printable`, with line feeds and tabs as escapes too: for headings, names and cells.

    >>> print(one_line("a\\nb"))
    a\\nb
    """
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def echo(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a line, `printable`."""
    click.echo(printable(str(text)), err=err, nl=nl)


class PlainConsole(Console):
    """A console that prints strings as they are, `printable`, and takes no markup from them."""

    def render_str(self, text: str, **options: object) -> Text:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The text as rich shows it; `options` are those of `Console.render_str`, markup and emoji aside."""
        return super().render_str(printable(text), **{**options, "markup": False, "emoji": False})  # pyright: ignore[reportArgumentType]
