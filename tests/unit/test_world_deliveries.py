"""The synthetic world: the same every time, readable by everybody's tools, and of the proportions it should have."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import typer
import world_reading
from typer.testing import CliRunner

from analysis.instruments import MISSING, must
from secure_zone.consent import ConsentEvent, Kind, Purpose, contradictions, state_columns
from secure_zone.demo.world import Delivery, truth, write_world
from secure_zone.demo.world.__main__ import main
from secure_zone.errors import BadInput, Conflict
from secure_zone.identity.kinds import Population
from secure_zone.identity.many import FEMALE, MALE, read_numbers

PEOPLE = 6_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Delivery]]:
    folder = tmp_path_factory.mktemp("world")
    return folder, write_world(folder, people=PEOPLE, seed=11)


@pytest.fixture(scope="module")
def folder(world: tuple[Path, list[Delivery]]) -> Path:
    return world[0]


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_world(tmp_path / name, people=1_000, seed=seed)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    a, c = hashes(tmp_path / "a"), hashes(tmp_path / "c")
    assert not {name for name in a.keys() & c.keys() if a[name] == c[name]}


def test_people_in_several_blocks_are_the_same_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secure_zone.demo.world.build.PEOPLE_PER_BLOCK", 400)
    deliveries = write_world(tmp_path, people=1_000, seed=5)
    assert "answers_2021_must_part03.sav" in {delivery.name for delivery in deliveries}
    population = world_reading.text_table(tmp_path, "population.csv")
    assert population["fnr"].is_unique
    assert len(population) == 1_000
    identities = world_reading.text_table(tmp_path, "identities_2021.csv")
    assert identities["respondent"].is_unique


def test_every_delivery_is_told_with_its_kind_and_rows(world: tuple[Path, list[Delivery]]) -> None:
    folder, deliveries = world
    assert sorted(delivery.name for delivery in deliveries) == sorted(path.name for path in folder.iterdir())
    kinds = {delivery.kind for delivery in deliveries}
    registers = {
        "sick_leave",
        "work_assessment_allowance",
        "disability_pension",
        "population",
        "education",
        "employment",
    }
    assert kinds == {"survey", "identities", "consents", "units", *(f"register:{name}" for name in registers)}
    for delivery in deliveries:
        if delivery.name.endswith(".csv"):
            assert len(world_reading.text_table(folder, delivery.name)) == delivery.rows


def test_every_number_is_a_synthetic_valid_one_and_nobody_has_two(folder: Path) -> None:
    population = world_reading.text_table(folder, "population.csv")
    read = read_numbers(population["fnr"], first_seen=date(2026, 6, 30), population=Population.SYNTHETIC)
    assert read.counts() == {}
    assert population["fnr"].is_unique
    assert 0.01 < read.d_number.mean() < 0.06
    assert (population["kjonn"].map({"K": FEMALE, "M": MALE}) == read.sex).all()
    everybody = set(population["fnr"])
    for path in folder.glob("*.csv"):
        assert set(world_reading.text_table(folder, path.name)["fnr"]) <= everybody
    for path in folder.glob("*.dta"):
        assert set(pyreadstat.read_dta(path)[0]["fnr"]) <= everybody


def test_answers_have_labels_and_codes_for_what_is_missing(folder: Path) -> None:
    for path in folder.glob("answers_*_must.sav"):
        plain, _ = pyreadstat.read_sav(path)
        frame, meta = pyreadstat.read_sav(path, user_missing=True)
        assert meta.variable_value_labels["demands_1"][5.0] == must().item("demands_1").categories[4].label.nb
        assert meta.column_names_to_labels["demands_1"] == must().item("demands_1").text.nb
        codes = sorted(category.value for category in MISSING)
        assert [m["lo"] for m in meta.missing_ranges["demands_1"]] == codes
        assert set(frame["demands_1"]) <= {1, 2, 3, 4, 5, *codes}, "asked of everybody: a number everywhere"
        assert plain["demands_1"].isna().mean() == pytest.approx(frame["demands_1"].isin(codes).mean())
        assert 0.005 < plain["demands_1"].isna().mean() < 0.05
        assert frame["bullying_1"].eq(98).mean() > 0.03, "some skip what is sensitive"
        asked = frame["digital_tools_1"].notna().groupby(frame["orgnr"]).mean()
        assert set(asked) <= {0.0, 1.0}, "an add-on is asked of a whole organisation or not at all"
        assert frame["answered"].between(truth.WAVES[int(path.stem.split("_")[1])], date(2025, 12, 1)).all()


def test_kiwest_comes_in_its_two_versions(folder: Path) -> None:
    old, _ = pyreadstat.read_sav(folder / "answers_2021_kiwest.sav")
    new, _ = pyreadstat.read_sav(folder / "answers_2023_kiwest.sav")
    assert set(old["version"]) == {"2013"}
    assert set(new["version"]) == {"2023"}
    assert "absence_of_stress_1" in old.columns
    assert "absence_of_stress_1" not in new.columns


def test_unit_lists_hold_the_units_that_are_answered_for(folder: Path) -> None:
    rows: dict[str, set[tuple[str, ...]]] = {}
    depths = set()
    for path in folder.glob("units_2021_*.xlsx"):
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        header, *units = sheet.iter_rows(values_only=True)
        assert list(header) == [f"Nivå{level + 1}" for level in range(len(header))]
        depths.add(len(header))
        names = [tuple(name or "" for name in unit) for unit in units]
        rows[path.stem.split("_")[2]] = {(*name, *[""] * (4 - len(name))) for name in names}
        assert any(name[0] == "ingen" for name in names), "the top leader's row"
        assert any("sledelse" in "/".join(name) for name in names), "leaders outside the units they lead"
    assert depths == {2, 3, 4}
    assert len(rows) == 12
    for path in folder.glob("answers_2021_*.sav"):
        frame, _ = pyreadstat.read_sav(path)
        for number, *unit in frame[["orgnr", "unit_1", "unit_2", "unit_3", "unit_4"]].itertuples(index=False):
            assert tuple(unit) in rows[number]
    sizes = pyreadstat.read_sav(folder / "answers_2021_must.sav")[0].groupby(["orgnr", "unit_1", "unit_2"]).size()
    assert (sizes < 6).any()
    assert (sizes >= 10).any()


def test_registers_come_in_the_ways_of_different_senders(folder: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        (folder / "sick_leave_2019.csv").read_text(encoding="utf-8")
    for year in range(2018, 2027):
        rows = world_reading.text_table(folder, f"sick_leave_{year}.csv")
        assert rows["fom"].str.fullmatch(rf"\d\d\.\d\d\.{year}").all()
        assert rows["grad"].str.fullmatch(r"\d+,0").all()
        assert rows["diagnose"].str.fullmatch(r"[A-Z]\d\d").all()
    texts = world_reading.text_table(folder, "sick_leave_2019.csv")["diagnosetekst"]
    assert texts.str.contains("følelse|Øvre").any()
    population = world_reading.text_table(folder, "population.csv")
    assert population["foedt"].str.fullmatch(r"\d{6}").all()
    assert population["doed"].dropna().str.fullmatch(r"\d{8}").all()
    pensions, meta = pyreadstat.read_dta(folder / "disability_pension.dta")
    assert "1970-01-01" in meta.column_names_to_labels["fom"]
    first = pd.to_datetime(pensions["fom"], unit="D")
    assert first.between("2018-01-01", "2026-06-30").all()
    assert pensions["grad"].between(20, 100).all()


def test_spells_overlap_extend_have_grades_and_come_from_two_employers(folder: Path) -> None:
    rows = world_reading.text_table(folder, "sick_leave_2022.csv")
    start, stop = (pd.to_datetime(rows[name], format="%d.%m.%Y") for name in ("fom", "tom"))
    assert (stop >= start).all()
    ordered = rows.assign(start=start, stop=stop).sort_values(["fnr", "orgnr", "start"])
    same = ordered["fnr"].eq(ordered["fnr"].shift()) & ordered["orgnr"].eq(ordered["orgnr"].shift())
    gap = (ordered["start"] - ordered["stop"].shift()).dt.days[same]
    assert (gap == 1).sum() > 20, "extensions"
    assert (gap < 1).sum() > 5, "overlaps"
    assert rows["grad"].nunique() > 4
    assert (rows.groupby(["fnr", "fom"])["orgnr"].nunique() == 2).any()


def events(folder: Path) -> list[ConsentEvent]:
    lines = [json.loads(line) for line in (folder / "consents.jsonl").read_text().splitlines()]
    return [
        ConsentEvent(
            line["fnr"],
            pd.Timestamp(line["at"]).to_pydatetime(),
            Kind(line["kind"]),
            Purpose(line["purpose"]),
            line["id"],
        )
        for line in lines
    ]


def test_consents_come_out_of_order_and_with_repeats_and_do_not_contradict(folder: Path) -> None:
    found = events(folder)
    times = [event.at for event in found]
    assert times != sorted(times)
    assert max(Counter(event.id for event in found).values()) > 1
    assert contradictions(found) == ()


def test_two_thirds_consent_to_research_and_most_of_them_to_linking(folder: Path) -> None:
    frame = pd.DataFrame([(e.person, e.at, e.kind, e.purpose) for e in events(folder)])
    frame.columns = pd.Index(["person", "at", "kind", "purpose"])
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    states = state_columns(frame, truth.REGISTER_END)
    answers = pd.concat([world_reading.text_table(folder, path.name) for path in folder.glob("identities_*.csv")])
    respondents = answers["fnr"].nunique()
    assert 0.60 < states["research"].sum() / respondents < 0.72
    assert 0.80 < states["linking"].sum() / states["research"].sum() < 0.90
    assert frame["kind"].eq(Kind.WITHDRAWN).any()
    assert answers["fnr"].duplicated().mean() > 0.2, "partly the same people in several waves"


def test_between_55_and_85_per_cent_answer(folder: Path) -> None:
    jobs = world_reading.text_table(folder, "employment.csv")
    organisations = {path.stem.split("_")[2] for path in folder.glob("units_2021_*.xlsx")}
    jobs = jobs[jobs["orgnr"].isin(organisations)]
    for wave, opened in truth.WAVES.items():
        day = opened.strftime("%Y%m%d")
        there = jobs[(jobs["fra"] <= day) & (jobs["til"].fillna("99999999") >= day)]
        answered = world_reading.text_table(folder, f"identities_{wave}.csv")
        assert 0.62 < len(answered) / len(there) < 0.78
        rates = there["fnr"].isin(answered["fnr"]).groupby(there["orgnr"]).mean()
        assert rates.between(0.50, 0.90).all(), "55 to 85 but for chance in the small ones"


def test_those_who_do_not_consent_are_more_absent(folder: Path) -> None:
    spells = world_reading.long_spells(folder)
    consenting = {event.person for event in events(folder) if event.purpose is Purpose.RESEARCH}
    answers = pd.concat([world_reading.text_table(folder, path.name) for path in folder.glob("identities_*.csv")])
    people = answers["fnr"].drop_duplicates()
    before = spells[spells["start"] < pd.Timestamp(truth.WAVES[2021])].groupby("person").size()
    absent = people.map(before).fillna(0)
    consents = people.isin(consenting)
    assert absent[~consents].mean() > 1.1 * absent[consents].mean()


def test_sizes_and_full_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        write_world(tmp_path, people=999)
    with pytest.raises(BadInput):
        write_world(tmp_path, people=5_000_001)
    (tmp_path / "there.txt").write_text("")
    with pytest.raises(Conflict):
        write_world(tmp_path, people=1_000)


def test_the_command_writes_a_world(tmp_path: Path) -> None:
    command = typer.Typer()
    command.command()(main)
    result = CliRunner().invoke(command, [str(tmp_path / "inbox"), "--people", "1000", "--seed", "3"])
    assert result.exit_code == 0, result.output
    assert "register:sick_leave" in result.output
    again = CliRunner().invoke(command, [str(tmp_path / "inbox"), "--people", "1000"])
    assert again.exit_code == 1
    assert "not empty" in again.output
    assert CliRunner().invoke(command, [str(tmp_path / "x"), "--people", "10"]).exit_code == 2
