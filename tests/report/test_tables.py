"""What a report says of tables whose worth is known beforehand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sparring.data import Table, open_dataset
from sparring.data.rules import discover
from sparring.report import judge
from sparring.report.measures import Sample
from sparring.report.tables import BOOTSTRAP, SHUFFLED, TABLES, bootstrap, shuffled_columns
from sparring.report.targets import Predictions


def frame(n=1500, seed=0):
    random = np.random.default_rng(seed)
    age = random.integers(18, 80, n)
    net = (age * 9 + random.normal(0, 40, n)).round(2)
    return pd.DataFrame(
        {
            "id": [f"C-{place:05d}" for place in random.permutation(n)],
            "age": age,
            "net": net,
            "tax": (net / 5).round(2),
            "job": np.where(net > 450, "lead", np.where(random.random(n) < 0.9, "staff", "guest")),
            "gain": np.where(random.random(n) < 0.8, 0, random.integers(100, 9000, n)),
            "born": np.where(random.random(n) < 0.1, None, (2024 - age).astype(str)),
        }
    )


@pytest.fixture(scope="module")
def table():
    return open_dataset(frame(), target="job", heldout=0.3)


def half_copier(table):
    """Half of what it makes is training rows, the other half shuffled columns."""

    def make(n, seed):
        random = np.random.default_rng(seed + 5)
        worthless = shuffled_columns(table.real(), n, random)
        copied = bootstrap(table.real(), n, random)
        return worthless.where(pd.Series(random.random(n) < 0.5), copied)

    return make


@pytest.fixture(scope="module")
def honest(table):
    return judge(table, table.unseen)


@pytest.fixture(scope="module")
def copied(table):
    return judge(table, lambda n, s: bootstrap(table.real(), n, np.random.default_rng(s + 9)))


def test_shuffled_columns_are_a_permutation_of_each_column():
    real = frame(40)
    made = shuffled_columns(real, 40, np.random.default_rng(0))
    assert (made.dtypes == real.dtypes).all()
    for name in real:
        assert sorted(made[name], key=str) == sorted(real[name], key=str)
    assert not (made == real).all(axis=1).any()


def test_shuffled_columns_of_an_array_too():
    real = np.arange(60.0).reshape(20, 3)
    made = shuffled_columns(real, 20, np.random.default_rng(0))
    assert np.array_equal(np.sort(made, axis=0), real)
    assert not np.array_equal(made, real)


def test_a_bootstrap_is_whole_rows_drawn_with_replacement():
    real = frame(40)
    made = bootstrap(real, 200, np.random.default_rng(0))
    assert set(made["id"]) <= set(real["id"])
    first = real.set_index("id").loc[made["id"]].reset_index()
    pd.testing.assert_frame_equal(made, first)


def test_both_floors_stand_beside_every_figure(honest):
    for figure in honest:
        floor, control = (
            (BOOTSTRAP, SHUFFLED) if figure.group == "copying" else (SHUFFLED, BOOTSTRAP)
        )
        assert figure.floor.name == floor, figure.name
        assert [mark.name for mark in figure.controls] == [control], figure.name


def test_floors_are_measured_with_every_seed_as_all_else_is(honest):
    assert honest.seeds == (0, 1000, 2000)
    spread = honest["pair_trends"].floor
    assert spread.low < spread.value < spread.high


def test_utility_by_target_stands_between_both_floors_and_real_rows(honest):
    (shown,) = [e for e in honest.exhibits if e.title == "Utility by target"]
    for name in (SHUFFLED, BOOTSTRAP, "generated", "real"):
        assert f'<th class="number">{name}</th>' in shown.markup
    assert "Medians over 3 seeds" in shown.caption
    assert shown.markup.count(" to ") == shown.markup.count("<tr><td>")


def test_a_missing_cell_of_a_generated_row_is_empty(table):
    def gaps(n, seed):
        made = table.unseen(n, seed)
        made["net"] = np.nan
        made["job"] = None
        return made

    found = judge(table, gaps, n=100)
    (rows,) = [e for e in found.exhibits if e.title == "Generated rows"]
    assert "<td></td>" in rows.markup
    for exhibit in found.exhibits:
        for word in (">nan<", ">None<", ">NaT<", "nan "):
            assert word not in exhibit.markup, exhibit.title
    assert all(np.isfinite(figure.value) for figure in found)


def test_a_copier_is_perfect_in_quality_and_fails_in_copying(copied):
    for name in ("pair_trends", "two_sample_auc", "utility_auc", "utility_targets", "coverage"):
        assert copied[name].position > 0.8, name
    for name in ("closest_median", "closest_5", "exact_copies", "repeated_names", "copying_ct"):
        assert copied[name].verdict == "copies the training data", name
    assert copied["exact_copies"].value == 1
    assert copied["closest_median"].value == 0


def test_held_out_rows_copy_nothing(honest):
    for figure in honest:
        if figure.group == "copying":
            assert not figure.verdict.startswith("copies"), figure.name
    assert honest["exact_copies"].value < 0.02


def test_a_few_copies_are_seen_where_the_averages_are_blind(table):
    found = judge(table, half_copier(table))
    assert found["copying_ct"].verdict != "copies the training data"
    assert found["closest_5"].verdict == "copies the training data"
    assert found["exact_copies"].verdict == "copies the training data"
    assert found["exact_copies"].value == pytest.approx(0.5, abs=0.08)


def test_utility_over_targets_is_one_for_real_rows_and_none_for_shuffled_ones(honest):
    figure = honest["utility_targets"]
    assert figure.value == pytest.approx(1, abs=0.15)
    assert figure.floor.value < 0.3
    assert figure.ceiling.name == "as many training rows"


def test_the_declared_target_is_the_first_and_each_has_its_line(honest):
    (shown,) = [e for e in honest.exhibits if e.title == "Utility by target"]
    places = [shown.markup.index(f"<td>{name}</td>") for name in ("job", "age", "net", "tax")]
    assert places[0] == min(places)
    assert "<td>id</td>" not in shown.markup


def test_identifiers_are_left_out_and_a_note_says_so(honest):
    assert "left out: id (identifier)" in honest.features
    assert honest["repeated_names"].value == 0


def test_identifiers_that_repeat_real_ones_are_counted(table):
    real = table.real()

    def recites(n, seed):
        made = table.unseen(n, seed)
        made.loc[: n // 4 - 1, "id"] = real["id"].iloc[: n // 4].to_numpy()
        return made

    found = judge(table, recites)["repeated_names"]
    assert found.value == pytest.approx(0.25, abs=0.01)
    assert found.verdict == "copies the training data"


def test_dtypes_do_not_give_a_generator_away(table):
    def restyled(n, seed):
        made = table.unseen(n, seed)
        return made.assign(
            age=made["age"].astype("float64"),
            job=made["job"].astype("category"),
            born=made["born"].astype("category"),
        )

    assert judge(table, restyled)["two_sample_auc"].value < 0.58


def test_what_is_drawn_names_missing_values_and_atoms(honest):
    (columns,) = [e for e in honest.exhibits if e.title == "Columns"]
    assert "missing 1" in columns.markup or "missing 9" in columns.markup
    assert "<small>0: 8" in columns.markup or "<small>0: 7" in columns.markup


def test_pairs_of_all_three_sorts_are_drawn(honest):
    (pairs,) = [e for e in honest.exhibits if e.title == "Pairs"]
    assert 'class="two"' in pairs.markup  # age and net
    assert 'class="box tone-1"' in pairs.markup  # net and job
    (relations,) = [e for e in honest.exhibits if e.title == "Relations"]
    assert relations.markup.count("<svg") == 3


def test_rules_are_shown_with_the_share_that_obeys():
    random = np.random.default_rng(0)
    a, b = random.integers(1, 500, (2, 900))
    rows = pd.DataFrame({"a": a, "b": b, "sum": a + b})
    data = open_dataset(rows)
    ruled = replace(data, modality=Table.fit(rows, rules=discover(rows)))
    assert ruled.modality.rules
    found = judge(ruled, lambda n, s: ruled.unseen(n, s).assign(a=lambda t: t["a"] + 1))
    assert found["rules_obeyed"].value == 0
    assert found["rules_obeyed"].ceiling.value == 1
    (shown,) = [e for e in found.exhibits if e.title == "Rules"]
    assert str(ruled.modality.rules[0]) in shown.markup
    assert "100 %" in shown.markup


def test_a_table_without_rules_has_no_figure_of_them(honest):
    assert "rules_obeyed" not in [figure.name for figure in honest]
    assert "Rules" not in [exhibit.title for exhibit in honest.exhibits]


def test_an_array_is_judged_as_a_table():
    random = np.random.default_rng(0)
    x = random.normal(size=900)
    array = np.stack([x, x + random.normal(size=900), random.normal(size=900)], axis=1)
    data = open_dataset(array)
    found = judge(data, data.unseen)
    assert found["pair_trends"].position > 0.8
    assert {"Columns", "Relations", "Pairs"} <= {e.title for e in found.exhibits}


def test_one_column_alone_is_judged():
    data = open_dataset(pd.DataFrame({"x": np.random.default_rng(0).normal(size=600)}))
    found = judge(data, data.unseen)
    assert "column_shapes" in [figure.name for figure in found]
    assert any("pair_trends" in note for note in found.notes)


def test_what_is_learnt_of_targets_is_learnt_once(table, monkeypatch):
    calls = []
    original = Predictions.__init__
    monkeypatch.setattr(
        Predictions, "__init__", lambda *given: (calls.append(1), original(*given))[1]
    )
    judge(table, table.unseen, n=60)
    assert len(calls) == 1


def test_every_floor_makes_rows_that_the_table_knows(table):
    for name, floor in TABLES.floors.items():
        made = floor(table.real(), 50, np.random.default_rng(0))
        assert len(Sample(table.modality.frame(made), lambda items: items)) == 50, name


def test_what_looks_at_each_row_by_itself_is_told_of_ten_held_out_rows():
    few = open_dataset(frame(50), heldout=0.3)
    found = judge(few, few.unseen)
    names = {figure.name for figure in found}
    assert {"column_shapes", "pair_trends", "closest_median", "exact_copies"} <= names
    assert "two_sample_auc" not in names
    (note,) = [note for note in found.notes if "must be 20 held-out items" in note]
    assert "two_sample_auc, utility_auc" in note or "two_sample_auc, utility_targets" in note


def test_the_column_farthest_behind_unseen_rows_is_drawn_first(table):
    def aged(n, seed):
        made = table.unseen(n, seed)
        return made.assign(gain=made["gain"].where(made["gain"] > 0, 5000))

    found = judge(table, aged, n=200)
    (columns,) = [e for e in found.exhibits if e.title == "Columns"]
    assert columns.markup.startswith('<div class="panels"><figure><figcaption>gain ')
