"""Says which columns of a batch are signals."""

import pyarrow as pa

from corpusmill.pipeline.config.base.columns import STANDARD

OTHERS = {*STANDARD, "length", "offset"}


def is_signal(field: pa.Field) -> bool:
    """Whether a column is a number, flag or time that was measured of documents."""
    t = field.type
    number = pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_boolean(t) or pa.types.is_timestamp(t)
    return number and field.name not in OTHERS and field.name[0] != "_"


def signals(schema: pa.Schema) -> list[str]:
    """The signals among columns, in order."""
    return [f.name for f in schema if is_signal(f)]
