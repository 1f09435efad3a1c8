"""Named tables."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from sparring.data.building import Preparation, table_dataset
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.finding import File

_UCI = "CC BY 4.0 (UCI repository)"
_ADULT = (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex "
    "capital-gain capital-loss hours-per-week native-country income"
)
_DIABETES = "dataset_diabetes/diabetic_data.csv"
_GERMAN = (
    "status duration history purpose amount savings employment rate personal debtors residence "
    "property age plans housing credits job liable telephone foreign class"
)


def _adult(files: Sequence[Path], how: Preparation, _: int | None) -> Dataset:
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
    return table_dataset("adult", train, how, "income", test)


def _german(files: Sequence[Path], how: Preparation, _: int | None) -> Dataset:
    frame = pd.read_csv(files[0], sep=" ", names=_GERMAN.split())
    return table_dataset("german", frame, how, "class")


def _diabetes(files: Sequence[Path], how: Preparation, _: int | None) -> Dataset:
    with zipfile.ZipFile(files[0]) as archive, archive.open(_DIABETES) as lines:
        # "None" is a result: that the test was not taken.
        frame = pd.read_csv(lines, na_values="?", keep_default_na=False, low_memory=False)
    frame = frame.drop(columns=["encounter_id", "patient_nbr"])
    # Codes of diseases: most look like numbers, "V57" and "E909" don't.
    for name in ("diag_1", "diag_2", "diag_3"):
        frame[name] = frame[name].astype("category")
    return table_dataset("diabetes", frame, how, "readmitted")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _without_id(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=next(name for name in frame.columns if name.lower() == "id"))


def _without_cases(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = ["c_case_number", "r_case_number", "vr_case_number"]
    return _without_id(frame).drop(columns=numbers)


def _stripped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=str.strip)


@dataclass(frozen=True)
class _Missing:
    """What stands for a missing value: some words, beside pandas' own or alone."""

    words: tuple[str, ...] = ("?",)
    beside: bool = True


def _csv(
    name: str,
    target: str | None,
    tidy: Callable[[pd.DataFrame], pd.DataFrame],
    missing: _Missing,
    files: Sequence[Path],
    how: Preparation,
    _: int | None,
) -> Dataset:
    frame = pd.read_csv(
        files[0],
        na_values=list(missing.words),
        keep_default_na=missing.beside,
        skipinitialspace=True,
        low_memory=False,
    )
    return table_dataset(name, tidy(frame), how, target)


def _table(
    name: str,
    file: tuple[str, str],
    shape: tuple[int, int],
    licence: str,
    about: str,
    target: str | None = None,
    tidy: Callable[[pd.DataFrame], pd.DataFrame] = _plain,
    missing: _Missing = _Missing(),
) -> Entry:
    """An entry of one CSV file; `shape` is rows and columns after `tidy`."""
    return Entry(
        name=name,
        modality="table",
        items=shape[0],
        shape=(shape[1],),
        licence=licence,
        about=f"{about}; the held-out part is drawn.",
        load=partial(_csv, name, target, tidy, missing),
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
        "tip",
    ),
    _table(
        "kc-house",
        (
            "kc_house_data.csv.gz",
            "65cb081c05adaf8e254453e87392efc474f712ff8a60b25600b6eaac679ac3b6",
        ),
        (21_613, 20),
        "CC0 as far as known (Kaggle, GeoDa)",
        "Houses sold in King County in 2014 and 2015, without id",
        "price",
        _without_id,
    ),
    _table(
        "compas",
        (
            "compas-scores-two-years.csv.gz",
            "d32c28c1ca3857982804c213494487dfd93603e072a77c306a1e8569e90bc463",
        ),
        (7214, 46),
        "public court records; no formal licence (ProPublica)",
        "Scores of recidivism in Broward County, without names, id and case numbers",
        "two_year_recid",
        _without_cases,
    ),
    Entry(
        name="diabetes",
        modality="table",
        items=101_766,
        shape=(48,),
        licence=_UCI,
        about="Stays of diabetics in 130 hospitals of the US, 1999 to 2008, without the numbers of "
        "stay and patient; '?' is missing, 'None' is a value, the diagnoses are categories; the "
        "held-out part is drawn.",
        load=_diabetes,
        files=(
            (
                File(
                    "tabular/dataset_diabetes.zip",
                    "3a17a3b55b6dd4a1926703185c0ad8e2ed30bc8e2f9b927cdd1000b733d1de8e",
                ),
            ),
        ),
        target="readmitted",
    ),
    _table(
        "supermarket",
        (
            "supermarket_sales.csv",
            "d8716a79a1db8d0251ba8eb990bb1e6e920cb53d0898f1a83e55e8bcd3b60cf6",
        ),
        (1000, 17),
        "no formal licence (Kaggle, aungpyaeap)",
        "Invoices of three supermarkets, with their numbers and exact sums",
    ),
    _table(
        "sales",
        (
            "sales_data_sample.csv.gz",
            "74eb821e67813d4c109d580480fdba3fb280fc6b43ab96b042051eef89999366",
        ),
        (2823, 25),
        "CC BY-NC-SA as far as known (Kaggle, kyanyoga)",
        "Orders of invented customers, with telephone numbers and addresses; 'NA' is a territory",
        # Nothing alone: pandas would take North America for a missing value.
        missing=_Missing(("",), beside=False),
    ),
    _table(
        "retail",
        (
            "online_retail_2010-12.csv.gz",
            "7ac7f4b5c7750c8e795a990b1e264dccfd69aa175f950017c94d509d5de0e811",
        ),
        (42_481, 8),
        _UCI,
        "Lines of a mail-order house's invoices of December 2010, with its numbers",
    ),
)
