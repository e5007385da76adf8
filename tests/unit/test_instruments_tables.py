"""The instruments that come with Varde: complete, in two languages, and scored as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import BadArgument
from analysis.instruments import (
    CORE,
    MISSING,
    BadInstrument,
    Instrument,
    Sensitivity,
    kiwest,
    must,
    score_scales,
)

CORE_THEMES = {
    "demands": Sensitivity.ORDINARY,
    "self_determination": Sensitivity.ORDINARY,
    "role_clarity": Sensitivity.ORDINARY,
    "role_conflict": Sensitivity.ORDINARY,
    "leadership": Sensitivity.ORDINARY,
    "self_leadership": Sensitivity.ORDINARY,
    "support": Sensitivity.ORDINARY,
    "climate": Sensitivity.ORDINARY,
    "psychological_safety": Sensitivity.ORDINARY,
    "competence": Sensitivity.ORDINARY,
    "office": Sensitivity.ORDINARY,
    "belonging": Sensitivity.ORDINARY,
    "turnover_intention": Sensitivity.ORDINARY,
    "engagement": Sensitivity.ORDINARY,
    "bullying": Sensitivity.WHOLE_ORGANISATION,
    "unwanted_sexual_attention": Sensitivity.WHOLE_ORGANISATION,
    "unequal_treatment": Sensitivity.TEN_IN_UNITS,
    "health": Sensitivity.RELATION_ONLY,
}
# RULES 5.1, in the order of the result report.
KIWEST_SCALES = {
    "Den enkelte og jobben": [
        "Autonomi", "Mening i jobben", "Indre motivasjon", "Rolleklarhet", "Fravær av rollekonflikt",
        "Fravær av stress", "Fravær av arbeid-hjem-konflikt",
    ],
    "Samspill ledere og medarbeidere": [
        "Leders relasjonsorientering", "Anerkjennelse fra ledelsen", "Tydelighet i forventninger",
    ],
    "Kommunikasjon og medvirkning": ["Innflytelse og medvirkning"],
    "Samarbeid og fellesskap": [
        "Fellesskap mellom kolleger", "Ekstrarolleadferd", "Fravær av ugrei oppførsel", "Fravær av personkonflikt",
    ],
    "Støtte, samspill og kultur": ["Kultur for utvikling", "Tilhørighet til arbeidsstedet"],
}  # fmt: skip


@pytest.mark.parametrize(("theme", "sensitivity"), CORE_THEMES.items())
def test_must_has_every_core_theme_with_its_sensitivity(theme: str, sensitivity: Sensitivity) -> None:
    items = must().items_of(theme)
    assert items
    assert {(item.module, item.sensitivity) for item in items} == {(CORE, sensitivity)}
    assert {item.versions for item in items} == {must().versions}


def test_must_has_add_on_modules_that_can_be_left_out() -> None:
    everything, core = must().asked("2025"), must().asked("2025", modules=())
    assert {item.module for item in core.items} == {CORE}
    assert len(everything.modules) >= 4
    one = must().asked("2025", modules=["violence"])
    assert {item.module for item in one.items} == {CORE, "violence"}
    with pytest.raises(BadInstrument, match="no module"):
        must().asked("2025", modules=["weather"])


def test_kiwest_has_17_scales_in_5_groups_as_the_report_orders_them() -> None:
    names = {group.id: group.name.nb for group in kiwest().groups}
    found: dict[str, list[str]] = {}
    for scale in kiwest().scales:
        found.setdefault(names[scale.group or ""], []).append(scale.name.nb)
    assert found == KIWEST_SCALES


def test_the_2023_revision_keeps_ten_scales_and_compares_only_those() -> None:
    kept = {scale.id for scale in kiwest().asked("2023").scales}
    assert len(kept) == 10
    assert len(kiwest().asked("2013").scales) == 17
    assert {scale.id for scale in kiwest().scales if kiwest().comparable(scale.id, "2013", "2023")} == kept


def test_absence_of_something_is_reversed_so_that_high_is_good() -> None:
    for item in kiwest().items:
        assert item.reversed == str(item.scale).startswith("absence_of")


@pytest.mark.parametrize("instrument", [must(), kiwest()], ids=lambda instrument: instrument.id)
def test_every_item_is_complete_in_both_languages_and_our_own(instrument: Instrument) -> None:
    for item in instrument.items:
        assert item.wording == "varde"
        for text in (item.text, *(c.label for c in (*item.categories, *item.missing))):
            assert text.nb.strip() and text.en.strip()
        assert item.text.nb != item.text.en
        assert len({c.value for c in (*item.categories, *item.missing)}) == len(item.categories) + len(MISSING)
        assert len(item.id) <= 32, "a Stata variable name"


def answers_of(values: dict[str, list[float | None]]) -> pd.DataFrame:
    return pd.DataFrame(values, dtype=float)


def test_a_score_is_the_mean_with_reversed_items_turned_round() -> None:
    answers = answers_of({"demands_1": [5], "demands_2": [4], "demands_3": [3], "demands_4": [1]})
    assert score_scales(answers, must(), version="2021")["demands"].tolist() == [(5 + 4 + 3 + 5) / 4]


def test_half_of_the_items_is_enough_and_missing_codes_are_no_answers() -> None:
    answers = answers_of(
        {
            "demands_1": [5, 5, 97, None],
            "demands_2": [3, 98, 99, None],
            "demands_3": [98, None, 99, None],
            "demands_4": [99, 97, 1, None],
        }
    )
    scores = score_scales(answers, must(), version="2021")["demands"]
    assert scores.tolist()[0] == 4
    assert scores.isna().tolist() == [False, True, True, True]
    quarter = score_scales(answers, must(), version="2021", minimum_share=0.25)["demands"]
    assert quarter.tolist()[:3] == [4, 5, 5]
    assert np.isnan(quarter[3])


def test_a_module_that_was_not_asked_has_no_score_but_half_a_scale_is_an_error() -> None:
    answers = answers_of({f"role_conflict_{n}": [3] for n in (1, 2, 3)})
    assert list(score_scales(answers, must(), version="2021").columns) == ["role_conflict"]
    with pytest.raises(BadArgument, match="role_conflict_3"):
        score_scales(answers.drop(columns="role_conflict_3"), must(), version="2021")


def test_an_unknown_code_is_an_error_that_names_rows_and_not_what_stands_there() -> None:
    answers = pd.DataFrame({f"role_conflict_{n}": [3, "17912099997"] for n in (1, 2, 3)}, dtype=object)
    with pytest.raises(BadArgument, match="row 1") as caught:
        score_scales(answers, must(), version="2021")
    assert "17912099997" not in str(caught.value)


def test_kinds_of_office_have_no_mean() -> None:
    assert list(score_scales(answers_of({"office_1": [3]}), must(), version="2021").columns) == []


def test_parts_that_do_not_fit_are_refused() -> None:
    item = must().items[0]
    with pytest.raises(BadInstrument, match="more than once"):
        replace(must(), items=(item, item))
    with pytest.raises(BadInstrument, match="scale weather"):
        replace(must(), items=(replace(item, scale="weather"),))
    with pytest.raises(BadInstrument, match="version"):
        replace(must(), items=(replace(item, versions=("1999",)),))
    with pytest.raises(BadInstrument, match="no version"):
        must().asked("1999")
    with pytest.raises(BadInstrument, match="spelling"):
        must().items_of("demand")
