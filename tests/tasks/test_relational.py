"""Several tables that hang together."""

import numpy as np
import pandas as pd
import pytest

from sparring import Synthesizer
from sparring.core.errors import Failure, WrongUse
from sparring.data.databases import write_database
from sparring.metrics.relational import children, dangling

LINKS = [
    ("orders", "customer_id", "customers"),
    ("lines", "order_id", "orders"),
    ("lines", "product_id", "products"),
    ("lines", "kind_id", "kinds"),
]


def shop() -> dict[str, pd.DataFrame]:
    """Customers order according to their age; lines of an order, with prices of products."""
    rng = np.random.default_rng(0)
    customers = pd.DataFrame({"id": range(101, 201), "age": rng.integers(20, 80, 100)})
    customers["city"] = rng.choice(["Bonn", "Ulm", "Kiel"], 100)
    many = (customers["age"] - 20) // 15
    orders = pd.DataFrame({"customer_id": np.repeat(customers["id"], many)}).reset_index(drop=True)
    orders.insert(0, "id", range(1, len(orders) + 1))
    first = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, 100), unit="D")
    gaps = rng.integers(1, 9, len(orders))
    behind = pd.Series(gaps).groupby(orders["customer_id"]).cumsum()
    start = orders["customer_id"].map(dict(zip(customers["id"], first, strict=True)))
    orders["day"] = start + pd.to_timedelta(behind, unit="D")
    age = orders["customer_id"].map(customers.set_index("id")["age"])
    orders["express"] = np.where(age > 50, "yes", "no")
    orders["city"] = orders["customer_id"].map(customers.set_index("id")["city"])
    lines = pd.DataFrame({"order_id": np.repeat(orders["id"], rng.integers(1, 4, len(orders)))})
    lines = lines.reset_index(drop=True)
    lines["position"] = lines.groupby("order_id").cumcount() + 1
    products = pd.DataFrame({"id": range(1, 41), "price": rng.integers(100, 9_000, 40) / 100})
    lines["product_id"] = rng.integers(1, 41, len(lines))
    lines["price"] = lines["product_id"].map(products.set_index("id")["price"])
    lines["kind_id"] = rng.integers(1, 4, len(lines))
    lines["count"] = rng.integers(1, 5, len(lines))
    due = (lines["price"] * lines["count"]).groupby(lines["order_id"]).sum()
    orders["total"] = orders["id"].map(due).round(2)
    kinds = pd.DataFrame({"id": [1, 2, 3], "word": ["gift", "own", "other"]})
    return {
        "customers": customers,
        "products": products,
        "kinds": kinds,
        "orders": orders,
        "lines": lines,
    }


@pytest.fixture(scope="module")
def tables():
    return shop()


@pytest.fixture(scope="module")
def model(tables):
    return Synthesizer(steps=300, width=64).fit(tables)


@pytest.fixture(scope="module")
def made(model):
    return model.sample(seed=3)


def tiny(tables, **said) -> Synthesizer:
    return Synthesizer(steps=3, width=8).fit(tables, **said)


def test_no_key_dangles(made):
    for child, column, parent in LINKS:
        assert dangling(made[parent]["id"], made[child][column]) == 0


def test_tables_come_back_with_their_columns_and_dtypes(tables, made):
    for name, frame in tables.items():
        assert list(made[name].columns) == list(frame.columns)
        assert made[name].dtypes.to_dict() == frame.dtypes.to_dict()


def test_keys_differ_in_every_row_and_count_on_from_where_they_began(made):
    assert made["customers"]["id"].tolist() == list(range(101, 201))
    assert made["orders"]["id"].is_unique


def test_parents_have_as_many_children_as_real_ones(tables, made):
    for child, column, parent in LINKS[:2]:
        real = children(tables[parent]["id"], tables[child][column])
        ours = children(made[parent]["id"], made[child][column])
        grid = np.linspace(0, 1, 21)
        assert np.abs(np.quantile(real, grid) - np.quantile(ours, grid)).max() <= 1


def test_how_many_children_a_row_has_depends_on_the_row(tables, made):
    def strength(frames):
        many = children(frames["customers"]["id"], frames["orders"]["customer_id"])
        return np.corrcoef(frames["customers"]["age"], many)[0, 1]

    assert strength(tables) > 0.9
    assert strength(made) > 0.6


