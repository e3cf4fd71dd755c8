"""A browser of documents for the terminal: a list, the document beside it, a line to search in.

What documents say is shown as text alone: nothing in it is markup, and no control character reaches the terminal.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import DataTable, Footer, Input, Static

from corpusmill.pipeline.execution.terminal import one_line, printable
from corpusmill.pipeline.report.documents import Shown
from corpusmill.pipeline.report.search import Query

HEADING_CHARS = 80
HINT = "search: words, or url: text: reason: id:  (Enter; empty: the first sample again)"


class Browser(App[None]):
    """Shows documents, searches for others, and explains one.

    find: gives the documents of a query, or the first sample for None. why: the lines that explain a doc_id.
    """

    CSS = """
    #list { width: 44%; }
    #page { width: 56%; padding: 0 1; border-left: solid $primary; }
    #said { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit"),
        Binding("slash", "search", "search"),
        Binding("n", "move(1)", "next"),
        Binding("p", "move(-1)", "previous"),
        Binding("space", "page", "page down"),
        Binding("w", "why", "why"),
    ]

    def __init__(
        self, heading: str, find: Callable[[Query | None], Sequence[Shown]], why: Callable[[int], Sequence[str]]
    ) -> None:
        super().__init__()
        self.heading, self.find, self.why = heading, find, why
        self.items: Sequence[Shown] = ()
        self.query_now: Query | None = None

    def compose(self) -> ComposeResult:
        yield Static(Text(one_line(self.heading)), id="said")
        with Horizontal():
            yield DataTable(id="list", cursor_type="row", show_header=False)
            with VerticalScroll(id="page"):
                yield Static(id="document")
        yield Input(placeholder=HINT, id="search")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#list", DataTable).add_column("document", key="document")
        self.fill(None)
        self.query_one("#list").focus()

    def fill(self, query: Query | None) -> None:
        """Show the documents of a query."""
        self.query_now, self.items = query, list(self.find(query))
        table = self.query_one("#list", DataTable)
        table.clear()
        for item in self.items:
            table.add_row(Text(one_line(item.heading)[:HEADING_CHARS]))
        count = f"{len(self.items):,} shown" if self.items else "nothing matches"
        self.query_one("#said", Static).update(Text(f"{one_line(self.heading)} | {count}"))
        self.show(0)

    def show(self, number: int) -> None:
        """Show one of the documents."""
        page = self.query_one("#document", Static)
        if not 0 <= number < len(self.items):
            page.update("")
            return
        item = self.items[number]
        facts = "\n".join(one_line(f"{name} = {value}") for name, value in item.facts.items())
        shown = Text.assemble(
            (one_line(item.heading), "bold"), "\n\n", (facts, "dim"), "\n\n", printable(item.full or item.text)
        )
        if self.query_now is not None and self.query_now.words:
            shown.highlight_words([printable(self.query_now.words)], "black on yellow", case_sensitive=False)
        page.update(shown)
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        self.show(event.cursor_row)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.fill(Query.parse(event.value) if event.value.strip() else None)
        self.query_one("#list").focus()

    def action_search(self) -> None:
        self.query_one("#search").focus()

    def action_move(self, by: int) -> None:
        table = self.query_one("#list", DataTable)
        table.move_cursor(row=table.cursor_row + by)

    def action_page(self) -> None:
        self.query_one("#page", VerticalScroll).scroll_page_down(animate=False)

    def action_why(self) -> None:
        """Show the story of the document in place of its text."""
        number = self.query_one("#list", DataTable).cursor_row
        doc_id = self.items[number].facts.get("doc_id") if 0 <= number < len(self.items) else None
        if doc_id is not None:
            lines = "\n".join(printable(line) for line in self.why(int(str(doc_id))))
            self.query_one("#document", Static).update(Text(lines))
