"""What tells one person of a small table from another never comes back."""

import os
from pathlib import Path

import pandas as pd
import pytest

from sparring import Synthesizer
from sparring.data.databases import read_tables
from sparring.tasks.relations.seeing import form_in

CHINOOK = Path(os.environ.get("SPARRING_DATA", "/none")) / "relational" / "Chinook_Sqlite.sqlite"
PRIVATE = ("Email", "Phone", "Fax", "Address", "PostalCode")


def staff() -> dict[str, pd.DataFrame]:
    names = ["Ann", "Bob", "Cid", "Dora", "Egon", "Fay"]
    people = pd.DataFrame({"id": range(1, 7), "name": names})
    people["mail"] = [f"{name.lower()}@shop.org" for name in names]
    people["phone"] = [f"030 {n}{n + 1}{n + 2} {n}7" for n in range(1, 7)]
    people["post"] = ["clerk", "clerk", "boss", "clerk", "clerk", "boss"]
    calls = pd.DataFrame({"staff_id": [1, 2, 3, 3, 4, 5, 6] * 5, "long": range(35)})
    return {"staff": people, "calls": calls}


def test_texts_of_a_small_table_are_drawn_anew_and_keep_their_look():
    tables = staff()
    made = Synthesizer(steps=3, width=8).fit(tables, fixed=[]).sample(seed=0)["staff"]
    for column in ("name", "mail", "phone"):
        assert not set(made[column]) & set(tables["staff"][column])
    assert made["mail"].str.fullmatch("[a-z]+@shop.org").all()
    assert made["phone"].str.fullmatch("030 [0-9]{3} [0-9]{2}").all()
    assert set(made["post"]) <= {"clerk", "boss"}


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["ann@x.org", "bob@x.org", "cid@x.org", "cid@x.org"], "identifier"),
        (["Ann Ost", "Ann Ost", "Bob West", "Bob West"], "category"),
        (["Ann Ost"], "identifier"),
        (["Ann Ost", None, None], "identifier"),
        (["Ann Ost"] * 9, "constant"),
        # There are no other letters to be drawn.
        (list("abc"), "category"),
    ],
)
def test_texts_tell_rows_apart_where_three_in_four_differ(texts, kind):
    assert form_in("staff", pd.Series(texts)).kind == kind


def test_categories_of_the_users_own_stay_categories():
    assert form_in("staff", pd.Series(["Ann", "Bob", "Cid"], dtype="category")).kind == "category"


@pytest.mark.skipif(not CHINOOK.is_file(), reason="needs Chinook_Sqlite.sqlite in SPARRING_DATA")
def test_no_address_of_chinooks_people_comes_back():
    tables, keys = read_tables(CHINOOK)
    tables = {name: tables[name] for name in ("Employee", "Customer", "Invoice")}
    keys = {f"{r.child}.{r.child_key}": f"{r.parent}.{r.parent_key}" for r in keys.relationships
            if {r.child, r.parent} <= set(tables)}  # fmt: skip
    made = Synthesizer(steps=20, width=16).fit(tables, keys=keys).sample(4, seed=0)
    people = pd.concat([tables["Employee"], tables["Customer"]])
    known = set(people[list(PRIVATE)].melt()["value"].dropna())
    drawn = [made[name][column] for name in ("Employee", "Customer") for column in PRIVATE]
    drawn += [made["Invoice"]["BillingAddress"], made["Invoice"]["BillingPostalCode"]]
    assert len(known) > 250
    assert len(made["Employee"]) == 32
    for column in drawn:
        assert column.notna().any()
        assert not set(column.dropna()) & known