def test_children_depend_on_their_parents(made):
    age = made["orders"]["customer_id"].map(made["customers"].set_index("id")["age"])
    express = (made["orders"]["express"] == "yes").astype(float)
    # Shuffled, it would be 0; the real one is about .8.
    assert np.corrcoef(age, express)[0, 1] > 0.4


def test_what_copies_a_parent_is_copied(model, made):
    for child, column, parent, read in (
        ("orders", "city", "customers", "city"),
        ("lines", "price", "products", "price"),
    ):
        link = "customer_id" if child == "orders" else "product_id"
        due = made[child][link].map(made[parent].set_index("id")[read])
        assert (made[child][column] == due).all()
        assert f"{child}.{column} = {parent}.{read}" in model.tables_.relations


def test_sums_over_children_are_exact(model, made):
    lines = made["lines"]
    due = (lines["price"] * lines["count"]).groupby(lines["order_id"]).sum().round(2)
    totals = made["orders"].set_index("id")["total"]
    some = totals[totals.index.isin(due.index)]
    assert np.allclose(some, due.reindex(some.index), atol=0.005)
    assert len(some) > 100
    assert "orders.total = sum of price * count in lines" in model.tables_.relations


def test_counters_count(made):
    lines = made["lines"]
    assert (lines["position"] == lines.groupby("order_id").cumcount() + 1).all()


def test_dates_of_one_parent_follow_each_other(made):
    gaps = made["orders"].groupby("customer_id")["day"].diff().dropna()
    assert (gaps >= pd.Timedelta(0)).all()
    assert (gaps <= pd.Timedelta(days=8)).all()


def test_lists_of_words_stay_as_they_are(tables, model, made):
    assert list(model.tables_.kept) == ["kinds"]
    pd.testing.assert_frame_equal(made["kinds"], tables["kinds"])


def test_the_same_seed_draws_the_same_tables_and_another_draws_others(model, made):
    again, other = model.sample(seed=3), model.sample(seed=4)
    for name, frame in made.items():
        pd.testing.assert_frame_equal(frame, again[name])
    assert not made["lines"].equals(other["lines"])


def test_a_scale_multiplies_all_tables(tables, model):
    made = model.sample(0.5, seed=0)
    assert len(made["customers"]) == 50
    assert 0.3 < len(made["lines"]) / len(tables["lines"]) < 0.7


def test_rows_can_be_asked_for_by_table(model):
    made = model.sample({"customers": 7}, seed=0)
    assert len(made["customers"]) == 7
    assert len(made["products"]) == 40
    assert dangling(made["customers"]["id"], made["orders"]["customer_id"]) == 0


def test_what_is_saved_draws_the_same(model, made, tmp_path):
    model.save(tmp_path / "shop")
    again = Synthesizer.load(tmp_path / "shop")
    for name, frame in again.sample(seed=3).items():
        pd.testing.assert_frame_equal(frame, made[name])
    assert again.tables_.relations == model.tables_.relations


def test_a_damaged_file_is_told_in_a_sentence(model, tmp_path):
    model.save(tmp_path / "shop")
    (tmp_path / "shop" / "relations.json").write_text('{"format": 1}')
    with pytest.raises(Failure, match=r"relations.json is damaged; fit the tables again"):
        Synthesizer.load(tmp_path / "shop")


def test_links_are_judged_beside_floor_and_ceiling(tables, model):
    judged = {one.link.split(" ")[0]: one for one in model.tables_.judge(tables)}
    orders = judged["orders.customer_id"]
    assert all(one.dangling == 0 for one in judged.values())
    assert orders.kolmogorov.ours < orders.kolmogorov.floor
    assert orders.dependence.ours < orders.dependence.floor
    assert orders.dependence.ceiling < orders.dependence.floor


