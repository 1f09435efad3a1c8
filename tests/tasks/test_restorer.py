"""One damaged picture in, the restored one out."""

import functools

import numpy as np
import PIL.Image
import pytest
import torch

from sparring import Restorer
from sparring.core import Callback, Failure, WrongUse
from sparring.networks import Hourglass
from sparring.networks.hourglass import repeated

torch.set_num_threads(1)
STEPS = 240


def picture(height=28, width=24, channels=3):
    """A disc on a slope of colours, without a hard edge."""
    y, x = np.mgrid[:height, :width].astype(float)
    disc = 1 / (1 + np.exp(np.hypot(y - height / 2, x - width / 2) - min(height, width) / 4))
    levels = 60 + 3 * x[..., None] * np.array([1, 0.5, 0])[:channels] + 100 * disc[..., None]
    levels = levels.round().astype(np.uint8)
    return levels if channels == 3 else levels[..., 0]


def grainy(clean, sigma=30, seed=0):
    noise = np.random.default_rng(seed).normal(0, sigma, clean.shape)
    return (clean + noise).round().clip(0, 255).astype(np.uint8)


def decibels(made, clean):
    return 10 * np.log10(255**2 / np.square(made.astype(float) - clean).mean())


def restorer(steps=STEPS, width=8, **options):
    return Restorer(steps, width=width, **options)


def holes(shape=(28, 24), share=0.5):
    return np.random.default_rng(1).random(shape) < share


@pytest.fixture(scope="module")
def denoised():
    clean = picture()
    noisy = grainy(clean)
    it = restorer(steps=1000, patience=150)
    return clean, noisy, it.denoise(noisy, reference=clean), it


def test_noise_is_taken_from_a_picture(denoised):
    clean, noisy, made, _ = denoised
    assert made.dtype == np.uint8
    # The mean of each 3 x 3 pixels gains 8.9 dB; 13 came out.
    assert decibels(made, clean) > decibels(noisy, clean) + 10.5


def test_it_ends_by_itself_before_the_noise_is_fitted(denoised):
    _, _, _, it = denoised
    assert it.stopped_ is not None
    assert it.history_[-1]["step"] == it.step_ + 150 < 1000


def test_history_tells_how_it_went(denoised):
    clean, _, made, it = denoised
    steps = [row["step"] for row in it.history_]
    assert steps == list(range(10, steps[-1] + 1, 10))
    best = min(it.history_, key=lambda row: row["heldout"])
    assert best["step"] == it.step_
    # What is returned is the average that the row tells of, but for its rounding.
    assert best["psnr"] == pytest.approx(decibels(made, clean), abs=0.1)
    assert it.history_[-1]["loss"] < it.history_[0]["loss"] / 4


def test_a_reference_is_looked_at_by_nobody_but_the_history():
    noisy = grainy(picture())
    plain, told = restorer(20), restorer(20)
    assert np.array_equal(plain.denoise(noisy), told.denoise(noisy, reference=picture()))
    assert "psnr" in told.history_[0]
    assert "psnr" not in plain.history_[0]


def test_what_is_missing_is_painted_and_the_rest_stays():
    clean, missing = picture(), holes()
    torn = np.where(missing[..., None], np.uint8(255), clean)
    made = restorer().inpaint(torn, missing)
    assert np.array_equal(made[~missing], clean[~missing])
    mean = np.where(missing[..., None], clean[~missing].mean(0), clean)
    assert decibels(made, clean) > decibels(mean, clean) + 15


def test_missing_pixels_arent_looked_at():
    clean, missing = picture(channels=1), holes()
    other = np.where(missing, np.random.default_rng(2).integers(0, 256, clean.shape), clean)
    made = [restorer(20).inpaint(x, missing) for x in (clean, other.astype(np.uint8))]
    assert np.array_equal(*made)
    # Those that are known are.
    other[~missing] = 255 - clean[~missing]
    again = restorer(20).inpaint(other.astype(np.uint8), missing)
    assert not np.array_equal(again[missing], made[0][missing])


def test_pixels_kept_to_judge_by_arent_learnt_from():
    """With half of them kept, the network is shown the other half alone."""
    from sparring.tasks.restorer import _hidden

    torch.manual_seed(0)
    known = torch.from_numpy(~holes())
    hidden = _hidden(known, 0.5)
    assert not bool((hidden & ~known).any())
    assert int(hidden.sum()) == round(int(known.sum()) / 2)


def test_a_picture_becomes_larger():
    clean = picture(32, 40)
    small = clean.reshape(8, 4, 10, 4, 3).mean((1, 3)).round().astype(np.uint8)
    made = restorer().super_resolve(small, 4)
    assert made.shape == clean.shape
    assert decibels(made, clean) > decibels(small.repeat(4, 0).repeat(4, 1), clean) + 4


@pytest.mark.parametrize("shape", [(8, 8), (9, 31), (17, 10, 3)])
def test_pictures_of_any_shape_come_out_as_they_are(shape):
    x = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    it = restorer(3, width=4)
    assert it.denoise(x).shape == shape
    assert it.inpaint(x, holes(shape[:2])).shape == shape
    assert it.super_resolve(x, 3).shape == (3 * shape[0], 3 * shape[1], *shape[2:])


