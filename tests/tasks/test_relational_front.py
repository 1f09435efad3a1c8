"""One front for one data set and for several tables."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sparring import Synthesizer
from sparring.core.errors import WrongUse
from sparring.data.databases import write_database

KEYS = {"customers": "id", "orders.customer_id": "customers.id"}
FOR_ONE = "are drawn, kept and judged in Python, .* fit one of them alone"


def shop() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(0)
    customers = pd.DataFrame({"id": range(1, 41), "age": rng.integers(20, 80, 40)})
    orders = pd.DataFrame({"customer_id": rng.integers(1, 41, 90), "paid": rng.random(90)})
    return {"customers": customers, "orders": orders}


def tiny(**settings) -> Synthesizer:
    return Synthesizer(steps=3, width=8, batch_size=16, **settings)


@pytest.fixture(scope="module")
def fitted():
    return tiny().fit(shop(), keys=KEYS)


def test_several_tables_are_fitted_with_the_keys_that_are_stated(fitted):
    made = fitted.sample()
    assert {name: list(frame) for name, frame in made.items()} == {
        name: list(frame) for name, frame in shop().items()
    }
    assert made["orders"]["customer_id"].isin(made["customers"]["id"]).all()
    assert "orders.customer_id -> customers.id" in fitted.tables_.relations
    assert str(fitted.tables_).splitlines() == fitted.tables_.relations


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model.sample(condition={"age": 30}),
        lambda model: model.sample(where=lambda frame: frame["age"] > 30),
        lambda model: model.impute(shop()["customers"]),
        lambda model: model.sample_like(shop()["customers"]),
        lambda model: model.sample_labelled(3),
        lambda model: model.score(shop()["customers"]),
        lambda model: model.modality_,
    ],
)
def test_what_only_one_table_can_do_is_refused_in_a_sentence(fitted, ask):
    with pytest.raises(WrongUse, match=FOR_ONE):
        ask(fitted)


def test_fitting_again_forgets_what_was_learnt_before():
    model, numbers = tiny(), np.random.default_rng(0).random((40, 3))
    model.fit(numbers).fit(shop())
    assert set(model.sample()) == {"customers", "orders"}
    model.fit(numbers)
    assert model.sample(5).shape == (5, 3)
    assert not hasattr(model, "tables_")


def test_a_clone_has_learnt_nothing(fitted):
    with pytest.raises(NotFittedError):
        clone(fitted).sample()


def test_what_is_said_of_several_tables_is_refused_for_one():
    for name, value in (("keys", KEYS), ("fixed", []), ("sequences", {"a": ("b", "c")})):
        with pytest.raises(WrongUse, match=f"{name} is said of several tables"):
            tiny().fit(shop()["customers"], **{name: value})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"game": "ctgan"}, "learnt by game 'nade' alone, .* got 'ctgan'"),
        ({"game": "auto"}, "learnt by game 'nade' alone, .* got 'auto'"),
        ({"rules": ["a <= b"]}, "rules of several tables must be true or false"),
        ({"run": "shop"}, r"run is for a single data set, .* save\(folder\)"),
        ({"kinds": {"age": "category"}}, "kinds is for a single data set"),
        ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
    ],
)
def test_settings_that_are_for_a_single_table_are_refused(settings, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUse, match=words):
        Synthesizer(**settings).fit(shop())
    assert not any(tmp_path.iterdir())


def test_keys_that_are_no_mapping_are_refused():
    with pytest.raises(WrongUse, match="keys must be a mapping such as"):
        tiny().fit(shop(), keys=["id"])


def slipped(table, column, row, value):
    tables = shop()
    tables[table] = tables[table].astype({column: object if value is None else "int64"})
    tables[table].loc[row, column] = value
    return tables


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (slipped("orders", "customer_id", 6, 77), "1 of its values isn't in 'id', such as 77"),
        (slipped("customers", "id", 3, 1), "must differ in every row, but 1 row repeats another's"),
        (slipped("customers", "id", 3, None), "must be there in every row, but is missing in 1"),
    ],
)
def test_a_slip_in_keys_that_names_speak_for_is_told_and_parts_no_tables(tables, words):
    with pytest.raises(WrongUse, match=f"{words}.*or state the keys that hold"):
        tiny().fit(tables)


def test_tables_whose_keys_do_not_hold_can_be_learnt_apart():
    model = tiny().fit(slipped("orders", "customer_id", 6, 77), keys={"customers": "id"})
    assert model.tables_.relations[0] == "customers.id is a key"
    assert set(model.sample()) == {"customers", "orders"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"keys": {"customers": ["id", "age"]}}, "a column each, got .* for 'customers'"),
        ({"keys": {"customers.id": "customers.id"}}, "must name another column .* than itself"),
        ({"sequences": ["orders"]}, "sequences must be a mapping such as"),
        ({"fixed": "orders"}, "fixed must be a list of tables' names, got 'orders'"),
        ({"fixed": 3}, "fixed must be a list of tables' names, got 3"),
    ],
)
def test_what_is_said_in_another_shape_is_refused(said, words):
    with pytest.raises(WrongUse, match=words):
        tiny().fit(shop(), **said)


def test_tables_of_one_row_are_learnt():
    tables = {name: frame.head(1) for name, frame in shop().items()}
    tables["orders"] = tables["orders"].assign(customer_id=1)
    made = tiny().fit(tables, keys=KEYS).sample(seed=0)
    assert made["orders"]["customer_id"].tolist() == [1]


def test_a_key_of_fractions_is_refused():
    tables = shop()
    customers = tables["customers"].assign(id=tables["customers"]["id"] / 2)
    orders = tables["orders"].assign(customer_id=tables["orders"]["customer_id"] / 2)
    with pytest.raises(WrongUse, match="must hold whole numbers or texts, got float64"):
        tiny().fit({"customers": customers, "orders": orders}, keys=KEYS)


def test_a_database_is_one_table_or_all_of_them(tmp_path):
    for name, frame in shop().items():
        write_database(frame, tmp_path / "shop.db", name)
    assert set(tiny().fit(tmp_path / "shop.db").sample()) == {"customers", "orders"}
    one = tiny(table="orders").fit(tmp_path / "shop.db")
    assert list(one.sample(3)) == ["customer_id", "paid"]
    with pytest.raises(WrongUse, match="several tables, customers, orders: name one"):
        tiny(run=tmp_path / "run").fit(tmp_path / "shop.db")


def test_a_database_of_one_table_is_one_table(tmp_path):
    write_database(shop()["orders"], tmp_path / "orders.db", "orders")
    assert len(tiny().fit(tmp_path / "orders.db").sample(3)) == 3
