"""The key of one dataset version, sealed to one holder: the one place that says what it is bound to."""

from __future__ import annotations

from dataclasses import dataclass

from secure_zone.keys.key_area import SealedSecret
from secure_zone.keys.sealing import seal, unseal
from secure_zone.keys.secret import Secret

PURPOSE = "data_key"
KEY_AREA = "key area"
"""The holder's name for the copy sealed to the key area. It has a space, so no user can bear it."""


@dataclass(frozen=True)
class DataKeyFor:
    """Whose copy of which key. `purpose` is that of the dataset (survey, research, ...)."""

    zone_id: str
    dataset: str
    version: int
    purpose: str
    holder: str

    def bound(self) -> dict[str, str | int]:
        return {
            "zone_id": self.zone_id,
            "dataset": self.dataset,
            "version": self.version,
            "dataset_purpose": self.purpose,
            "holder": self.holder,
        }

    def sealed_secret(self, sealed: bytes) -> SealedSecret:
        """The form in which the key area seals it anew to somebody else."""
        return SealedSecret(PURPOSE, self.bound(), sealed)


def new_data_key() -> Secret:
    """A key for one version and no other."""
    return Secret.random(32)


def seal_data_key(public: bytes, key: Secret, whose: DataKeyFor) -> bytes:
    """`key` for the holder of `public`, under the name `whose.holder`."""
    return seal(public, key, purpose=PURPOSE, **whose.bound())


def unseal_data_key(private: Secret, sealed: bytes, whose: DataKeyFor) -> Secret:
    """The key; Damaged where the copy is of another dataset, version, purpose, zone or holder."""
    return unseal(private, sealed, purpose=PURPOSE, **whose.bound())