def test_the_same_seed_restores_the_same_and_another_doesnt():
    noisy = grainy(picture())
    one, two, other = (restorer(10, seed=seed).denoise(noisy) for seed in (3, 3, 4))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_random_numbers_of_the_caller_stay_where_they_were():
    torch.manual_seed(0)
    expected = torch.rand(2)
    torch.manual_seed(0)
    restorer(2).denoise(picture())
    assert torch.equal(torch.rand(2), expected)


def test_a_file_a_pillow_picture_and_numbers_with_a_point_are_the_same_picture(tmp_path):
    clean = picture()
    PIL.Image.fromarray(clean).save(tmp_path / "x.png")
    given = [clean, tmp_path / "x.png", str(tmp_path / "x.png"), PIL.Image.fromarray(clean)]
    made = [restorer(2).denoise(x) for x in given]
    assert all(np.array_equal(made[0], x) for x in made[1:])
    scaled = restorer(2).denoise(clean / 255)
    assert np.abs(scaled.astype(int) - made[0]).max() <= 1


def test_masks_may_be_pictures_and_files(tmp_path):
    missing = holes()
    white = missing * np.uint8(255)
    PIL.Image.fromarray(white).save(tmp_path / "m.png")
    given = [missing, white, tmp_path / "m.png", PIL.Image.fromarray(missing)]
    made = [restorer(2).inpaint(picture(), mask) for mask in given]
    assert all(np.array_equal(made[0], x) for x in made[1:])


def test_the_network_may_be_another():
    calm = restorer(5, network=functools.partial(Hourglass, skip=0, doubling=repeated))
    assert not np.array_equal(calm.denoise(picture()), restorer(5).denoise(picture()))


def test_callbacks_see_the_training():
    class Count(Callback):
        steps = 0

        def on_step(self, state):
            self.steps = state.step

    count = Count()
    restorer(12, callbacks=[count]).denoise(picture())
    assert count.steps == 12


GREY = np.zeros((28, 24), dtype=np.uint8)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((0, 24), np.uint8), "at least one pixel"),
        (np.zeros((7, 24), np.uint8), "at least 8 pixels high and wide, got 7 x 24"),
        (np.zeros((28, 24, 4), np.uint8), r"got \(28, 24, 4\)"),
        (np.zeros((2, 28, 24, 3), np.uint8), r"got \(2, 28, 24, 3\)"),
        (np.full((28, 24), 1.5), r"in \[0, 1\], got 1.5 to 1.5"),
        (np.full((28, 24), -0.1), r"in \[0, 1\]"),
        (np.full((28, 24), np.nan), r"in \[0, 1\], got nan"),
        (np.zeros((28, 24), int), "got int64"),
        ([[1, 2], [3, 4]], "got list"),
        ("nowhere.png", "nowhere.png isn't there"),
    ],
)
def test_what_is_no_picture_is_refused(wrong, says):
    with pytest.raises(WrongUse, match=says):
        restorer(1).denoise(wrong)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.ones((24, 28), bool), r"of the picture's size, \(28, 24\), got \(24, 28\)"),
        (np.ones((28, 24), bool), "every pixel as missing"),
        (np.zeros((28, 24), bool), "no missing pixel"),
        (np.ones((28, 24), np.uint8), "no missing pixel"),
        (np.ones((28, 24)), "got float64"),
    ],
)
def test_what_is_no_mask_is_refused(wrong, says):
    with pytest.raises(WrongUse, match=says):
        restorer(1).inpaint(GREY, wrong)


def test_a_single_known_pixel_is_too_few():
    missing = np.ones((28, 24), bool)
    missing[0, 0] = False
    with pytest.raises(WrongUse, match="at least 2 pixels must be known"):
        restorer(1).inpaint(GREY, missing)


@pytest.mark.parametrize("factor", [1, 0, -2, 2.5, 9, True, "4"])
def test_factors_out_of_range_are_refused(factor):
    with pytest.raises(WrongUse, match="factor must be"):
        restorer(1).super_resolve(GREY, factor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"width": 0},
        {"patience": 0},
        {"seed": -1},
        {"heldout": 0.0},
        {"heldout": 0.6},
        {"heldout": float("nan")},
        {"heldout": "half"},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(WrongUse, match=f"{next(iter(wrong))} must be"):
        Restorer(**{"steps": 1, **wrong}).denoise(GREY)


def test_a_picture_too_large_for_the_memory_is_refused_beforehand(monkeypatch):
    # Half of what is free: 28 x 24 pixels take .3 MB at width 4, and .7 MB at width 8.
    monkeypatch.setattr("sparring.tasks.restorer.budget", lambda: 250_000)
    assert restorer(1, width=4).denoise(GREY).shape == (28, 24)
    with pytest.raises(Failure, match="restoring 28 x 24 pixels with width 8 takes about"):
        restorer(1, width=8).denoise(GREY)


def test_a_training_that_diverges_says_so():
    class Broken(torch.nn.Conv2d):
        def __init__(self, inputs, channels, width, scales):
            super().__init__(inputs, channels, 1)

        def forward(self, x):
            return super().forward(x) * float("inf")

    with pytest.raises(Failure, match="wasn't finite"):
        restorer(20, network=Broken).denoise(GREY)


def test_a_reference_of_another_shape_is_refused():
    with pytest.raises(WrongUse, match=r"reference must have .* \(1, 56, 48\), got \(1, 28, 24\)"):
        restorer(1).super_resolve(GREY, 2, reference=GREY)
