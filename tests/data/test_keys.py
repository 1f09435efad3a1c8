"""Keys between tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.data.descriptions import Relationship
from sparring.data.keychecks import check_keys
from sparring.data.keys import infer_keys, is_dense, keys_from, rows_named, shown_keys


def shop() -> dict[str, pd.DataFrame]:
    return {
        "customers": pd.DataFrame({"id": range(1, 31), "age": range(20, 50)}),
        "orders": pd.DataFrame(
            {"id": range(1, 61), "customer_id": np.arange(60) % 30 + 1, "count": [1, 2, 3] * 20}
        ),
    }


def links(tables: dict[str, pd.DataFrame]) -> list[str]:
    return [line for line in shown_keys(infer_keys(tables)) if "->" in line]


def test_a_column_named_like_a_key_that_holds_its_values_is_a_foreign_key():
    assert links(shop()) == ["orders.customer_id -> customers.id"]


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [
        ("customers", "id", "billing_customer_id"),
        ("Customer", "CustomerId", "CustomerId"),
        ("companies", "id", "company_id"),
        ("customers", "customer_id", "customer_id"),
    ],
)
def test_names_are_read_in_the_common_ways(table, key, column):
    tables = {
        table: pd.DataFrame({key: range(1, 31)}),
        "sales": pd.DataFrame({column: [1, 2, 2] * 10}),
    }
    assert links(tables) == [f"sales.{column} -> {table}.{key}"]


def test_small_whole_numbers_that_happen_to_be_ids_are_no_foreign_key():
    assert not [line for line in links(shop()) if "count" in line or "age" in line]


def test_ids_of_two_tables_that_both_count_from_one_are_no_foreign_key():
    assert "orders.id -> customers.id" not in links(shop())


def test_a_value_that_no_row_has_speaks_against_a_foreign_key():
    tables = shop()
    tables["orders"].loc[5, "customer_id"] = 99
    assert links(tables) == []


def test_numbers_that_count_nothing_are_believed_without_a_name():
    codes = np.random.default_rng(0).choice(10**6, 40, replace=False)
    tables = {
        "stays": pd.DataFrame({"stay_id": codes}),
        "events": pd.DataFrame({"seen_in": np.repeat(codes[:20], 3)}),
    }
    assert links(tables) == ["events.seen_in -> stays.stay_id"]


def test_the_key_that_others_name_is_preferred_to_a_row_number():
    tables = {
        "patients": pd.DataFrame({"row_id": range(50, 80), "subject_id": range(900, 930)}),
        "stays": pd.DataFrame({"row_id": range(7, 67), "subject_id": np.arange(60) % 30 + 900}),
    }
    assert infer_keys(tables).tables["patients"].primary_key == ("subject_id",)


def test_a_table_that_links_two_others_has_both_as_its_key():
    lists, songs = pd.DataFrame({"id": range(10)}), pd.DataFrame({"id": range(20)})
    pairs = pd.DataFrame({"list_id": np.repeat(range(10), 4), "song_id": list(range(20)) * 2})
    found = infer_keys({"lists": lists, "songs": songs, "listsongs": pairs})
    assert found.tables["listsongs"].primary_key == ("list_id", "song_id")


def test_a_parent_in_the_same_table_is_found_by_its_name():
    staff = pd.DataFrame({"id": [1, 2, 3], "manager_id": [None, 1, 1]})
    assert links({"staff": staff}) == ["staff.manager_id -> staff.id"]


def test_keys_are_stated_as_they_are_shown():
    keys = keys_from({"orders": "id", "orders.customer_id": "customers.id"}, shop())
    assert list(shown_keys(keys)) == [
        "customers.id is a key",
        "orders.id is a key",
        "orders.customer_id -> customers.id",
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"orders.who": "customers.id"}, "keys name a column 'who' that table 'orders' lacks"),
        ({"order.customer_id": "customers.id"}, "got 'order.customer_id'"),
        ({"orders": "nr"}, "keys name a column 'nr' that table 'orders' lacks"),
        (
            {"orders.id": "customers.id", "orders.customer_id": "customers.age"},
            "one key of table 'customers', got 'id' and 'age'",
        ),
    ],
)
def test_keys_that_name_nothing_are_refused(asked, words):
    with pytest.raises(WrongUse, match=words):
        keys_from(asked, shop())


def test_duplicates_in_a_key_are_refused_with_number_value_and_row():
    tables = shop()
    tables["customers"].loc[[3, 8], "id"] = 1
    with pytest.raises(WrongUse, match=r"'id' of table 'customers' .* 2 rows repeat .* 1 in row 4"):
        check_keys(tables, keys_from({"orders.customer_id": "customers.id"}, tables))


def test_a_key_that_is_missing_somewhere_is_refused():
    tables = shop()
    tables["customers"]["id"] = tables["customers"]["id"].astype(float)
    tables["customers"].loc[4, "id"] = np.nan
    with pytest.raises(WrongUse, match="is missing in 1, such as row 5"):
        check_keys(tables, keys_from({"customers": "id"}, tables))


def test_orphans_are_refused_with_number_value_and_row():
    tables = shop()
    tables["orders"].loc[[7, 9], "customer_id"] = 77
    with pytest.raises(WrongUse, match=r"'customer_id' .* 'orders'.* 2 values .* 77 in row 8"):
        check_keys(tables, keys_from({"orders.customer_id": "customers.id"}, tables))


def test_keys_of_two_types_are_refused():
    tables = shop()
    tables["orders"]["customer_id"] = tables["orders"]["customer_id"].astype(str)
    with pytest.raises(WrongUse, match="must be of the type of 'id'"):
        check_keys(tables, keys_from({"orders.customer_id": "customers.id"}, tables))


def test_missing_foreign_keys_are_no_orphans():
    tables = shop()
    tables["orders"]["customer_id"] = tables["orders"]["customer_id"].where(
        tables["orders"].index > 5
    )
    check_keys(tables, keys_from({"orders.customer_id": "customers.id"}, tables))
    assert infer_keys(tables).relationships == (
        Relationship("customers", "id", "orders", "customer_id"),
    )


@given(st.lists(st.integers(0, 50), unique=True, min_size=1), st.lists(st.integers(0, 50)))
def test_rows_named_is_a_look_up(key, column):
    rows = rows_named(pd.Series(key), pd.Series(column, dtype="int64"))
    assert rows.tolist() == [key.index(value) if value in key else -1 for value in column]


def test_whether_a_key_counts_rows():
    assert is_dense(pd.Series([5, 6, 8]))
    assert not is_dense(pd.Series([5, 60, 800]))
    assert not is_dense(pd.Series(["a", "b"]))
