"""Who can open the key area: its private key is sealed to the project leader and at most three custodians.

"At most four people" (RULES 2.2) holds because a fifth sealed copy is never made, not because a menu lacks the entry.
Pure: the caller brings the keys and keeps what comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from secure_zone.errors import Conflict, KeyAreaSealed, NotFound, Refused
from secure_zone.keys.sealing import KeyPair, seal, unseal
from secure_zone.keys.secret import Secret
from secure_zone.roles import KEY_HOLDERS, MOST_WITH_ROLE, Role

MAX_HOLDERS = sum(MOST_WITH_ROLE.values())
PURPOSE = "key_area"


@dataclass(frozen=True)
class Holder:
    """Someone who can open the key area, with the copy of its private key that is sealed to them."""

    user: str
    role: str
    sealed: bytes


@dataclass(frozen=True)
class KeyArea:
    """One generation of the key area. `public`: secrets are sealed to it; `holders`: who can open it."""

    zone_id: str
    generation: int
    public: bytes
    holders: tuple[Holder, ...]

    def holder(self, user: str) -> Holder:
        for holder in self.holders:
            if holder.user == user:
                return holder
        raise NotFound("{user} is not a holder of the key area.", user=user)


@dataclass(frozen=True)
class Candidate:
    """Someone to whom the key area is to be sealed."""

    user: str
    role: str
    public: bytes


@dataclass(frozen=True)
class SealedSecret:
    """A secret sealed to the key area, with what it is bound to."""

    purpose: str
    bound: Mapping[str, str | int]
    sealed: bytes


@dataclass(frozen=True)
class Rotation:
    """What a removal leaves: the next generation, its private key, and the secrets re-sealed in the order given."""

    area: KeyArea
    private: Secret
    secrets: tuple[SealedSecret, ...]


def create(zone_id: str, candidates: Iterable[Candidate], generation: int = 1) -> tuple[KeyArea, Secret]:
    """A new key area sealed to the candidates, and its private key."""
    pair = KeyPair.generate()
    area = KeyArea(zone_id, generation, pair.public, ())
    for candidate in candidates:
        area = add_holder(area, pair.private, candidate)
    if not area.holders:
        raise Conflict("The key area needs a holder: nobody could open it.")
    return area, pair.private


def open_with(area: KeyArea, user: str, private: Secret) -> Secret:
    """The key area's private key, for a holder with the private half of their own pair."""
    return unseal(private, area.holder(user).sealed, purpose=PURPOSE, **_binding(area, user))


def add_holder(area: KeyArea, private: Secret, candidate: Candidate) -> KeyArea:
    """The area sealed to one more. Refuses another role, and one more than the role's limit."""
    check_may_hold(candidate.role)
    check_belongs(area, private)
    if any(holder.user == candidate.user for holder in area.holders):
        raise Conflict("{user} is a holder of the key area already.", user=candidate.user)
    limit = MOST_WITH_ROLE[Role(candidate.role)]
    if sum(holder.role == candidate.role for holder in area.holders) >= limit:
        raise Refused(
            "The key area is sealed to at most one project leader and three custodians. "
            "Remove one before you add {user}.",
            code="too_many_holders",
            user=candidate.user,
        )
    sealed = seal(candidate.public, private, purpose=PURPOSE, **_binding(area, candidate.user))
    return KeyArea(
        area.zone_id, area.generation, area.public, (*area.holders, Holder(candidate.user, candidate.role, sealed))
    )


def remove_holder(
    area: KeyArea, private: Secret, user: str, remaining: Iterable[Candidate], secrets: Iterable[SealedSecret]
) -> Rotation:
    """The next generation without `user`: a new key pair, sealed to those who remain, and all secrets sealed anew.

    `remaining` must be exactly the other holders, `secrets` all that is sealed to the area's public key.
    """
    area.holder(user)
    stay = tuple(remaining)
    if {c.user for c in stay} != {h.user for h in area.holders} - {user}:
        raise Conflict("The holders who remain are not those the key area has. Read it again and repeat the removal.")
    if not stay:
        raise Conflict("{user} is the last holder of the key area: nobody could open it.", user=user)
    check_belongs(area, private)
    following, following_private = create(area.zone_id, stay, area.generation + 1)
    resealed = tuple(reseal(secret, private, following.public) for secret in secrets)
    return Rotation(following, following_private, resealed)


def reseal(secret: SealedSecret, private: Secret, public: bytes, **changed: str | int) -> SealedSecret:
    """The same secret sealed to another public key; `changed` replaces parts of what it is bound to (the holder)."""
    opened = unseal(private, secret.sealed, purpose=secret.purpose, **secret.bound)
    bound = {**secret.bound, **changed}
    sealed = seal(public, opened, purpose=secret.purpose, **bound)
    opened.wipe()
    return SealedSecret(secret.purpose, bound, sealed)


def check_may_hold(role: str) -> None:
    """Returns where people of this role may open the key area."""
    if role not in KEY_HOLDERS:
        raise Refused("Only the project leader and custodians can hold the key area.", code="not_a_holder_role")


def check_belongs(area: KeyArea, private: Secret) -> None:
    """Returns where `private` is the key of this generation: nothing is sealed with the key of another."""
    if KeyPair.from_private(private).public != area.public:
        raise KeyAreaSealed("The key area has been given a new key since you opened it. Open it again.")


def _binding(area: KeyArea, user: str) -> dict[str, str | int]:
    return {"zone_id": area.zone_id, "generation": area.generation, "holder": user}
