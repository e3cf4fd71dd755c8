"""Tables of Arrow are read as files and as streams, one document a row, with the mapping of Parquet."""

import io

import pyarrow as pa
import pyarrow.ipc as ipc
import pytest

from corpusmill.operators.readers import arrow
from tests.contract.files import read, reader_of

TABLE = pa.table(
    {
        "text": pa.array(["one", "two", None, "four"]).dictionary_encode(),
        "id": [1, 2, 3, 4],
        "messages": [[{"role": "user", "content": f"Hi {n}"}] for n in range(4)],
    }
)
OPENERS = {"file": ipc.new_file, "stream": ipc.new_stream}


def stored(form: str, compression: str | None = None) -> bytes:
    out = io.BytesIO()
    with OPENERS[form](out, TABLE.schema, options=ipc.IpcWriteOptions(compression=compression)) as writer:
        for start in (0, 3):
            writer.write_table(TABLE.slice(start, 3))
    return out.getvalue()


@pytest.mark.parametrize("form", OPENERS)
@pytest.mark.parametrize("compression", [None, "zstd"])
def test_rows_are_documents_and_every_byte_is_in_a_row(form, compression):
    data = stored(form, compression)
    rows = read(reader_of("readers.arrow", {"source_id": "id"}), data)
    found = [(row["offset"], row["text"], row["source_id"], row["failure"]) for row in rows if row["skipped"] is None]
    assert found == [
        (0, "one", "1", None),
        (1, "two", "2", None),
        (2, None, None, "missing_field: text"),
        (3, "four", "4", None),
    ]
    assert sum(row["length"] for row in rows) == len(data)


@pytest.mark.parametrize("form", OPENERS)
def test_rows_may_be_conversations(form):
    rows = read(reader_of("readers.arrow", {"columns": {"conversation": "messages"}}), stored(form))
    assert [row["text"] for row in rows if row["skipped"] is None] == ["Hi 0", "Hi 1", "Hi 2", "Hi 3"]


def test_the_fields_are_seen_before_the_file_is_read():
    look = reader_of("readers.arrow", {"text": "body"}).first_look(io.BytesIO(stored("stream")))
    assert look.fields == ("text", "id", "messages")
    assert "the file has no column 'body'" in str(look.lacks)


def test_a_text_that_is_no_utf8_fails_alone():
    raw = pa.array([b"one", b"\xff\xfe", b"three"])
    turns = pa.array([[{"role": b"user", "content": each}] for each in (b"one", b"\xff", b"three")])
    inner = pa.StructArray.from_arrays([broken(turns.values.field(k)) for k in (0, 1)], ["role", "content"])
    lists = pa.ListArray.from_arrays(turns.offsets, inner)
    ids = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), broken(pa.array([b"a", b"b", b"\xff"])))
    table = pa.table({"text": broken(raw), "messages": lists, "id": ids})
    out = io.BytesIO()
    with ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    rows = read(reader_of("readers.arrow", {"source_id": "id"}), out.getvalue())
    found = [(row["text"], row["source_id"], row["failure"]) for row in rows if row["skipped"] is None]
    assert found == [("one", "a", None), (None, None, "invalid_utf8"), ("three", None, None)]
    chats = read(reader_of("readers.arrow", {"shape": "messages"}), out.getvalue())
    texts = [(row["text"], row["failure"]) for row in chats if row["skipped"] is None]
    assert texts == [("one", None), (None, "missing_content: turn 1"), ("three", None)]


def broken(raw: pa.Array) -> pa.Array:
    """Bytes as strings, whatever they hold."""
    return pa.Array.from_buffers(pa.string(), len(raw), raw.buffers(), raw.null_count, raw.offset)


NOT_THE_END = "bad_arrow: what follows the last message is not the end of the file"


def test_a_second_stream_behind_the_first_is_a_failed_row():
    data = stored("stream") * 2
    rows = read(reader_of("readers.arrow", {}), data)
    assert [row["text"] for row in rows if row["text"]] == ["one", "two", "four"]
    assert (rows[-1]["failure"], rows[-1]["skipped"]) == (NOT_THE_END, None)
    assert sum(row["length"] for row in rows) == len(data)


@pytest.mark.parametrize("form", OPENERS)
def test_zeros_in_place_of_a_message_are_not_taken_for_the_end(form):
    data = stored(form)
    second = [at for at in range(0, len(data), 8) if data[at : at + 4] == b"\xff" * 4][-2]
    rows = read(reader_of("readers.arrow", {}), data[:second] + bytes(8) + data[second + 8 :])
    assert (rows[-1]["failure"], rows[-1]["skipped"]) == (NOT_THE_END, None)
    assert sum(row["length"] for row in rows) == len(data)


def test_nuls_behind_a_stream_are_its_end():
    rows = read(reader_of("readers.arrow", {}), stored("stream") + bytes(600))
    assert rows[-1]["skipped"] == "arrow_footer"


def test_columns_that_no_job_names_are_not_read(monkeypatch):
    seen = []
    batch_of = arrow.Arrow.batch_of
    monkeypatch.setattr(
        arrow.Arrow, "batch_of", lambda self, piece, *further: (seen.append(piece), batch_of(self, piece, *further))[1]
    )
    read(reader_of("readers.arrow", {"source_id": "id"}), stored("file"))
    assert {tuple(piece.schema.names) for piece in seen} == {("text", "id")}


def test_a_value_that_cannot_be_read_fails_the_rows_of_its_batch_and_the_next_batch_goes_on(monkeypatch):
    batch_of = arrow.Arrow.batch_of

    def unreadable(self, piece, names, row, lengths):
        if row == 0:
            raise TypeError("not a value")
        return batch_of(self, piece, names, row, lengths)

    monkeypatch.setattr(arrow.Arrow, "batch_of", unreadable)
    data = stored("file")
    rows = [row for row in read(reader_of("readers.arrow", {}), data) if row["skipped"] is None]
    assert [(row["offset"], row["text"], row["failure"]) for row in rows] == [
        (0, None, "bad_arrow: not a value"),
        (1, None, "bad_arrow: not a value"),
        (2, None, "bad_arrow: not a value"),
        (3, "four", None),
    ]
    assert sum(row["length"] for row in read(reader_of("readers.arrow", {}), data)) == len(data)
