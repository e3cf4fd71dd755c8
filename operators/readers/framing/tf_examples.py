"""Finds the records of a TFRecord file, and reads the features of the examples in them.

Source:   https://www.tensorflow.org/tutorials/load_data/tfrecord (a record: length, its checksum, data, its checksum;
          an example: features by name, each a list of bytes, of floats or of integers).
"""

import functools
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from corpusmill.operators.readers.framing.stream import Stream

HEAD_BYTES, FOOT_BYTES = 12, 4  # length and its checksum; checksum of the data
POLYNOMIAL = 0x82F63B78  # CRC-32C, reflected
MASK = 0xA282EAD8
PACKAGE = "corpusmill.tensorflow"
FIELDS = {  # message -> fields: number, name, type, whether repeated
    "BytesList": ((1, "value", "bytes", True),),
    "FloatList": ((1, "value", "float", True),),
    "Int64List": ((1, "value", "int64", True),),
    "Feature": (
        (1, "bytes_list", "BytesList", False),
        (2, "float_list", "FloatList", False),
        (3, "int64_list", "Int64List", False),
    ),
    "Entry": ((1, "key", "string", False), (2, "value", "Feature", False)),
    "Features": ((1, "feature", "Entry", True),),
    "Example": ((1, "features", "Features", False),),
}


@dataclass(frozen=True, slots=True)
class Record:
    """A record with its data, or bytes that are none; offset and length as those of a line, see `Lines`."""

    offset: int
    length: int
    data: bytes = b""
    failure: str | None = None


class _Bytes:
    """What a stream has yet to give, some of it held."""

    def __init__(self, stream: Stream) -> None:
        self.stream, self.held = stream, b""

    @property
    def offset(self) -> int:
        return max(self.stream.offset - len(self.held), 0)

    def fill(self, count: int) -> bool:
        """Hold so many bytes; False where the stream ends or breaks before."""
        pieces, size = [self.held], len(self.held)
        while size < count and (piece := self.stream.more()):
            pieces.append(piece)
            size += len(piece)
        self.held = b"".join(pieces)
        return size >= count

    def pass_over(self, count: int) -> int:
        """Leave out so many bytes, as many as there are; how many."""
        passed = min(count, len(self.held))
        self.held = self.held[passed:]
        while passed < count and (piece := self.stream.more()):
            self.held = piece[count - passed :]
            passed += len(piece) - len(self.held)
        return passed


def records_of(stream: Stream, max_bytes: int) -> Iterator[Record]:
    """Every record; where the checksum of a length is wrong, or damage breaks the stream, the rest is one failure."""
    data = _Bytes(stream)
    while data.fill(1):
        offset = data.offset
        if not data.fill(HEAD_BYTES):
            yield _rest(data, offset, 0, "broken_off: no whole record")
            return
        size = int.from_bytes(data.held[:8], "little")
        if _masked(crc32c(data.held[:8])) != int.from_bytes(data.held[8:HEAD_BYTES], "little"):
            yield _rest(data, offset, 0, "bad_tfrecord: the checksum of a length is wrong")
            return
        whole = HEAD_BYTES + size + FOOT_BYTES
        if size > max_bytes:
            passed = data.pass_over(whole)
            if passed < whole:
                yield _rest(data, offset, passed, "broken_off: no whole record")
                return
            yield Record(offset, whole, failure=f"record_too_large: {size}")
        elif data.fill(whole):
            yield Record(offset, whole, data.held[HEAD_BYTES : HEAD_BYTES + size])
            data.held = data.held[whole:]
        else:
            yield _rest(data, offset, 0, "broken_off: no whole record")
            return
    if stream.damage is not None:
        yield _rest(data, data.offset, 0, stream.damage)


def _rest(data: _Bytes, offset: int, passed: int, reason: str) -> Record:
    """All that is left of a file, as one failed row. Damage of the stream is the reason where there is any."""
    size, stream = passed + len(data.held), data.stream
    while True:
        while piece := stream.more():
            size += len(piece)
        if stream.damage is None:
            break
        reason = stream.damage if reason.startswith("broken_off") else reason
        size += stream.lost
        if not stream.resume():
            break
    return Record(offset, size, failure=reason)


def features_of(data: bytes, names: Collection[str], raw: Collection[str]) -> dict[str, Any] | str:
    """The features of an example by name, single values for themselves; or what is wrong with it.

    names: those whose values are read, of others there is an empty text. raw: those whose bytes stay bytes.
    """
    try:
        example = _example()()
        example.ParseFromString(data)
    except Exception as e:  # protobuf's own DecodeError is not always of one class
        return f"bad_example: {e}"
    found: dict[str, Any] = {}
    for entry in example.features.feature:
        values = _values(entry.value) if entry.key in names else [""]
        if entry.key not in raw and (bad := next((v for v in values if isinstance(v, bytes) and not _utf8(v)), None)):
            return f"invalid_utf8: {entry.key}: {len(bad)} bytes"
        values = [v.decode() if isinstance(v, bytes) and entry.key not in raw else v for v in values]
        found[entry.key] = values[0] if len(values) == 1 else values or None
    return found


def _values(feature: Any) -> list[Any]:
    if feature.bytes_list.value:
        return list(feature.bytes_list.value)
    floats = [None if math.isnan(value) else value for value in feature.float_list.value]
    return floats or list(feature.int64_list.value)


def _utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@functools.cache
def _example() -> Any:
    """The message class of an example, made of its fields; TensorFlow is not needed."""
    file = descriptor_pb2.FileDescriptorProto(name="corpusmill_example.proto", package=PACKAGE, syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    for message, fields in FIELDS.items():
        made = file.message_type.add(name=message)
        for number, name, kind, repeated in fields:
            label = kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL
            own = kind in FIELDS
            field = made.field.add(name=name, number=number, label=label)
            field.type = kinds.TYPE_MESSAGE if own else getattr(kinds, f"TYPE_{kind.upper()}")
            if own:
                field.type_name = f".{PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Example"))


@functools.cache
def _table() -> tuple[int, ...]:
    found: list[int] = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return tuple(found)


def crc32c(data: bytes) -> int:
    """CRC-32C of a few bytes.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF
