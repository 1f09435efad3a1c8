"""Descriptions of columns in JSON."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core.errors import WrongUse
from sparring.data import Table, metadata
from sparring.data.descriptions import KINDS, Description, Relationship, TableDescription

HOTELS = {
    "METADATA_SPEC_VERSION": "V1",
    "tables": {
        "hotels": {
            "primary_key": "hotel_id",
            "columns": {
                "hotel_id": {"sdtype": "id", "regex_format": "HID_[0-9]{3}"},
                "city": {"sdtype": "categorical"},
                "rooms": {"sdtype": "numerical", "computer_representation": "Int32"},
                "rating": {"sdtype": "numerical", "computer_representation": "Float"},
            },
        },
        "guests": {
            "primary_key": "guest_email",
            "columns": {
                "guest_email": {"sdtype": "email", "pii": True},
                "hotel_id": {"sdtype": "id", "regex_format": "HID_[0-9]{3}"},
                "checkin": {"sdtype": "datetime", "datetime_format": "%d %b %Y"},
                "breakfast": {"sdtype": "datetime", "datetime_format": "%H:%M"},
                "loyal": {"sdtype": "boolean"},
                "blood": {"sdtype": "blood_group", "pii": True},
                "note": {"sdtype": "unknown"},
            },
        },
    },
    "relationships": [
        {
            "parent_table_name": "hotels",
            "parent_primary_key": "hotel_id",
            "child_table_name": "guests",
            "child_foreign_key": "hotel_id",
        }
    ],
}
TABLE = {"columns": {"n": {"sdtype": "numerical"}}}


@pytest.fixture
def write_json(tmp_path):
    def write(content):
        path = tmp_path / "metadata.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_several_tables_of_sdv(write_json):
    read = metadata.read(write_json(HOTELS))
    assert read.tables["hotels"].kinds == {
        "hotel_id": "identifier",
        "city": "category",
        "rooms": "integer",
        "rating": "number",
    }
    guests = read.tables["guests"]
    assert guests.kinds == {
        "guest_email": "identifier",
        "hotel_id": "identifier",
        "checkin": "date",
        "breakfast": "time",
        "loyal": "boolean",
        "blood": "identifier",
    }
    assert guests.formats == {
        "hotel_id": "HID_[0-9]{3}",
        "checkin": "%d %b %Y",
        "breakfast": "%H:%M",
    }
    assert guests.columns[-1] == "note"
    assert guests.primary_key == ("guest_email",)
    assert read.relationships == (Relationship("hotels", "hotel_id", "guests", "hotel_id"),)


@pytest.mark.parametrize("version", [{"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1"}, {}])
def test_one_table_of_sdv_or_sdmetrics(write_json, version):
    sequence = {"sequence_key": "n", "sequence_index": "n", "primary_key": None}
    table = metadata.read(write_json({**version, **TABLE, **sequence})).tables["table"]
    assert table == TableDescription({"n": "number"}, sequence_key="n", sequence_index="n")


def test_a_table_schema_and_a_data_package(write_json):
    schema = {
        "fields": [
            {"name": "id", "type": "string", "constraints": {"unique": True, "pattern": "K[0-9]"}},
            {"name": "size", "type": "string", "constraints": {"enum": ["S", "M"]}},
            {"name": "born", "type": "date", "format": "%d.%m.%Y"},
            {"name": "at", "type": "time"},
            {"name": "year", "type": "year"},
            {"name": "x", "type": "number"},
            {"name": "free"},
            {"name": "boss", "type": "string"},
        ],
        "primaryKey": "id",
        "foreignKeys": [{"fields": "boss", "reference": {"resource": "", "fields": "id"}}],
    }
    expected = TableDescription(
        {
            "id": "identifier",
            "size": "category",
            "born": "date",
            "at": "time",
            "year": "integer",
            "x": "number",
        },
        {"id": "K[0-9]", "born": "%d.%m.%Y"},
        ("id", "size", "born", "at", "year", "x", "free", "boss"),
        ("id",),
    )
    alone = metadata.read(write_json(schema))
    assert alone.tables["table"] == expected
    assert alone.relationships == (Relationship("table", "id", "table", "boss"),)
    package = metadata.read(write_json({"resources": [{"name": "people", "schema": schema}]}))
    assert package.tables["people"] == expected
    assert package.relationships == (Relationship("people", "id", "people", "boss"),)


names = st.text(min_size=1, max_size=8)
# A constant becomes a category: the data says that it is one.
kinds = st.sampled_from([kind for kind in KINDS if kind != "constant"])


@given(st.dictionaries(names, st.dictionaries(names, kinds, min_size=1, max_size=5), max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(tmp_path_factory, tables):
    path = tmp_path_factory.mktemp("metadata") / "m.json"
    described = {}
    for name, columns in tables.items():
        formats = {column: "%H:%M:%S" for column, kind in columns.items() if kind == "time"}
        formats |= {column: "%d.%m.%y" for column, kind in columns.items() if kind == "date"}
        formats |= {column: "[A-Z]+" for column, kind in columns.items() if kind == "identifier"}
        first = next(iter(columns))
        described[name] = TableDescription(
            columns, formats, (*columns, "later"), tuple(columns)[:2], first, first
        )
    keys = [(name, table.columns[0]) for name, table in described.items()]
    relations = tuple(Relationship(*keys[0], *key) for key in keys)
    metadata.write(Description(described, relations), path)
    assert metadata.read(path) == Description(described, relations)


def test_a_fitted_table_is_described(tmp_path):
    frame = pd.DataFrame(
        {
            "age": range(20, 40),
            "city": ["Ulm", "Bonn"] * 10,
            "day": [f"2024-01-{day:02d}" for day in range(1, 21)],
            3: [0.5, 1.25] * 10,
        }
    )
    metadata.write(Table.fit(frame), tmp_path / "m.json")
    columns = json.loads((tmp_path / "m.json").read_text())["tables"]["table"]["columns"]
    assert columns == {
        "age": {"sdtype": "numerical", "computer_representation": "Int64"},
        "city": {"sdtype": "categorical"},
        "day": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
        "3": {"sdtype": "numerical"},
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", r"no JSON file that can be read \(line 1, column 2: Expecting"),
        ("[" * 100_000, r"no JSON file .*nested too deeply"),
        ('{"columns": {"n": {}, "n": {}}}', "'n' stands twice in one object"),
        ("[]", "describes no table"),
        ('{"a": 1}', "describes no table"),
        ({"tables": []}, "'tables' must be an object, got"),
        ({"tables": {"t": 1}}, "'columns' must be an object, got None"),
        ({"tables": {"t": {"columns": {"n": "x"}}}}, "'n': 'sdtype' must be a text"),
        ({"columns": {"n": {"sdtype": "numercial"}}}, "did you mean numerical"),
        ({**TABLE, "primary_key": "m"}, "has no column 'm', only n"),
        ({**TABLE, "primary_key": 7}, "must name a column, got 7"),
        ({**TABLE, "sequence_key": ["n"]}, "'sequence_key' must name a column"),
        ({**HOTELS, "relationships": 3}, "'relationships' must be a list"),
        ({**HOTELS, "relationships": [{}]}, "'parent_table_name' must be a text"),
        ({"tables": {}, "relationships": HOTELS["relationships"]}, "names the table 'hotels'"),
        ({"fields": [{"name": "n", "type": "numbre"}]}, "got 'numbre'"),
        ({"fields": [{"type": "number"}]}, "'name' must be a text"),
        ({"resources": [{"name": "t"}]}, "'schema' must be an object"),
        (
            {
                "fields": [{"name": "n"}],
                "foreignKeys": [{"fields": ["n", "n"], "reference": {"fields": ["a", "b"]}}],
            },
            "must be one column",
        ),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(write_json, content, sentence):
    with pytest.raises(WrongUse, match=sentence) as caught:
        metadata.read(write_json(content))
    words = str(caught.value)
    assert "metadata.json" in words
    assert words.endswith((".", "?"))
    assert ". " not in words


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(WrongUse, match=r"no JSON file .*No such file"):
        metadata.read(tmp_path / "none.json")


def test_a_mark_before_the_first_character_is_left_out_and_other_letters_are_refused(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps(TABLE), encoding="utf-8-sig")
    assert list(metadata.read(tmp_path / "m.json").tables["table"].kinds) == ["n"]
    (tmp_path / "m.json").write_bytes('{"columns": {"é": {}}}'.encode("latin-1"))
    with pytest.raises(WrongUse, match="not text in UTF-8"):
        metadata.read(tmp_path / "m.json")


def test_a_kind_that_is_not_ours_is_not_written(tmp_path):
    table = TableDescription({"n": "numerical"})
    with pytest.raises(WrongUse, match=r"must be of the kind number.*got 'numerical'"):
        metadata.write(Description({"t": table}), tmp_path / "m.json")
    assert list(tmp_path.iterdir()) == []
