import hashlib
import io
import os
import urllib.error
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from sparring.core.errors import Failure, WrongUse
from sparring.data import catalog, finding, names, open_dataset
from sparring.data.finding import File
from sparring.data.modality import Modality

BYTES = b"the data"
SHA = hashlib.sha256(BYTES).hexdigest()
SHELF = os.environ.get("SPARRING_DATA")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """An empty data folder and an empty cache."""
    monkeypatch.setenv("SPARRING_DATA", str(tmp_path / "shelf"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "shelf", tmp_path / "cache" / "sparring" / "data"


def put(folder: Path, name: str, content: bytes = BYTES) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_tones_of_digits_are_known_until_they_are_resized():
    assert open_dataset("digits").modality.tones == 17
    assert open_dataset("digits", size=16).modality.tones == 256


def test_digits_are_there_at_once():
    dataset = open_dataset("digits")
    assert dataset.modality.shape == (1, 8, 8)
    assert len(dataset.train) + len(dataset.heldout) == 1797
    assert dataset.classes == tuple("0123456789")
    assert dataset.licence.startswith("CC BY")
    from sklearn.datasets import load_digits

    # 0..16 became 0..255 in equal steps.
    sums = np.sort(np.concatenate([dataset.real(), dataset.unseen()]).sum(axis=(1, 2), dtype=int))
    expected = np.sort(np.round(load_digits().images * 255 / 16).sum(axis=(1, 2)))
    assert (sums == expected).all()


@pytest.mark.parametrize(
    ("name", "modes", "radius", "std"), [("ring8", 8, 1.0, 0.01), ("grid25", 25, 32**0.5, 0.05)]
)
def test_mixtures_have_the_modes_they_say(name, modes, radius, std):
    dataset = open_dataset(name)
    assert len(dataset.train) == 100_000
    assert dataset.modes.centres.shape == (modes, 2)
    assert dataset.modes.std == std
    assert np.isclose(np.linalg.norm(dataset.modes.centres, axis=1).max(), radius)
    items = dataset.real(20_000)
    distances = np.linalg.norm(items[:, None] - dataset.modes.centres, axis=2)
    nearest = distances.argmin(axis=1)
    counts = np.bincount(nearest, minlength=modes)
    assert abs(counts / len(items) * modes - 1).max() < 0.15
    offsets = items - dataset.modes.centres[nearest]
    assert abs(offsets.std() / std - 1) < 0.02


def test_made_points_do_not_depend_on_the_seed_of_the_cut():
    assert (open_dataset("ring8", seed=5).real(9) == open_dataset("ring8", seed=0).real(9)).all()


def test_encoded_points_match_the_items():
    dataset = open_dataset("grid25")
    x = dataset.train[torch.arange(10)]["x"]
    np.testing.assert_allclose(dataset.modality.decode(x), dataset.real()[:10], atol=1e-5)


def test_the_list_says_where_each_set_is(places):
    rows = {row.name: row for row in names()}
    assert {"digits", "mnist", "fashion-mnist", "usps", "cifar10", "freyfaces", "adult"} <= set(
        rows
    )
    assert rows["usps"].where == "not here"
    assert rows["adult"].where == "can be downloaded"
    put(places[0], "images/usps.npz")
    put(places[1], "tabular/adult.data")
    assert {row.name: row.where for row in names()}["usps"] == "$SPARRING_DATA"
    assert {row.name: row.where for row in names()}["adult"] == "can be downloaded"
    put(places[1], "tabular/adult.test")
    assert {row.name: row.where for row in names()}["adult"] == "cache"


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(WrongUse, match="did you mean 'fashion-mnist'"):
        open_dataset("fashon-mnist")
    with pytest.raises(WrongUse, match="sparring list data"):
        open_dataset("qqqqqq")


def test_a_set_that_is_nowhere_says_which_file_goes_where(places):
    with pytest.raises(WrongUse, match=r"'usps' needs the file images/usps\.npz.*shelf/images"):
        open_dataset("usps")


def test_a_file_of_another_content_is_refused(places):
    path = put(places[0], "images/usps.npz", b"something else")
    with pytest.raises(WrongUse, match="its checksum differs"):
        open_dataset("usps")
    assert path.read_bytes() == b"something else"


def test_the_users_folder_comes_before_the_cache(places):
    mine, _ = put(places[0], "a/b.bin"), put(places[1], "a/b.bin")
    assert finding.obtain([File("a/b.bin", SHA)], "x") == mine


def test_a_download_is_checked_and_kept(places, monkeypatch):
    asked = []

    def answer(url, timeout):
        asked.append(url)
        return io.BytesIO(BYTES)

    monkeypatch.setattr(finding.urllib.request, "urlopen", answer)
    file = File("a/b.bin", SHA, "https://example.org/b.bin")
    for _ in range(2):
        assert finding.obtain([file], "x").read_bytes() == BYTES
    assert asked == ["https://example.org/b.bin"]


def test_a_download_of_other_content_is_thrown_away(places, monkeypatch):
    monkeypatch.setattr(finding.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(b"evil"))
    with pytest.raises(Failure, match="sent another file than expected"):
        finding.obtain([File("a/b.bin", SHA, "https://example.org/b.bin")], "x")
    assert not list(places[1].rglob("*.bin"))


def test_no_network_is_one_sentence(places, monkeypatch):
    def fail(*_, **__):
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(finding.urllib.request, "urlopen", fail)
    with pytest.raises(Failure, match=r"example\.org/b\.bin could not be downloaded .*no route"):
        finding.obtain([File("a/b.bin", SHA, "https://example.org/b.bin")], "x")


def test_only_https_is_asked(places):
    with pytest.raises(Failure, match="not an https address"):
        finding.obtain([File("a/b.bin", SHA, "file:///etc/hostname")], "x")


def test_the_content_of_an_archive_is_checked_not_its_packing(tmp_path):
    import gzip

    for level in (1, 9):
        path = put(tmp_path, f"{level}.gz", gzip.compress(BYTES, level))
        assert finding.checksum(path) == SHA


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
@pytest.mark.parametrize("name", sorted(catalog.CATALOG))
def test_every_named_set_is_what_its_entry_says(name):
    entry = catalog.CATALOG[name]
    if any(finding.find(alternatives) is None for alternatives in entry.files):
        pytest.skip(f"{name} is not here")
    dataset = open_dataset(name)
    assert isinstance(dataset.modality, Modality)
    assert len(dataset.train) + len(dataset.heldout) == entry.items
    items = dataset.real(20)
    assert items.shape == (20, *entry.shape)
    assert len(dataset.unseen(5)) == 5
    x = dataset.train[torch.arange(20)]["x"]
    assert x.shape == (20, *dataset.modality.shape)
    assert torch.isfinite(x).all()
    assert dataset.target == entry.target


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
def test_adult_is_tidied_and_keeps_its_official_parts():
    dataset = open_dataset("adult")
    assert (len(dataset.train), len(dataset.heldout)) == (32_561, 16_281)
    train, heldout = dataset.real(), dataset.unseen()
    assert train["income"].value_counts().to_dict() == {"<=50K": 24_720, ">50K": 7841}
    assert heldout["income"].value_counts().to_dict() == {"<=50K": 12_435, ">50K": 3846}
    assert train["workclass"].isna().sum() == 1836
    assert not train["native-country"].dropna().str.contains(r"^ |\?").any()


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
def test_diabetes_tells_a_test_not_taken_from_a_missing_value():
    dataset = open_dataset("diabetes")
    frame = dataset.train_items
    assert {"None", "Norm", ">200", ">300"} == set(frame["max_glu_serum"])
    assert frame["race"].isna().any()
    assert not frame.isin(["?"]).any(axis=None)
    assert not {"encounter_id", "patient_nbr"} & set(frame)
    # 250.83 is a code as V57 is one; the form of both is written as it was.
    assert {"250.83", "V57"} <= set(frame["diag_1"].cat.categories)


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
def test_sales_keep_north_america_and_lose_the_mark_of_their_encoding():
    dataset = open_dataset("sales")
    frame = pd.concat([dataset.real(), dataset.unseen()])
    assert frame.columns[0] == "ORDERNUMBER"
    assert frame["TERRITORY"].value_counts().to_dict() == {
        "EMEA": 1407, "NA": 1074, "APAC": 221, "Japan": 121,
    }  # fmt: skip
    assert frame["STATE"].isna().sum() == 1486


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("kc-house", {"id"}),
        ("compas", {"id", "c_case_number", "r_case_number", "vr_case_number"}),
        ("covtype", {"Id"}),
    ],
)
def test_numbers_of_rows_are_left_out(name, gone):
    assert not gone & set(open_dataset(name).train_items)


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
@pytest.mark.parametrize(
    ("name", "numbers"),
    [("supermarket", "Invoice ID"), ("retail", "InvoiceNo"), ("sales", "PHONE")],
)
def test_numbers_that_have_a_format_stay(name, numbers):
    values = open_dataset(name).train_items[numbers]
    assert values.notna().all()
    assert values.map(lambda value: isinstance(value, str)).all()


@pytest.mark.skipif(SHELF is None, reason="SPARRING_DATA is not set")
def test_freyfaces_are_padded_by_their_edges():
    faces = open_dataset("freyfaces").real(10)
    assert (faces[:, :, :4] == faces[:, :, 4:5]).all()
    assert (faces[:, :, 24:] == faces[:, :, 23:24]).all()
