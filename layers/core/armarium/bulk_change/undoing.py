"""Taking back a chunk of a job's changes. May die anywhere and be called again: what is back already is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from armarium.bulk_change import rules
from armarium.bulk_change.changing import drafted, read_titles
from armarium.bulk_change.model import Trace, Undone
from armarium.inventory import service as inventory
from armarium.inventory.model import Title
from armarium.jobs.model import Job
from armarium.platform import clock

_ATTEMPTS = 4


def take_back(job: Job, traces: Sequence[Trace], chunk: int, now: datetime) -> list[Undone]:
    """Write back what titles had, wherever they still have what the job wrote; answers for each what stays, and why."""
    undone: dict[int, Undone] = {}
    left = list(traces)
    for _ in range(_ATTEMPTS):
        left = _attempt(job, left, chunk, clock.stamp(now), undone)
        if not left:
            break
    for each in left:
        undone[each.ordinal].reasons += ("Others kept changing it.",)
    return [undone[each.ordinal] for each in traces]


def _attempt(job: Job, traces: Sequence[Trace], chunk: int, at: str, undone: dict[int, Undone]) -> list[Trace]:
    titles = read_titles([each.mms_id for each in traces], whole=any(_is_whole(each) for each in traces))
    collections = frozenset(inventory.existing_collections({name for each in traces for name in each.left}))
    changes: list[tuple[int, Title, Title]] = []
    for each in traces:
        title = titles.get(each.mms_id)
        if title is None:
            undone[each.ordinal] = Undone(ordinal=each.ordinal, mms_id=each.mms_id, reasons=("It was deleted.",))
            continue
        after, kept = rules.restored(title, each, collections)
        name = title.bib.description.title
        undone[each.ordinal] = Undone(ordinal=each.ordinal, mms_id=each.mms_id, title=name, reasons=kept)
        changes.append((each.ordinal, title, after))
    by_ordinal = {each.ordinal: each for each in traces}
    return [by_ordinal[draft.tag] for draft in inventory.save(drafted(changes, job, chunk, at))]


def _is_whole(trace: Trace) -> bool:
    return bool(trace.representations or trace.joined or trace.left)
