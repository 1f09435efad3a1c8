"""Named tables."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from sparring.data.building import Cut, table_dataset
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.finding import File

_UCI = "CC BY 4.0 (UCI repository)"
_ADULT = (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex "
    "capital-gain capital-loss hours-per-week native-country income"
)
_GERMAN = (
    "status duration history purpose amount savings employment rate personal debtors residence "
    "property age plans housing credits job liable telephone foreign class"
)


def _adult(files: Sequence[Path], cut: Cut, _: int | None) -> Dataset:
    train, test = (
        pd.read_csv(
            path,
            names=_ADULT.split(),
            skipinitialspace=True,
            na_values="?",
            comment="|",
            index_col=False,
        )
        for path in files
    )
    # The official test file writes its labels with a full stop.
    test["income"] = test["income"].str.rstrip(".")
    return table_dataset("adult", train, cut, "income", test)


def _german(files: Sequence[Path], cut: Cut, _: int | None) -> Dataset:
    frame = pd.read_csv(files[0], sep=" ", names=_GERMAN.split())
    return table_dataset("german", frame, cut, "class")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _without_id(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=next(name for name in frame.columns if name.lower() == "id"))


def _stripped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=str.strip)


def _csv(
    name: str,
    target: str | None,
    tidy: Callable[[pd.DataFrame], pd.DataFrame],
    files: Sequence[Path],
    cut: Cut,
    _: int | None,
) -> Dataset:
    frame = tidy(pd.read_csv(files[0], na_values="?", skipinitialspace=True))
    return table_dataset(name, frame, cut, target)


def _table(
    name: str,
    file: tuple[str, str],
    shape: tuple[int, int],
    licence: str,
    about: str,
    target: str | None = None,
    tidy: Callable[[pd.DataFrame], pd.DataFrame] = _plain,
) -> Entry:
    """An entry of one CSV file; `shape` is rows and columns after `tidy`."""
    return Entry(
        name=name,
        modality="table",
        items=shape[0],
        shape=(shape[1],),
        licence=licence,
        about=f"{about}; the held-out part is drawn.",
        load=partial(_csv, name, target, tidy),
        files=((File(f"tabular/{file[0]}", file[1]),),),
        target=target,
    )


def _adult_file(name: str, sha256: str) -> tuple[File, ...]:
    origin = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/"
    packed = File(f"tabular/{name}.gz", sha256)
    return packed, File(f"tabular/{name}", sha256, origin + name)


TABLE_SETS = (
    Entry(
        name="adult",
        modality="table",
        items=48_842,
        shape=(15,),
        licence=_UCI,
        about="Census income of 1994; spaces are stripped, '?' is missing, and the official test "
        "part is held out.",
        load=_adult,
        files=(
            _adult_file(
                "adult.data", "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"
            ),
            _adult_file(
                "adult.test", "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"
            ),
        ),
        target="income",
    ),
    Entry(
        name="german",
        modality="table",
        items=1000,
        shape=(21,),
        licence=_UCI,
        about="Statlog German credit with its coded categories; the held-out part is drawn.",
        load=_german,
        files=(
            (
                File(
                    "tabular/german.data",
                    "b21f3d81db8071257d5ff1deaeba1fd4303b62712e6fcc9715c7a86202cb5871",
                ),
            ),
        ),
        target="class",
    ),
    _table(
        "bank",
        (
            "bank_marketing_fairml.csv.gz",
            "7f846924fd902846c8abc2ef6b1ef9738a2c4030f3815698d9b59e691609319a",
        ),
        (40_195, 19),
        _UCI,
        "Bank marketing calls, without pdays and duration",
        "subscribed",
    ),
    _table(
        "california",
        (
            "california_housing.csv.gz",
            "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e",
        ),
        (20_640, 10),
        "Apache-2.0 (repository); data: US census of 1990, StatLib",
        "Houses of California in 1990, with missing values",
        "median_house_value",
    ),
    _table(
        "covtype",
        (
            "covtype_kaggle_train.csv.gz",
            "45d9949029e81059332efa1dcb22af082f7ad344859984b5dc761d1f328d88f5",
        ),
        (15_120, 55),
        _UCI,
        "Forest cover of 7 balanced types, a part of the 581,012 plots",
        "Cover_Type",
        _without_id,
    ),
    _table(
        "fraud",
        (
            "creditcard_fraud_sample.csv.gz",
            "8891cf6d8d4d8029badc6240e11eeb67abdcca9ff8189051fe9655ef8840bd99",
        ),
        (5292, 31),
        "DbCL 1.0 (ULB, Worldline)",
        "Credit card payments: all 492 frauds and 4,800 others",
        "Class",
    ),
    _table(
        "heart",
        (
            "heart-disease-cleveland.csv",
            "a2f0f5ee207091c49356b2db883be4890dcfbe8d8e5e606c493c3512e0bac843",
        ),
        (303, 14),
        _UCI,
        "Heart disease in Cleveland; '?' is missing",
        "diagnosis",
        _stripped,
    ),
    _table(
        "lending",
        (
            "lending_club.csv.gz",
            "3dbe4d83e6efc20a42c349480fdf8e710b06cc4273eedf96896d137c9771537c",
        ),
        (9857, 23),
        "MIT (R package modeldata)",
        "Loans of LendingClub",
        "Class",
    ),
    _table(
        "taxis",
        (
            "taxis.csv.gz",
            "08d6d71784dbaa2651fee37fc03389754194c05d72d2d19cbc2c799dea6ac09d",
        ),
        (6433, 14),
        "public data of the NYC Taxi & Limousine Commission",
        "Taxi rides in New York in March 2019, with times and missing values",
    ),
)
