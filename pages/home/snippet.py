"""A dataset as a row to read and as lines to paste in a notebook."""

from __future__ import annotations

from pages.shared import formats
from pages.shared.session import _
from secure_zone.api.models import DatasetView


def row(dataset: DatasetView, language: str) -> list[str]:
    """Name, purpose, newest version, its rows and when it was made."""
    newest = dataset.versions[0]
    purposes = {"survey": _("The organisation's own survey"), "research": _("Research")}
    rows = _("unknown") if newest.rows is None else formats.number(newest.rows, language)
    return [
        dataset.name,
        purposes.get(dataset.purpose, dataset.purpose),
        formats.number(newest.version, language),
        rows,
        formats.moment(newest.created_at, language),
    ]


def code(user: str, dataset: DatasetView) -> str:
    """Python that opens the newest version of the dataset through the same door as the app."""
    why = _("say here what for")
    return f"""from secure_zone.client import sign_in

zone = sign_in({user!r})
data = zone.open({dataset.name!r}, why={why!r})
print(data.tables)
frame = data.pandas(data.tables[0])
"""
