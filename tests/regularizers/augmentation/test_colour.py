"""Changes of colour, against what they say they keep."""

import pytest
import torch

from sparring.regularizers.augmentation import (
    Brightness,
    Chance,
    Contrast,
    Hue,
    LumaFlip,
    Saturation,
    change_all,
)

COLOURS = [Brightness(), Contrast(), LumaFlip(), Hue(), Saturation()]


@pytest.fixture(autouse=True)
def _float64():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def always(n=50):
    return Chance(n, torch.tensor(1.0))


def pictures(channels=3, n=50):
    return torch.randn(n, channels, 4, 4)


def close(first, second):
    return bool(torch.isclose(first, second, atol=1e-9).all())


def saturation(x):
    """Distance from the grey axis, of each pixel."""
    return (x - x.mean(1, keepdim=True)).norm(dim=1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("colour", COLOURS, ids=lambda colour: type(colour).__name__)
def test_without_probability_nothing_changes_to_the_bit(colour, channels):
    x = pictures(channels)
    assert torch.equal(colour(x, Chance(50, torch.tensor(0.0))), x)


@pytest.mark.parametrize("channels", [1, 3])
def test_brightness_adds_one_number_to_all_of_a_picture(channels):
    x = pictures(channels, 2000)
    added = (Brightness(0.3)(x, always(2000)) - x).flatten(1)
    assert close(added, added[:, :1].expand_as(added))
    assert float(added[:, 0].std()) == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize("channels", [1, 3])
def test_contrast_multiplies_all_of_a_picture_by_one_number(channels):
    x = pictures(channels, 2000)
    factor = (Contrast(0.5)(x, always(2000)) / x).flatten(1)
    assert close(factor, factor[:, :1].expand_as(factor))
    assert float(factor[:, 0].log2().std()) == pytest.approx(0.5, rel=0.1)


def test_a_flip_of_luma_mirrors_grey_and_keeps_colour():
    x = pictures()
    changed = LumaFlip()(x, always())
    flipped = ~torch.isclose(changed, x).flatten(1).all(1)
    assert 10 < int(flipped.sum()) < 40
    assert close(changed[flipped].mean(1), -x[flipped].mean(1))
    assert close(changed - changed.mean(1, keepdim=True), x - x.mean(1, keepdim=True))


def test_a_flip_of_luma_turns_light_to_dark_in_grey_pictures():
    x = pictures(1)
    changed = LumaFlip()(x, always())
    assert close(changed.abs(), x.abs())
    assert 10 < int((changed != x).flatten(1).any(1).sum()) < 40


def test_hue_keeps_luma_and_saturation():
    x = pictures()
    changed = Hue()(x, always())
    assert close(changed.mean(1), x.mean(1))
    assert close(saturation(changed), saturation(x))
    assert not close(changed, x)


def test_a_third_of_the_circle_of_hues_moves_the_channels_on():
    class Third(Hue):
        def matrix(self, chance):
            sampled = Chance(chance.n, chance.p)
            object.__setattr__(sampled, "uniform", lambda low=0.0, high=1.0: thirds(low, high))
            return super().matrix(sampled)

    def thirds(low, high):  # the angle, and a number below any probability
        return torch.full((50,), 120.0).deg2rad() if low < 0 else torch.zeros(50)

    x = pictures()
    assert close(Third()(x, always()), x.roll(1, 1))


def test_saturation_moves_colours_from_and_to_grey_by_one_factor():
    x = pictures(3, 2000)
    changed = Saturation(1.0)(x, always(2000))
    assert close(changed.mean(1), x.mean(1))
    factor = (saturation(changed) / saturation(x)).flatten(1)
    assert close(factor, factor[:, :1].expand_as(factor))
    assert float(factor[:, 0].log2().std()) == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize("colour", [Hue(), Saturation()], ids=["hue", "saturation"])
def test_grey_pictures_have_no_colour_to_change(colour):
    x = pictures(1)
    assert close(colour(x, always()), x)


def test_grey_pictures_change_as_grey_colours_do():
    x = pictures(1)
    torch.manual_seed(1)
    grey = change_all(COLOURS, x, always())
    torch.manual_seed(1)
    colours = change_all(COLOURS, x.expand(50, 3, 4, 4), always())
    assert close(grey, colours.mean(1, keepdim=True))


def test_several_changes_are_one_after_another():
    x = pictures()
    torch.manual_seed(1)
    together = change_all([Brightness(), Contrast(), Hue()], x, always())
    torch.manual_seed(1)
    one = Hue()
    x = Contrast()(Brightness()(x, always()), always())
    assert close(together, one(x, always()))


def test_other_numbers_of_channels_are_refused():
    with pytest.raises(ValueError, match="pictures of 1 or 3 channels, got 2"):
        Brightness()(pictures(2), always())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Brightness(-0.1),
        lambda: Contrast(-0.1),
        lambda: Hue(-1.0),
        lambda: Saturation(-0.1),
    ],
)
def test_negative_amounts_are_refused(make):
    with pytest.raises(ValueError, match="must be at least 0"):
        make()
