"""How many rounds an exchange takes, and how its files are grouped: arithmetic on sizes alone, no cluster in it.

A round reads groups of files and writes, for each group, one file for each part of the range of keys, so that after it
fewer files hold each key. It is radix partitioning: fan-in and fan-out stay at 256, no request brings less than about
1 MiB (unless a whole file is smaller), and no unit holds more than about `unit_bytes`.
"""

from dataclasses import dataclass

from corpusmill.pipeline.exchange.files import MAX_CUT_BITS, MIN_BATCH_BYTES

FAN = 256
UNIT_BYTES = 128 << 20  # 8 million pairs: a worker that merges them peaks at 0.97 GB, on buckets at up to 1.29


@dataclass(frozen=True, kw_only=True)
class Round:
    """Files of a range of `bits` are read in groups of `fan_in` and written in 2^`split_bits` parts."""

    bits: int
    fan_in: int
    split_bits: int
    units: int
    gets: int
    puts: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`rounds` in order; then each of the 2^`bits` partitions is read from `files_a_partition` files."""

    bits: int
    rounds: tuple[Round, ...]
    files_a_partition: int
    gets: int
    puts: int
    bytes_moved: int

    @property
    def partitions(self) -> int:
        return 1 << self.bits


def plan_exchange(files: int, size_bytes: int, *, unit_bytes: int = UNIT_BYTES, fan: int = FAN) -> Plan:
    """The rounds for `files` files of `size_bytes` in all, keys evenly spread (they are hashes).

    One partition takes no round: whoever wants it reads every file whole. Requests: two reads a range, one where the
    file is read whole and small; one write a file and one for its counts.
    """
    bits = max(0, -(-size_bytes // unit_bytes) - 1).bit_length()
    rounds: list[Round] = []
    here, depth, each = files, 0, size_bytes / max(1, files)
    while bits and not _readable(here, each, bits - depth, fan):
        split = min(_splits(each), bits - depth, fan.bit_length() - 1)
        part = each / (1 << split)
        fan_in = max(2, min(fan, here, int(unit_bytes / max(part, 1.0))))
        groups = -(-here // fan_in)
        units = groups << (depth + split)
        reads = 2 * here << (depth + split)
        rounds.append(Round(bits=depth, fan_in=fan_in, split_bits=split, units=units, gets=reads, puts=2 * units))
        each *= here / groups / (1 << split)
        here, depth = groups, depth + split
    gets = sum(r.gets for r in rounds) + (2 * here << bits)
    puts = sum(r.puts for r in rounds)
    return Plan(
        bits=bits,
        rounds=tuple(rounds),
        files_a_partition=here,
        gets=gets,
        puts=puts,
        bytes_moved=(2 * len(rounds) + 1) * size_bytes,
    )


def _splits(file_bytes: float) -> int:
    """Into how many parts, as bits, a file can be read without any falling below about 1 MiB."""
    return min(MAX_CUT_BITS, max(0, int(file_bytes // MIN_BATCH_BYTES).bit_length() - 1))


def _readable(files: int, file_bytes: float, bits: int, fan: int) -> bool:
    """Whether partitions can be read from these files directly."""
    return files <= 1 or (files <= fan and bits <= _splits(file_bytes))
