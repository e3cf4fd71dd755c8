"""What a document says reaches a terminal as text alone."""

import io

import pytest
from click.testing import CliRunner
from rich.table import Table

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.cli.errors import fail
from corpusmill.pipeline.commands.inspect import show
from corpusmill.pipeline.execution.progress import print_table
from corpusmill.pipeline.execution.terminal import PlainConsole, echo, one_line, printable
from corpusmill.pipeline.report.documents import Shown

STEERING = [
    *(chr(c) for c in (*range(9), *range(11, 32), *range(127, 160))),
    "\u202e",
    "\u2066",
    "\u061c",
    "\U000e0041",
]


@pytest.mark.parametrize("character", STEERING, ids=ascii)
def test_no_character_that_steers_a_terminal_is_printed(character):
    shown = printable(f"a{character}b")
    assert character not in shown
    assert shown.startswith("a\\")


def test_text_of_any_script_stays_as_it_is():
    text = "héé 漢字 עברית العربية नमस्ते\u200d\u200c 👩\u200d👩 \ttab\nline"
    assert printable(text) == text
    assert one_line("a\n\tb") == "a\\n\\tb"


def test_inspect_prints_a_document_without_its_controls(capsys):
    show([Shown("kept  http://a/\x1b]0;title\x07", {"url": "a\x9b2J\nb"}, "body \x1b[31mred\u202e [bold]x[/bold]")])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x9b" not in out
    assert "http://a/\\x1b]0;title\\x07" in out
    assert "url=a\\x9b2J\\nb" in out
    assert "body \\x1b[31mred\\u202e [bold]x[/bold]" in out


def test_cells_of_tables_are_text_and_no_markup():
    console = PlainConsole(file=io.StringIO(), width=80, force_terminal=True)
    table = Table(box=None)
    table.add_column("domain", no_wrap=True)
    table.add_row("[/red] \x1b[2J")
    print_table(console, table)
    assert "[/red] \\x1b[2J" in console.file.getvalue()


def test_messages_of_errors_have_no_controls(capsys):
    with pytest.raises(SystemExit):
        fail("no file \x1b]8;;http://a\x07 matches", 2)
    echo("to \u202eleft")
    out = capsys.readouterr()
    assert "\x1b" not in out.err
    assert out.out == "to \\u202eleft\n"


def test_a_command_line_prints_no_control_of_an_address(tmp_path):
    from corpusmill.pipeline.cli.main import main

    done = CliRunner().invoke(main, ["verify", str(tmp_path / "\x1b[31mred")])
    assert done.exit_code == 3
    assert "\x1b" not in done.output
    assert Store(str(tmp_path)).any_file() is None
