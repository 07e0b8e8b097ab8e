"""An update of a MARC record: what the new one mentions replaces, what it does not mention stays."""

from __future__ import annotations

from armarium.metadata.marc import Field, MarcRecord


def merge(existing: MarcRecord, incoming: MarcRecord) -> MarcRecord:
    """The incoming fields, and of the existing ones those whose tag the incoming record has not, and the local ones.

    Local are 9XX and 035 with first indicator 9. An 880 is taken for a field of the tag it is linked to.
    """
    mentioned = {_key(each) for each in incoming.fields}
    arrived = set(incoming.fields)
    fields = list(incoming.fields)
    for each in existing.fields:
        if each not in arrived and (_is_local(each) or _key(each) not in mentioned):
            _insert(fields, each)
    return MarcRecord(incoming.leader if incoming.leader.strip() else existing.leader, fields)


def _is_local(each: Field) -> bool:
    return each.tag[0] == "9" or (each.tag == "035" and each.indicators[:1] == "9")


def _key(each: Field) -> str:
    return f"880-{(each.first('6') or '')[:3]}" if each.tag == "880" else each.tag


def _insert(fields: list[Field], each: Field) -> None:
    """Before the first field of a greater tag: the order within a tag stays."""
    at = next((place for place, other in enumerate(fields) if other.tag > each.tag), len(fields))
    fields.insert(at, each)
