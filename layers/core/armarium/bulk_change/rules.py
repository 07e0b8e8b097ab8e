"""The rules of a change of many titles that need no storage: what becomes of a title, what a job came to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from armarium.access.model import may_change
from armarium.bulk_change import records
from armarium.bulk_change.errors import NotPossibleError
from armarium.bulk_change.model import (
    COLLECTION_OPERATIONS,
    RECORD_OPERATIONS,
    AddToCollection,
    Change,
    CollectionOperation,
    Difference,
    MoveToCollection,
    Outcome,
    RecordOperation,
    RemoveFromCollection,
    Result,
    SetRepresentations,
    SetSuppression,
    Trace,
)
from armarium.inventory.model import Bib, Representation, Title, UsageType
from armarium.jobs.model import Counters, JobStatus
from armarium.metadata import service as metadata
from armarium.platform.errors import InvalidInputError

_OF_A_COLLECTION = "collection#"


@dataclass(frozen=True)
class Decision:
    """What becomes of one title: as it will be, or why it stays."""

    result: Result
    after: Title
    reasons: tuple[str, ...] = ()


def decide(title: Title, change: Change) -> Decision:
    """What a change makes of a title: all of its operations, or, where one is not possible, none.

    ``after`` has the new values and the old stamps.
    """
    if (title.bib.origin or "").startswith(_OF_A_COLLECTION):
        return Decision(Result.SKIPPED, title, ("It describes a collection: change the collection instead.",))
    operations = [
        each
        for each in change.operations
        if not isinstance(each, RECORD_OPERATIONS) or records.is_for(each, title.bib.record)
    ]
    called = "a MARC 21 record" if title.bib.record.schema_.is_marc else "a Dublin Core record"
    if not operations and change.operations:
        return Decision(Result.SKIPPED, title, (f"It has {called}: no operation is for such a record.",))
    try:
        after, told = _after(title, operations)
    except InvalidInputError as error:
        return Decision(Result.REJECTED, title, (error.message,))
    if len(operations) < len(change.operations):
        told.append(f"It has {called}: the other operations are not for such a record.")
    return Decision(Result.UNCHANGED if after == title else Result.UPDATED, after, tuple(told))


def belongs_to_others(before: Title, after: Title, libraries: frozenset[str]) -> str | None:
    """Why staff of these libraries (none: of all) may not change these representations; None where they may."""
    pairs = zip(before.representations, after.representations, strict=True)
    foreign = (was for was, now in pairs if was != now and not may_change(libraries, was.library))
    named = next(foreign, None)
    return f"Representation {named.id} belongs to the library {named.library}." if named else None


def _after(title: Title, operations: list[Any]) -> tuple[Title, list[str]]:
    told: list[str] = []
    on_record = [each for each in operations if isinstance(each, RECORD_OPERATIONS)]
    after = _revised(title, on_record, told) if on_record else title
    for operation in operations:
        for kind, step in _STEPS.items():
            if isinstance(operation, kind):
                after = step(after, operation, told)
    _require_a_collection(title.bib, after)
    return after, told


def _revised(title: Title, operations: list[RecordOperation], told: list[str]) -> Title:
    record, why = records.revised(title.bib.record, operations)
    told += why
    if record == title.bib.record:
        return title
    examined = metadata.examine(record)
    if not examined.description.title:
        raise NotPossibleError("The record would have no title.")
    described = {"record": record, "description": examined.description, "fingerprint": examined.fingerprint}
    return _with_bib(title, **described)


def _set_representations(title: Title, operation: SetRepresentations, told: list[str]) -> Title:
    meant = [each for each in title.representations if operation.of_usage_type in (None, each.usage_type)]
    if not meant:
        told.append("There is no such representation.")
    changed = tuple(
        each.model_copy(update=operation.properties) if each in meant else each for each in title.representations
    )
    if meant and changed == title.representations:
        told.append("The representations are so already.")
    return title.model_copy(update={"representations": changed})


def _set_suppression(title: Title, operation: SetSuppression, told: list[str]) -> Title:
    if title.bib.suppressed == operation.suppressed:
        told.append("It is hidden already." if operation.suppressed else "It is shown already.")
        return title
    return _with_bib(title, suppressed=operation.suppressed)


def _in_collections(title: Title, operation: CollectionOperation, told: list[str]) -> Title:
    here = title.bib.collection_ids
    source = operation.source if isinstance(operation, MoveToCollection) else operation.collection
    target = None if isinstance(operation, RemoveFromCollection) else operation.collection
    if not isinstance(operation, AddToCollection) and source not in here:
        told.append(f"It is not in collection {source}.")
        return title
    if isinstance(operation, AddToCollection) and target in here:
        told.append(f"It is in collection {target} already.")
        return title
    left = here if isinstance(operation, AddToCollection) else tuple(each for each in here if each != source)
    return _with_bib(title, collection_ids=tuple(dict.fromkeys((*left, *((target,) if target else ())))))


def _require_a_collection(before: Bib, after: Title) -> None:
    if before.collection_ids and not after.bib.collection_ids and after.representations:
        raise NotPossibleError("It has representations and is in no other collection: add it to one as well.")


_STEPS: Mapping[Any, Callable[..., Title]] = {
    SetRepresentations: _set_representations,
    SetSuppression: _set_suppression,
    COLLECTION_OPERATIONS: _in_collections,
}


def _with_bib(title: Title, **changes: Any) -> Title:
    return title.model_copy(update={"bib": title.bib.model_copy(update=changes)})


# Before and after


def differences(before: Title, after: Title) -> tuple[Difference, ...]:
    """What is otherwise in a title, for people to compare."""
    found = records.differences(before.bib.record, after.bib.record)
    if before.bib.suppressed != after.bib.suppressed:
        found.append(_difference("suppressed", before.bib.suppressed, after.bib.suppressed))
    if before.bib.collection_ids != after.bib.collection_ids:
        gone = set(before.bib.collection_ids) - set(after.bib.collection_ids)
        come = set(after.bib.collection_ids) - set(before.bib.collection_ids)
        found.append(Difference(what="collections", before=tuple(sorted(gone)), after=tuple(sorted(come))))
    for was, now in zip(before.representations, after.representations, strict=True):
        for name, value in changed_properties(was, now).items():
            found.append(_difference(f"{was.id} {name}", getattr(was, name), value))
    return tuple(found)


def _difference(what: str, before: object, after: object) -> Difference:
    return Difference(what=what, before=(_shown(before),), after=(_shown(after),))


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def changed_properties(before: Representation, after: Representation) -> dict[str, Any]:
    """The properties that a change made otherwise."""
    names = SetRepresentations.model_fields.keys() & Representation.model_fields.keys()
    return {name: getattr(after, name) for name in sorted(names) if getattr(before, name) != getattr(after, name)}


# The way back


def traced(ordinal: int, before: Title, after: Title) -> Trace:
    """What a title had that it will have no longer."""
    had, has = before.bib, after.bib
    changed = {
        was.id: changed_properties(was, now)
        for was, now in zip(before.representations, after.representations, strict=True)
        if was != now
    }
    by_id = {each.id: each for each in before.representations}
    return Trace(
        ordinal=ordinal,
        mms_id=had.mms_id,
        record=had.record if had.record != has.record else None,
        fingerprint_after=has.fingerprint if had.record != has.record else None,
        suppressed=had.suppressed if had.suppressed != has.suppressed else None,
        representations={key: {name: getattr(by_id[key], name) for name in values} for key, values in changed.items()},
        representations_after=changed,
        joined=tuple(each for each in has.collection_ids if each not in had.collection_ids),
        left=tuple(each for each in had.collection_ids if each not in has.collection_ids),
    )


def standing(trace: Trace, title: Title, origin: str) -> Trace:
    """What of a trace has been written: a step that died may have got so far. ``origin`` is the mark of its writing."""
    bib = title.bib
    written = bib.bulk_change == origin
    by_id = {each.id: each for each in title.representations}
    kept: dict[str, dict[str, Any]] = {}
    for key, values in trace.representations.items():
        wrote = trace.representations_after[key]
        names = [name for name in values if key in by_id and getattr(by_id[key], name) == wrote[name]]
        kept |= {key: {name: values[name] for name in names}} if names else {}
    return trace.model_copy(
        update={
            "record": trace.record if written else None,
            "fingerprint_after": trace.fingerprint_after if written else None,
            "suppressed": trace.suppressed if bib.suppressed != trace.suppressed else None,
            "representations": kept,
            "representations_after": {
                key: {name: trace.representations_after[key][name] for name in values} for key, values in kept.items()
            },
            "joined": tuple(each for each in trace.joined if each in bib.collection_ids),
            "left": tuple(each for each in trace.left if each not in bib.collection_ids),
        }
    )


def together(first: Trace, then: Trace) -> Trace:
    """Two traces of one title as one: what was there before the first, what is there after the second."""

    def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        return {key: {**other.get(key, {}), **one.get(key, {})} for key in {**one, **other}}

    return Trace(
        ordinal=first.ordinal,
        mms_id=first.mms_id,
        record=first.record or then.record,
        fingerprint_after=then.fingerprint_after or first.fingerprint_after,
        suppressed=then.suppressed if first.suppressed is None else first.suppressed,
        representations=merged(first.representations, then.representations),
        representations_after=merged(then.representations_after, first.representations_after),
        joined=tuple(dict.fromkeys((*first.joined, *then.joined))),
        left=tuple(dict.fromkeys((*first.left, *then.left))),
    )


def restored(title: Title, trace: Trace, collections: frozenset[str]) -> tuple[Title, tuple[str, ...]]:
    """A title with what a trace remembers, wherever it still has what the job wrote; and what stays, with its reason.

    ``collections`` are those that exist.
    """
    kept: list[str] = []
    after = _restored_bib(title, trace, kept)
    after = after.model_copy(update={"representations": _restored_representations(title, trace, kept)})
    gone = [each for each in trace.left if each not in collections]
    kept += [f"Collection {each} is no more." for each in gone]
    back = [each for each in trace.left if each in collections]
    here = [each for each in title.bib.collection_ids if each not in trace.joined]
    wanted = tuple(dict.fromkeys((*here, *back)))
    if not wanted and title.bib.collection_ids and after.representations:
        kept.append("It stays in its collection: it has representations, and is in no other.")
    else:
        after = _with_bib(after, collection_ids=wanted)
    return after, tuple(kept)


def _restored_bib(title: Title, trace: Trace, kept: list[str]) -> Title:
    bib = title.bib
    changes: dict[str, Any] = {}
    if trace.record is not None:
        examined = metadata.examine(trace.record)
        if bib.fingerprint == trace.fingerprint_after:
            changes = {"record": trace.record, "description": examined.description, "fingerprint": examined.fingerprint}
        elif bib.fingerprint != examined.fingerprint:
            kept.append(f"Its record was changed by {bib.modified_by} on {bib.modified_at[:10]}.")
    if trace.suppressed is not None and bib.suppressed != trace.suppressed:
        changes["suppressed"] = trace.suppressed
    return _with_bib(title, **changes) if changes else title


def _restored_representations(title: Title, trace: Trace, kept: list[str]) -> tuple[Representation, ...]:
    after = []
    for each in title.representations:
        had, wrote = trace.representations.get(each.id, {}), trace.representations_after.get(each.id, {})
        others = [name for name in had if getattr(each, name) not in (had[name], wrote[name])]
        kept += [f"Of representation {each.id}, {name} was changed by {each.modified_by}." for name in others]
        values = _typed({name: value for name, value in had.items() if name not in others})
        after.append(each.model_copy(update=values) if any(getattr(each, n) != v for n, v in values.items()) else each)
    there = {each.id for each in title.representations}
    kept += [f"Representation {each} is no more." for each in trace.representations if each not in there]
    return tuple(after)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Values as a representation holds them: a trace is stored as JSON."""
    return values | ({"usage_type": UsageType(values["usage_type"])} if "usage_type" in values else {})


# What a job came to


def counters_of(outcomes: Iterable[Outcome]) -> Counters:
    """What a ledger adds up to, in titles."""
    counters = Counters()
    for outcome in outcomes:
        setattr(counters, outcome.result.value, getattr(counters, outcome.result.value) + 1)
    return counters


def status_of(counters: Counters) -> JobStatus:
    """The status that follows from the account: FAILED when nothing could be changed, WARNING when something."""
    good = counters.updated + counters.unchanged + counters.skipped
    bad = counters.rejected + counters.failed
    if bad:
        return JobStatus.COMPLETED_WARNING if good else JobStatus.COMPLETED_FAILED
    return JobStatus.COMPLETED_SUCCESS
