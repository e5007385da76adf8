"""Whatever is done to a chain of entries short of signing it anew, the walk finds it; untouched, it finds nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from secure_zone.audit import chain
from secure_zone.audit.findings import Finding
from secure_zone.audit.walk import findings, walk
from secure_zone.keys.signing import Signer
from secure_zone.ledger.columns import compact_json

SIGNER = Signer.generate()
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

content = st.fixed_dictionaries(
    {
        "at": st.datetimes().map(str),
        "who": WORDS,
        "verb": WORDS,
        "subject": WORDS,
        "why": WORDS,
        "version": st.none() | st.integers(1, 9),
        "details": st.dictionaries(WORDS, st.integers() | WORDS, max_size=2).map(compact_json),
        "changed": st.just("[]"),
    }
)


@st.composite
def chains(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A whole chain, as it is written."""
    link, entries = chain.START, []
    for seq, fields in enumerate(draw(st.lists(content, min_size=1, max_size=8)), start=1):
        entries.append(chain.seal("zone", {"seq": seq, **fields, "previous": link}, SIGNER))
        link = chain.link(entries[-1])
    return entries


def found(entries: list[dict[str, Any]]) -> list[Finding]:
    ordered = sorted(entries, key=lambda entry: entry["seq"])
    return findings("zone", walk("zone", ordered), lambda: ordered, SIGNER.verifier)


def true_end(entries: list[dict[str, Any]]) -> str:
    return walk("zone", entries).newest.link


@given(chains())
def test_an_untouched_chain_is_sound(entries: list[dict[str, Any]]) -> None:
    assert found(entries) == []


@given(chains(), st.data())
def test_an_edit_of_any_field_is_found_at_its_entry(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from([name for name in entries[0] if name != "seq"]))
    other = data.draw((st.none() | st.integers() | WORDS).filter(lambda value: value != entries[place][name]))
    edited = [*entries[:place], {**entries[place], name: other}, *entries[place + 1 :]]
    assert place + 1 in {finding.seq for finding in found(edited)}


@given(chains(), st.data())
def test_a_removal_is_found_or_shortens_the_end(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(1, len(entries)), min_size=1))
    kept = [entry for entry in entries if entry["seq"] not in gone]
    inside = {seq for seq in gone if kept and seq < kept[-1]["seq"]}
    assert {finding.seq for finding in found(kept) if finding.kind.startswith("removed")} <= inside
    assert (min(inside) in {finding.seq for finding in found(kept)}) if inside else found(kept) == []
    assert true_end(kept) != true_end(entries) or inside  # a shorter end is told by the signed head


@given(chains(), st.data())
def test_an_exchange_of_contents_is_found(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(entries))))
    moved = [{**entries[old], "seq": new + 1} for new, old in enumerate(order)]
    wrong = {new + 1 for new, old in enumerate(order) if new != old}
    assert {finding.seq for finding in found(moved)} >= wrong
    assert {finding.seq for finding in found(moved) if finding.kind == "moved"} == wrong


@given(chains(), st.data())
def test_a_chain_made_anew_from_some_entry_without_the_key_is_found(
    entries: list[dict[str, Any]], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(entries) - 1))
    forger = Signer.generate()
    forged = list(entries[:start])
    link = entries[start]["previous"]
    for entry in entries[start:]:
        own = {name: value for name, value in entry.items() if name not in ("hash", "signature")}
        forged.append(chain.seal("zone", {**own, "who": "mallory", "previous": link}, forger))
        link = chain.link(forged[-1])
    [finding] = found(forged)
    assert finding.kind.startswith("unsigned") and finding.seq == start + 1


@given(chains())
def test_a_chain_of_another_zone_is_found(entries: list[dict[str, Any]]) -> None:
    seen = walk("another zone", entries)
    assert set(seen.faults) == {entry["seq"] for entry in entries}
