import struct

import numpy as np
import pandas as pd
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import Image, Matrix, Points, Table, open_dataset

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
LABELS = np.arange(40) % 4
FRAME = pd.DataFrame({"age": range(20, 60), "city": ["Ulm", "Bonn"] * 20})


def idx(array):
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return head + array.astype(np.uint8).tobytes()


def everything(dataset):
    return np.concatenate([dataset.real(), dataset.unseen()])


def same_items(first, second):
    return sorted(i.tobytes() for i in first) == sorted(i.tobytes() for i in second)


@pytest.mark.parametrize(
    "thing", [IMAGES, IMAGES / 255, torch.from_numpy(IMAGES), torch.from_numpy(IMAGES)[:, None]]
)
def test_arrays_of_images_in_any_dress(thing):
    dataset = open_dataset(thing, labels=LABELS)
    assert isinstance(dataset.modality, Image)
    assert same_items(everything(dataset), IMAGES)
    assert dataset.classes == ("0", "1", "2", "3")


def test_images_keep_their_labels():
    coded = np.broadcast_to(LABELS[:, None, None] * 10, (40, 8, 8)).astype(np.uint8)
    dataset = open_dataset(coded, labels=LABELS)
    batch = dataset.train[torch.arange(len(dataset.train))]
    assert (dataset.modality.decode(batch["x"])[:, 0, 0] == batch["y"].numpy() * 10).all()


def test_an_npz_with_official_parts_keeps_them(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        x_train=IMAGES[:30],
        y_train=LABELS[:30],
        x_test=IMAGES[30:],
        y_test=LABELS[30:],
    )
    dataset = open_dataset(tmp_path / "a.npz")
    assert (dataset.real() == IMAGES[:30]).all()
    assert (dataset.unseen() == IMAGES[30:]).all()
    assert dataset.heldout.y.tolist() == LABELS[30:].tolist()


def test_an_npz_whose_labels_are_named(tmp_path):
    np.savez(tmp_path / "a.npz", x=IMAGES, kind=LABELS)
    assert open_dataset(tmp_path / "a.npz").classes is None
    assert len(open_dataset(tmp_path / "a.npz", labels="kind").classes) == 4


def test_idx_files_find_their_labels(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(IMAGES))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    for thing in (tmp_path / "train-images-idx3-ubyte", tmp_path):
        dataset = open_dataset(thing)
        assert same_items(everything(dataset), IMAGES)
        assert len(dataset.classes) == 4


def test_a_frame_and_its_csv_and_its_parquet_are_one_table(tmp_path):
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    FRAME.to_parquet(tmp_path / "t.parquet")
    for thing in (FRAME, tmp_path / "t.csv", str(tmp_path / "t.parquet")):
        dataset = open_dataset(thing, target="city")
        assert isinstance(dataset.modality, Table)
        assert dataset.target == "city"
        both = pd.concat([dataset.real(), dataset.unseen()]).sort_values("age")
        pd.testing.assert_frame_equal(both.reset_index(drop=True), FRAME)


def test_the_encoding_never_sees_the_held_out_rows():
    frame = pd.DataFrame({"n": np.random.default_rng(0).normal(size=50)})
    dataset = open_dataset(frame, heldout=0.5)
    column = dataset.modality.columns[0]
    assert column.encoder.values[-1] == dataset.real()["n"].max()


def test_numbers_are_a_table_that_stays_an_array_unless_points_are_asked_for():
    array = np.random.default_rng(0).normal(size=(50, 3))
    table, points = open_dataset(array), open_dataset(array, modality="points")
    assert isinstance(table.modality, Matrix)
    assert isinstance(points.modality, Points)
    assert same_items(everything(table), array)
    assert same_items(everything(points), array)


def test_a_dataframe_can_be_points():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)), columns=["x", "y"])
    assert open_dataset(frame, modality="points").modality.shape == (2,)


def test_columns_can_be_dropped_and_named_as_categories():
    dataset = open_dataset(FRAME, drop="city", categories="age")
    assert dataset.modality.kinds == {"age": "category"}


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_parts(seed):
    first, second = (open_dataset(IMAGES, seed=seed) for _ in range(2))
    assert (first.unseen() == second.unseen()).all()


def test_real_draws_without_replacement_and_at_most_all():
    dataset = open_dataset(IMAGES)
    assert len({image.tobytes() for image in dataset.real(20, seed=1)}) == 20
    assert len(dataset.real(10_000)) == 36
    assert (dataset.real(5, seed=1) == dataset.real(5, seed=1)).all()
    assert (dataset.real(5, seed=1) != dataset.real(5, seed=2)).any()


@pytest.mark.parametrize(
    ("thing", "options", "sentence"),
    [
        ([1, 2], {}, "got list"),
        (IMAGES, {"modality": "imag"}, "modality must be one of image, table, points"),
        (IMAGES, {"modality": "table"}, "cannot be taken as table data"),
        (IMAGES, {"size": 500}, "size must be a whole number from 8 to 128, got 500"),
        (IMAGES, {"size": "64"}, "size must be a whole number"),
        (IMAGES, {"heldout": 0}, "heldout must be above 0"),
        (IMAGES, {"target": "x"}, "target means nothing for images"),
        (IMAGES, {"separator": ";"}, "separator means nothing for arrays"),
        (IMAGES[:1], {}, "at least 10 images, got 1"),
        (IMAGES[:9], {}, "at least 10 images, got 9"),
        (np.zeros((20, 4, 4), np.uint8), {}, "8 to 128 pixels"),
        (np.zeros(20), {}, "must have shape"),
        (np.zeros((20, 3)), {"labels": [0] * 20}, "labels means nothing for an array of numbers"),
        (np.array([["a", "b"]] * 20), {}, "must hold numbers"),
        (FRAME, {"target": "town"}, "target must be a column.*got 'town': there are age, city"),
        (FRAME, {"size": 8}, "size means nothing for a table"),
        (FRAME, {"modality": "image"}, "cannot be taken as image data"),
        (FRAME, {"modality": "points"}, "columns of numbers"),
        (FRAME, {"drop": "town"}, "no column 'town'"),
        (FRAME[:5], {}, "at least 10 rows, got 5"),
        ("digits", {"modality": "table"}, "'digits' cannot be taken as table"),
        ("digits", {"target": "x"}, "target means nothing for a named data set"),
        ("ring8", {"size": 8}, "size is for images"),
        ("no/such/file.csv", {}, "no file, folder or named data set"),
    ],
)
def test_what_cannot_be_used_is_refused(thing, options, sentence):
    with pytest.raises(WrongUse, match=sentence):
        open_dataset(thing, **options)


def test_a_file_of_no_known_kind_is_refused(tmp_path):
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(WrongUse, match="of no known kind"):
        open_dataset(tmp_path / "a.docx")


def test_unknown_descriptions_are_refused():
    from sparring.data import modality_from

    with pytest.raises(WrongUse, match="got 'smell'"):
        modality_from({"modality": "smell"})
    with pytest.raises(WrongUse, match="incomplete"):
        modality_from({"modality": "image"})
