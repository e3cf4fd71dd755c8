"""Files of keys and bands in sorted levels, so that an update opens few of them however many runs came before.

A log-structured merge tree: each run adds a level, made of the files that ingest wrote; eight levels of a tier are
merged into one of the next. What a file holds, and not how many there are, decides the result.

Source: O'Neil et al. 1996, "The Log-Structured Merge-Tree".
"""

import hashlib
from collections.abc import Mapping, Sequence

from corpusmill.cluster.bundles import UNIT_FILE
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup.settings import KINDS, EnteredShard, Level, Settings
from corpusmill.pipeline.exchange.rounds import MergeUnit, merge_unit, run_exchange
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.markers import bundles_of

FAN_IN = 8
FilesBytes = Mapping[str, Mapping[str, int]]


def sizes(store: Store, folder: str, names: Sequence[str]) -> dict[str, int]:
    """Bytes of these files below `folder`, in the order given; FileNotFoundError names one that is missing."""
    there = {f.uri: f.size for f in store.files(folder)} if names else {}
    there |= _sizes_in_bundles(store, [n for n in names if n not in there])
    missing = [n for n in names if n not in there]
    if missing:
        raise FileNotFoundError(f"{store.url}/{missing[0]} is missing although its unit is committed; ingest it again")
    return {n: there[n] for n in names}


def _sizes_in_bundles(store: Store, names: Sequence[str]) -> dict[str, int]:
    """Bytes of those of these files that their units' bundles have."""
    of_unit: dict[str, list[str]] = {}
    if store.is_s3:
        for name in names:
            if (found := UNIT_FILE.fullmatch(name)) is not None:
                of_unit.setdefault(found[1], []).append(name)
    sizes_of = ((n, bundle.size_of(n)) for unit, bundle in bundles_of(store, of_unit) for n in of_unit[unit])
    return {name: size for name, size in sizes_of if size is not None}


def written_by_ingest(
    store: Store, folder: str, suffix: str, files_bytes: FilesBytes, units: Sequence[str]
) -> dict[str, int]:
    """Bytes of the files FOLDER/UNIT.SUFFIX of these units of ingest: as they said, else as the store has them.

    files_bytes: what each unit said of its files, by their names without the unit's.
    """
    names = {f"{folder}/{unit}.{suffix}": unit for unit in units}
    asked = sizes(store, folder, [name for name, unit in names.items() if unit not in files_bytes])
    return {
        name: asked[name] if name in asked else int(files_bytes[unit][f"{folder}/.{suffix}"])
        for name, unit in names.items()
    }


def _of_kind(store: Store, kind: str, settings: Settings, shards: Sequence[EnteredShard]) -> dict[str, int]:
    """The files of one of KINDS of these shards."""
    folder, suffix = ("bands", "arrow") if kind == "bands" else ("keys", f"{kind}.arrow")
    return written_by_ingest(store, folder, suffix, settings.files_bytes, [s.unit for s in shards])


def all_files(store: Store, settings: Settings, kind: str) -> dict[str, int]:
    """The files of one of KINDS that hold the records of all shards: levels for settled ones, ingest's for others."""
    if kind == "bands" and settings.spec.near is None:
        return {}
    found = {name: size for level in settings.levels for name, size in level.files[kind].items()}
    covered = bool(settings.levels)
    shards = [s for s in settings.shards if not (covered and s.resolved)]
    return found | _of_kind(store, kind, settings, _taking_part(settings, kind, shards))


def _taking_part(settings: Settings, kind: str, shards: Sequence[EnteredShard]) -> list[EnteredShard]:
    """The shards whose records of this kind are compared."""
    return [s for s in shards if not settings.spec.excludes(s.source, near=kind == "bands")]


def grown(work: Work, settings: Settings) -> tuple[Level, ...]:
    """The levels with the new shards' among them, merged wherever eight of a tier have come together."""
    new = [s for s in settings.shards if not (settings.levels and s.resolved)]
    kinds = [k for k in KINDS if k != "bands" or settings.spec.near is not None]
    fresh = {k: _of_kind(work.store, k, settings, _taking_part(settings, k, new)) if k in kinds else {} for k in KINDS}
    levels = (*settings.levels, Level(tier=0, files=fresh))
    while len(same := [v for v in levels if v.tier == levels[-1].tier]) >= FAN_IN:
        levels = (*levels[: -len(same)], _merged(work, same))
    return levels


def _merged(work: Work, levels: Sequence[Level]) -> Level:
    """One level of the next tier with all records of these."""
    files: dict[str, dict[str, int]] = {}
    for kind in KINDS:
        came = {name: size for level in levels for name, size in level.files[kind].items()}
        label = hashlib.sha256("\n".join(sorted(came)).encode()).hexdigest()[:16]
        files[kind] = _merged_files(work, kind, label, came) if came else {}
    return Level(tier=levels[0].tier + 1, files=files)


def _merged_files(work: Work, kind: str, label: str, came: dict[str, int]) -> dict[str, int]:
    partitions = run_exchange(came, label=f"level-{kind}-{label}", phase=work.phase, unit_bytes=work.unit_bytes)
    kept = Work(store=work.store, folder="index/levels", run=work.run, unit_bytes=work.unit_bytes, show=work.show)
    units: list[MergeUnit] = [{**p.to_unit(), "unit_bytes": work.unit_bytes} for p in partitions]
    found = kept.phase(f"{kind}-{label}", units, merge_unit, size_bytes=sum(came.values()))
    return sizes(work.store, "index/levels", [name for r in found for name in r["names"]])
