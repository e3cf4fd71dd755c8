#!/usr/bin/env bash
# polars 2.1.0: the bytes of a corpus, summed by str.len_bytes().sum(), start again at 0 after 4.29 GB; a text that became
# shorter by one is 4,294,967,295 longer.
#
# Expected: a sum of lengths is a 64-bit number (as in duckdb, pyarrow and pandas; polars itself widens sums of 8 and 16 bits), and
#   the difference of two lengths has a sign; or an error where it does not fit.
# Seen: lengths and counts (len_bytes, len_chars, list.len, pl.len, the row index) are UInt32, sum() and "-" stay UInt32 and wrap
#   around, in group_by too. 5,000,000,000 bytes are 705,032,704.
# Why it matters: sizes of corpora, tokens per language (list.len().sum()) and shares of a mix are computed so, and are wrong by a
#   whole multiple of 2^32 exactly for the large groups. "len after - len before > 0" holds for documents that shrank.
# Way round: .cast(pl.Int64) before summing and subtracting.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import duckdb
import polars as pl

print("polars", pl.__version__, "duckdb", duckdb.__version__)
text = "word " * 200_000  # a million bytes; 50 such rows in a file, which is read 100 times
pl.DataFrame({"language": ["en"] * 49 + ["de"], "text": [text] * 50}).write_parquet("shard.parquet")
corpus, size = ["shard.parquet"] * 100, pl.col("text").str.len_bytes()
asked = {"as it is": size.sum(), "cast first": size.cast(pl.Int64).sum()}
total = {name: pl.scan_parquet(corpus).select(how).collect(engine="streaming").item() for name, how in asked.items()}
query = f"select sum(strlen(text))::bigint from read_parquet({corpus})"
total["duckdb"] = duckdb.connect().execute(query).fetchall()[0][0]
print("bytes of 5,000 documents of a million bytes:", {name: f"{found:,}" for name, found in total.items()})
groups = pl.scan_parquet(corpus).group_by("language").agg(size.sum()).collect(engine="streaming")
shares = dict(groups.with_columns(pl.col("text") / pl.col("text").sum().cast(pl.Int64)).rows())
print("by language:", dict(groups.rows()), "so English, 98 % of it, has a share of", round(shares["en"], 2))
before, after = pl.col("before").str.len_chars(), pl.col("after").str.len_chars()
grown = pl.DataFrame({"before": ["a text.", "b"], "after": ["a text", "bb"]}).select(d=after - before)["d"].to_list()
print("characters after cleaning less those before, -1 and 1:", grown)
as_seen = total == {"as it is": 705_032_704, "cast first": 5_000_000_000, "duckdb": 5_000_000_000}
as_seen = as_seen and grown == [2**32 - 1, 1] and dict(groups.rows()) == {"en": 4_900_000_000 - 2**32, "de": 100_000_000}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
