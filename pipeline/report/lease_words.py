"""Says who holds a workspace, since when, and whether the holder still gives signs of life."""

from collections.abc import Mapping
from typing import Any

from corpusmill.cluster.lease import OVERDUE_S, RENEWED_S, Holder
from corpusmill.pipeline.report.durations import duration, stamp

SKEW_S = 5.0  # clocks of two machines that differ by less are taken to agree


def lease_facts(holder: Holder | None, since: float | None, now: float) -> Mapping[str, Any]:
    """The holder for programs; times are Unix seconds. since: when its run began, null where no events say that."""
    if holder is None or holder.has_ended(now):
        return {"held": False}
    return {
        "held": True,
        "host": holder.host,
        "pid": holder.pid,
        "since": since,
        "renewed_at": round(holder.renewed_at, 1),
        "expires_at": round(holder.expires_at, 1),
    }


def lease_in_words(holder: Holder | None, since: float | None, now: float, *, driver_ended: bool) -> str:
    """The same for a person. driver_ended: the job server says that the process which held it is no more."""
    if holder is None or holder.has_ended(now):
        return "free: no run holds the workspace"
    began = f" since {stamp(since)}" if since else ", whose events are not here"
    left, silent = duration(max(holder.expires_at - now, 0)), now - holder.renewed_at
    if driver_ended:
        rest = f"that process has ended, and the workspace is free in {left}"
    elif silent < -SKEW_S:
        rest = f"renewed, by its own clock, {duration(-silent)} from now: set the clocks of that machine and this one"
    elif silent > OVERDUE_S:
        rest = (
            f"not renewed for {duration(silent)}, which a live run does every {RENEWED_S:.0f} s: it may be dead, and "
            f"the workspace is free in {left}"
        )
    else:
        rest = f"renewed {duration(max(silent, 0))} ago; free in {left} unless it is again, every {RENEWED_S:.0f} s"
    return f"held by process {holder.pid} on {holder.host}{began}; {rest}"