def test_a_parent_in_the_same_table_never_closes_a_circle():
    staff = pd.DataFrame({"id": range(1, 61), "rank": [0] * 5 + [1] * 55})
    staff["manager_id"] = [np.nan] * 5 + [1 + i % (i // 2 + 4) for i in range(55)]
    made = tiny({"staff": staff}).sample(seed=0)["staff"]
    above = made.set_index("id")["manager_id"]
    place = pd.Series(made["id"].to_numpy())
    for _ in range(len(made)):
        place = place.map(above)
    assert place.isna().all()
    assert dangling(made["id"], made["manager_id"]) == 0


def test_tables_that_name_each_other_in_a_circle_are_drawn():
    rng = np.random.default_rng(0)
    teams = pd.DataFrame({"id": range(1, 21), "head_id": rng.integers(1, 81, 20).astype(float)})
    teams.loc[3, "head_id"] = np.nan
    people = pd.DataFrame({"id": range(1, 81), "team_id": rng.integers(1, 21, 80)})
    keys = {"teams.head_id": "people.id", "people.team_id": "teams.id", "people": "id"}
    made = tiny({"teams": teams, "people": people}, keys=keys).sample(seed=0)
    assert dangling(made["people"]["id"], made["teams"]["head_id"]) == 0
    assert dangling(made["teams"]["id"], made["people"]["team_id"]) == 0


def test_a_table_of_pairs_repeats_none():
    rng = np.random.default_rng(0)
    tables = {
        "lists": pd.DataFrame({"id": range(1, 16), "mood": rng.integers(0, 3, 15)}),
        "songs": pd.DataFrame({"id": range(1, 31), "year": rng.integers(1970, 2020, 30)}),
    }
    pairs = [(a, b) for a in range(1, 16) for b in range(1, 31) if rng.random() < 0.3]
    tables["pairs"] = pd.DataFrame(pairs, columns=["list_id", "song_id"])
    made = tiny(tables, fixed=[]).sample(seed=0)["pairs"]
    assert not made.duplicated().any()
    assert len(made) > 0.8 * len(pairs)


def test_a_second_parent_that_hangs_on_the_first_is_one_of_the_firsts():
    rng = np.random.default_rng(0)
    wards = pd.DataFrame({"ward_id": range(1, 31), "beds": rng.integers(2, 9, 30)})
    stays = pd.DataFrame({"stay_id": range(1, 91), "ward_id": np.repeat(range(1, 31), 3)})
    visits = pd.DataFrame({"stay_id": rng.integers(1, 91, 200)})
    visits["ward_id"] = visits["stay_id"].map(stays.set_index("stay_id")["ward_id"])
    visits["stay_id"] = visits["stay_id"].where(rng.random(200) < 0.7)
    visits["pulse"] = rng.integers(50, 90, 200)
    keys = {"stays.ward_id": "wards.ward_id", "visits.ward_id": "wards.ward_id"}
    keys["visits.stay_id"] = "stays.stay_id"
    made = tiny({"wards": wards, "stays": stays, "visits": visits}, keys=keys).sample(seed=0)
    named = made["visits"].dropna(subset="stay_id")
    ward = named["stay_id"].map(made["stays"].set_index("stay_id")["ward_id"])
    assert (ward == named["ward_id"]).all()
    assert 0 < len(named) < len(made["visits"])


def test_rows_of_an_entity_follow_each_other_and_its_own_columns_are_constant():
    rng = np.random.default_rng(0)
    who = np.repeat([f"P-{rng.integers(10**6):06d}" for _ in range(60)], rng.integers(1, 6, 60))
    visits = pd.DataFrame({"who": who, "pulse": rng.integers(50, 90, len(who))})
    visits["sex"] = np.where(visits["who"].str[-1].astype(int) % 2, "f", "m")
    days = pd.Series(rng.integers(1, 30, len(who))).groupby(who).cumsum()
    visits["day"] = pd.to_datetime("2024-01-01") + pd.to_timedelta(days, unit="D")
    visits = visits.sample(frac=1, random_state=0).reset_index(drop=True)
    model = tiny({"visits": visits}, sequences={"visits": ("who", "day")})
    made = model.sample(seed=0)["visits"]
    assert list(made.columns) == list(visits.columns)
    assert (made.groupby("who")["sex"].nunique() == 1).all()
    assert (made.groupby("who")["day"].diff().dropna() >= pd.Timedelta(0)).all()
    assert made["who"].nunique() == 60
    assert not set(made["who"]) & set(visits["who"])


def test_keys_that_are_numbered_texts_are_numbered_again():
    numbers = np.random.default_rng(0).permutation(60)
    codes = [f"P-{7 * i:04d}" for i in numbers]
    clients = pd.DataFrame({"code": codes, "age": range(60)})
    calls = pd.DataFrame({"client_code": np.repeat(codes, 2), "long": [1, 2] * 60})
    keys = {"calls.client_code": "clients.code"}
    made = tiny({"clients": clients, "calls": calls}, keys=keys).sample(seed=0)
    assert made["clients"]["code"].tolist() == [f"P-{i:04d}" for i in range(60)]
    assert dangling(made["clients"]["code"], made["calls"]["client_code"]) == 0


def test_keys_that_are_words_of_which_no_new_ones_can_be_made_are_refused():
    letters = list("abcdefghijklmnopqrstuvwxyz")
    grades = pd.DataFrame({"letter": letters, "points": range(26)})
    tests = pd.DataFrame({"letter": letters * 2, "minutes": range(52)})
    said = {"keys": {"tests.letter": "grades.letter"}, "fixed": []}
    with pytest.raises(WrongUse, match=r"no new ones can be made; .* fixed=\['grades'\]"):
        tiny({"grades": grades, "tests": tests}, **said)


def test_a_database_is_read_with_the_keys_it_declares(tmp_path):
    tables = shop()
    for name in ("customers", "orders"):
        write_database(tables[name], tmp_path / "shop.db", name)
    model = tiny(tmp_path / "shop.db", keys={"orders.customer_id": "customers.id"})
    made = model.sample(seed=0)
    assert dangling(made["customers"]["id"], made["orders"]["customer_id"]) == 0


def test_tables_of_few_rows_are_learnt():
    staff = pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cid"]})
    calls = pd.DataFrame({"staff_id": [1, 2, 3, 3] * 5, "long": range(20)})
    made = tiny({"staff": staff, "calls": calls}, fixed=[]).sample(seed=0)
    assert len(made["staff"]) == 3
    assert dangling(made["staff"]["id"], made["calls"]["staff_id"]) == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fixed": ["kind"]}, "fixed names an unknown table 'kind'; did you mean kinds?"),
        ({"fixed": ["orders"]}, "fixed must not name 'orders' without 'customers'"),
        ({"sequences": {"orders": ("who", "day")}}, "sequences name a column 'who'"),
        ({"sequences": {"orders": "day"}}, "must give table 'orders' its entity and order"),
        ({"keys": {"orders.age": "customers.id"}}, "keys name a column 'age'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(tables, settings, words):
    with pytest.raises(WrongUse, match=words):
        tiny(tables, **settings)


def test_keys_that_do_not_hold_are_refused_before_anything_is_trained(tables):
    orphans = {**tables, "orders": tables["orders"].assign(customer_id=9)}
    with pytest.raises(WrongUse, match="must name rows of 'customers'"):
        tiny(orphans, keys={"orders.customer_id": "customers.id"})


@pytest.mark.parametrize("thing", [{}, {"a": [1, 2]}, {1: pd.DataFrame({"a": [1]})}])
def test_what_are_no_tables_by_name_is_refused(thing):
    with pytest.raises(WrongUse, match="X must"):
        tiny(thing)


def test_an_empty_table_is_refused_by_name(tables):
    with pytest.raises(WrongUse, match="table 'kinds' must have at least 1 row"):
        tiny({**tables, "kinds": tables["kinds"].iloc[:0]})


def test_a_table_that_cannot_be_learnt_is_refused_by_name(tables):
    lists = tables["customers"].assign(tags=[[1]] * 100)
    with pytest.raises(WrongUse, match="table 'customers': "):
        tiny({**tables, "customers": lists})


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        (0, "n must be how many times .* a number above 0"),
        ({"orders": 5}, "n can't say how many rows 'orders' has, which follows from"),
        ({"customer": 5}, "unknown table 'customer'; did you mean customers?"),
        ({"customers": 0}, "at least 1, got 0"),
    ],
)
def test_scales_that_cannot_be_used_are_refused(model, scale, words):
    with pytest.raises(WrongUse, match=words):
        model.sample(scale)
