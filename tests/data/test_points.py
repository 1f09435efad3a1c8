import json

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data import modality_from
from sparring.data.matrix import Matrix
from sparring.data.points import Points

RANDOM = np.random.default_rng(0)
CLOUD = RANDOM.normal(size=(500, 2)) * [1.0, 10.0] + [100.0, -5.0]


def test_distances_keep_their_shape():
    x = Points.fit(CLOUD).encode(CLOUD).double().numpy()
    ratio = np.linalg.norm(x[1:] - x[:-1], axis=1) / np.linalg.norm(CLOUD[1:] - CLOUD[:-1], axis=1)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)


def test_points_are_centred_with_mean_variance_one():
    x = Points.fit(CLOUD).encode(CLOUD).double().numpy()
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    assert abs(x.var(axis=0).mean() - 1) < 1e-5


def test_points_come_back_through_a_description():
    points = Points.fit(CLOUD)
    again = modality_from(json.loads(json.dumps(points.describe())))
    assert again.describe() == points.describe()
    np.testing.assert_allclose(again.decode(points.encode(CLOUD)), CLOUD, rtol=1e-5)


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        (np.zeros(5), r"shape \(n, d\)"),
        (np.array([["a", "b"]]), "must be numbers"),
        (np.array([[0.0, 1.0], [np.nan, 1.0]]), r"got \[nan, 1.0\] in row 2"),
        (np.ones((5, 2)), "All points are the same"),
    ],
)
def test_what_is_no_cloud_is_refused(items, sentence):
    with pytest.raises(WrongUse, match=sentence):
        Points.fit(items)


def test_points_are_saved_by_suffix(tmp_path):
    points = Points.fit(CLOUD)
    points.save(CLOUD, tmp_path / "a.csv")
    points.save(CLOUD, tmp_path / "a.npy")
    np.testing.assert_allclose(pd.read_csv(tmp_path / "a.csv")[["x0", "x1"]], CLOUD)
    assert (np.load(tmp_path / "a.npy") == CLOUD).all()
    with pytest.raises(WrongUse, match=r"\.csv or \.npy"):
        points.save(CLOUD, tmp_path / "a.png")


@pytest.mark.parametrize("d", [1, 2, 3])
def test_points_can_be_shown(d):
    cloud = RANDOM.normal(size=(50, d))
    assert Points.fit(cloud).show(cloud).mode == "RGB"


def test_an_array_comes_back_as_an_array_of_its_dtype(tmp_path):
    array = RANDOM.normal(size=(60, 3)).astype(np.float32)
    array[:, 1] = np.round(array[:, 1] * 20)
    array[::7, 2] = np.nan
    matrix = Matrix.fit_array(array)
    again = modality_from(json.loads(json.dumps(matrix.describe())))
    back = again.decode(again.encode(array))
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, array, atol=1e-5)
    assert list(matrix.kinds.values()) == ["number", "integer", "number"]
    matrix.save(back, tmp_path / "a.npy")
    matrix.save(back, tmp_path / "a.csv")
    assert np.load(tmp_path / "a.npy").shape == (60, 3)
    with pytest.raises(WrongUse, match=r"\(n, 3\) is needed"):
        matrix.encode(array[:, :2])
