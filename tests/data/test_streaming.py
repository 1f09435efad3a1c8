"""Tables that don't fit into memory."""

import resource
import tempfile

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

from sparring.core.errors import Failure, WrongUse
from sparring.data import Batches, Source, open_dataset, streaming
from sparring.data.building import Preparation
from sparring.data.parquetfiles import CHUNK
from sparring.data.streaming import EncodedRows, LazyRows, Part, chance

ROWS = 150_000


def frame(rows=ROWS):
    random = np.random.default_rng(0)
    made = pd.DataFrame(
        {
            "row": np.arange(rows),
            "x": random.normal(size=rows),
            "whole": random.integers(0, 7, rows),
            "town": random.choice(["Ulm", "Bonn", "Kiel"], rows),
            "gap": np.where(np.arange(rows) % 3 == 0, np.nan, np.arange(rows) % 50),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 99, rows), "D"),
        }
    )
    made.loc[rows // 2, ["town", "x"]] = ["Rare", 99.0]
    return made


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    whole = frame()
    for number, start in enumerate(range(0, ROWS, 60_000)):
        whole[start : start + 60_000].to_parquet(
            folder / f"{number}.parquet", row_group_size=25_000
        )
    return folder


@pytest.fixture(scope="module")
def streamed(shards):
    return open_dataset(shards, stream=True, target="town", seed=3)


def test_chances_are_uniform_and_independent_of_each_other():
    numbers = np.arange(50_000)
    first, second, other = chance(numbers, 0, 1), chance(numbers, 0, 2), chance(numbers, 1, 1)
    assert stats.kstest(first, "uniform").pvalue > 0.01
    for one, two in ((first, second), (first, other), (first[1:], first[:-1])):
        assert abs(np.corrcoef(one, two)[0, 1]) < 0.02


def test_parts_share_no_row_and_lose_none():
    parts = [Part(3 * CHUNK + 5, Preparation(0.25, 7), heldout) for heldout in (False, True)]
    rows = [part[np.arange(len(part))] for part in parts]
    assert sorted(np.concatenate(rows).tolist()) == list(range(3 * CHUNK + 5))
    assert abs(len(parts[1]) / (3 * CHUNK + 5) - 0.25) < 0.005
    order = np.random.default_rng(0).permutation(len(parts[0]))[:1000]
    assert (parts[0][order] == rows[0][order]).all()


def test_every_row_is_encoded_as_it_would_be_in_memory(shards, streamed):
    assert isinstance(streamed.train, Source)
    assert len(streamed.train) + len(streamed.heldout) == ROWS
    for source, items in (
        (streamed.train, streamed.train_items),
        (streamed.heldout, streamed.heldout_items),
    ):
        picked = torch.randperm(len(source))[:2000]
        x = source[picked]["x"]
        assert (x == streamed.modality.encode(items.iloc[picked.numpy()])).all()


def test_items_are_the_rows_themselves(streamed):
    whole = frame()
    for items in (streamed.real(500, seed=1), streamed.unseen(500, seed=1)):
        expected = whole.iloc[items["row"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(items, expected)
    shared = set(streamed.train_items.iloc[:]["row"]) & set(streamed.heldout_items.iloc[:]["row"])
    assert not shared
    assert isinstance(streamed.train_items, LazyRows)
    assert list(streamed.train_items.columns) == list(whole.columns)


def test_the_encoding_knows_what_a_sample_would_miss(shards, monkeypatch):
    monkeypatch.setattr(streaming, "SAMPLE", 100)
    for seed in range(20):
        dataset = open_dataset(shards, stream=True, seed=seed)
        items = dataset.train_items.iloc[:]
        if "Rare" in set(items["town"]):
            break
    rare = items[items["town"] == "Rare"]
    back = dataset.modality.decode(dataset.modality.encode(rare))
    assert back["town"].tolist() == ["Rare"]
    assert back["x"].tolist() == [99.0]
    ends = dataset.modality.decode(dataset.modality.encode(items))["row"]
    assert (ends.min(), ends.max()) == (items["row"].min(), items["row"].max())


def test_held_out_rows_are_not_in_the_sample(shards):
    rows = streaming.ParquetRows(shards)
    how = Preparation(0.5, 0)
    sample = streaming.draw_sample(rows, how, Part(len(rows), how, heldout=False))
    assert not Part(len(rows), how, heldout=True).mask(sample["row"].to_numpy()).any()
    assert sample["row"].is_monotonic_increasing


def test_the_sample_is_one_of_the_rows(shards, monkeypatch):
    monkeypatch.setattr(streaming, "SAMPLE", 20_000)
    rows, how = streaming.ParquetRows(shards), Preparation(0.1, 0)
    sample = streaming.draw_sample(rows, how, Part(len(rows), how, heldout=False))
    # Witnesses come on top: few of them, but for the ascending numbers of the rows.
    assert 19_000 < len(sample) < 22_500
    assert stats.kstest(sample["x"], "norm").pvalue > 0.01


def test_the_seed_decides(shards):
    first, again, other = (open_dataset(shards, stream=True, seed=seed) for seed in (1, 1, 2))
    indices = torch.arange(1000)
    assert (first.train[indices]["x"] == again.train[indices]["x"]).all()
    assert len(other.train) != len(first.train)


def test_batches_are_drawn_from_it(streamed):
    batches = Batches(streamed.train, 512)
    batch = next(batches)["x"]
    assert batch.shape == (512, *streamed.modality.shape)
    assert batch.dtype == torch.float32


def test_categories_and_dropped_columns(shards):
    dataset = open_dataset(shards, stream=True, categories="whole", drop=["row", "x"])
    assert dataset.modality.kinds["whole"] == "category"
    assert "row" not in dataset.modality.kinds
    assert dataset.real(5)["whole"].dtype == "category"


@pytest.mark.parametrize("room", [0, 1 << 40])
def test_rows_are_the_same_from_a_map_and_from_reads(room, monkeypatch):
    monkeypatch.setattr(streaming, "budget", lambda: room)
    x = np.random.default_rng(0).normal(size=(5000, 3)).astype(np.float32)
    with tempfile.TemporaryFile() as file:
        file.write(x.tobytes())
        rows = EncodedRows(file, 3)
        for indices in (torch.randint(5000, (700,)), torch.arange(5000), torch.empty(0).long()):
            assert (rows[indices]["x"].numpy() == x[indices.numpy()]).all()
        for outside in (-1, 5000):
            with pytest.raises(IndexError):
                rows[torch.tensor([0, outside])]


def test_a_file_that_is_cut_short_meanwhile_is_told(monkeypatch):
    monkeypatch.setattr(streaming, "budget", lambda: 0)
    with tempfile.TemporaryFile() as file:
        file.write(bytes(400))
        rows = EncodedRows(file, 1)
        file.truncate(200)
        with pytest.raises(Failure, match="has become shorter"):
            rows[torch.tensor([99])]


def test_what_is_large_is_streamed_by_itself(shards, monkeypatch):
    large = open_dataset(shards)
    monkeypatch.setattr(streaming, "budget", lambda: 10_000_000)
    assert isinstance(open_dataset(shards).train, EncodedRows)
    assert not isinstance(open_dataset(shards, stream=False).train, EncodedRows)
    assert not isinstance(large.train, EncodedRows)


def test_a_disk_that_is_too_small_is_told(shards, monkeypatch):
    monkeypatch.setattr(streaming.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 1000}))
    with pytest.raises(Failure, match="set TMPDIR to a folder with more room"):
        open_dataset(shards, stream=True)


def test_a_disk_that_is_full_in_the_middle_is_told(shards):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # So much fits: a file of the first chunk, and a part of the second.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(Failure, match=r"could not be written into .*set TMPDIR to a folder"):
            open_dataset(shards, stream=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda frame: frame.drop(columns="town"), r"1\.parquet lacks column 'town'"),
        (lambda frame: frame.assign(town=1), r"1\.parquet and 0\.parquet don't fit together"),
        (lambda frame: frame.assign(x=np.inf), r"'x' holds infinite numbers"),
    ],
)
def test_a_shard_that_is_unlike_the_others_is_refused(change, sentence, tmp_path):
    for number in range(3):
        part = frame(1000)
        (change(part) if number == 1 else part).to_parquet(tmp_path / f"{number}.parquet")
    with pytest.raises(WrongUse, match=sentence):
        open_dataset(tmp_path, stream=True)


def test_a_shard_that_is_damaged_inside_is_named(tmp_path):
    for number in range(3):
        frame(1000).to_parquet(tmp_path / f"{number}.parquet")
    content = (tmp_path / "1.parquet").read_bytes()
    (tmp_path / "1.parquet").write_bytes(content[:4] + bytes(400) + content[404:])
    with pytest.raises(WrongUse, match=r"1\.parquet is not a Parquet file that can be read"):
        open_dataset(tmp_path, stream=True)


def test_too_few_rows_are_refused(tmp_path):
    frame(11).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(WrongUse, match="some hundred rows, got 11"):
        open_dataset(tmp_path / "t.parquet", stream=True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"target": "none"}, "target must be a column"),
        ({"drop": "none"}, "no column 'none' for drop"),
        ({"size": 8}, "size means nothing for a table"),
        ({"separator": ";"}, "separator means nothing for Parquet"),
    ],
)
def test_wrong_options_are_refused(shards, options, sentence):
    with pytest.raises(WrongUse, match=sentence):
        open_dataset(shards, stream=True, **options)
