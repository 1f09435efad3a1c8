"""Every network that draws pixel by pixel: who sees whom, and what is kept while drawing."""

import itertools

import pytest
import torch

from sparring.core import WrongUse
from sparring.losses import Levels
from sparring.networks import (
    GatedPixelCNN,
    MaskedAutoencoder,
    MultiscalePixelCNN,
    PixelCNN,
    PixelCNNPlusPlus,
    PixelRNN,
)

torch.set_num_threads(1)


def reordered(network):
    network.order = 2
    return network


def multiscale(**options):
    return MultiscalePixelCNN(**options, width=4, depth=1)


def direct(network):
    """What goes that way is nothing at first."""
    torch.nn.init.normal_(network.layers.direct.weight)
    return reordered(network)


COLOURS = {"channels": 3, "outputs": 6, "colours": 3}
# A network and the side length of its pictures; options differ where the way through does.
MADE = {
    "pixelcnn": (lambda side, **o: PixelCNN(**o, width=6, blocks=2), 5),
    "pixelcnn without blocks": (lambda side, **o: PixelCNN(**o, width=6, blocks=0), 5),
    "gated pixelcnn": (lambda side, **o: GatedPixelCNN(**o, width=4, depth=3), 6),
    "gated pixelcnn of one layer": (lambda side, **o: GatedPixelCNN(**o, width=4, depth=1), 6),
    "gated pixelcnn of small windows": (
        lambda side, **o: GatedPixelCNN(**o, width=4, kernel=3),
        6,
    ),
    "pixelcnn++": (lambda side, **o: PixelCNNPlusPlus(**o, width=4, depth=1), 8),
    "pixelcnn++ of odd pictures": (lambda side, **o: PixelCNNPlusPlus(**o, width=4, levels=2), 5),
    "pixelcnn++ of one level": (lambda side, **o: PixelCNNPlusPlus(**o, width=4, levels=1), 4),
    "pixelrnn": (lambda side, **o: PixelRNN(**o, width=6, kernel=3), 5),
    "pixelrnn of two blocks": (lambda side, **o: PixelRNN(**o, width=3, blocks=2), 4),
    "multiscale pixelcnn": (lambda **o: multiscale(**o, scales=1), 6),
    "multiscale pixelcnn of odd pictures": (lambda **o: multiscale(**o, scales=2), 5),
    "multiscale pixelcnn of three sizes": (lambda **o: multiscale(**o, scales=2), 8),
    "made": (lambda **o: MaskedAutoencoder(**o, width=64, orders=1), 4),
    "made in another order": (lambda **o: reordered(MaskedAutoencoder(**o, width=64)), 4),
    "made with a direct way": (
        lambda **o: direct(MaskedAutoencoder(**o, width=64, direct=True)),
        4,
    ),
}
IN_TURN = [
    "pixelcnn",
    "pixelrnn of two blocks",
    "made",
    "made in another order",
    "made with a direct way",
]  # whose colours may take turns
ALL = [(name, {}) for name in MADE] + [(name, COLOURS) for name in IN_TURN]


def make(name, channels=1, outputs=2, condition=0, **options):
    torch.manual_seed(0)
    build, side = MADE[name]
    network = build(side=side, channels=channels, outputs=outputs, condition=condition, **options)
    return network.double().eval(), torch.rand(2, channels, side, side, dtype=torch.float64) * 2 - 1


def turns(network, side, count):
    """When each of so many numbers of each pixel has its turn: (count, s, s)."""
    when = torch.full((side, side), -1)
    for number, place in enumerate(network.places(side)):
        assert bool((when[place] == -1).all())  # no pixel twice
        when[place] = number
    assert bool((when >= 0).all())
    colour = torch.arange(count) * network.colours // count
    return when * network.colours + colour[:, None, None]


@pytest.mark.parametrize(("name", "options"), ALL)
def test_nothing_is_seen_but_what_was_drawn_before(name, options):
    network, x = make(name, **options)
    found = network(x)
    slopes = torch.autograd.functional.jacobian(lambda v: network(v).sum(0), x).abs().sum(3)
    said = turns(network, x.shape[2], found.shape[1]).flatten()
    drawn = turns(network, x.shape[2], x.shape[1]).flatten()
    seen = slopes.flatten(3).flatten(0, 2).gt(0)  # (of all that is said, of all that is drawn)
    assert not bool((seen & (drawn >= said[:, None])).any())
    last = said == said.max()
    assert int(seen[last].sum()) > 0


@pytest.mark.parametrize(("name", "options"), [*ALL, *((name, {"channels": 3}) for name in MADE)])
@pytest.mark.parametrize("condition", [0, 3])
def test_place_by_place_outputs_are_those_of_the_whole(name, options, condition):
    network, x = make(name, condition=condition, **options)
    y = torch.tensor([0, 2]) if condition else None
    side = x.shape[2]
    with torch.no_grad():
        whole = network(x, y)
        with network.remembering(2, side):
            for place, colour in itertools.product(network.places(side), range(network.colours)):
                found = network.at(x, place, y).chunk(network.colours, 1)[colour]
                expected = whole[(..., *place)].chunk(network.colours, 1)[colour]
                torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)
        torch.testing.assert_close(network(x, y), whole)  # and whole pictures again after


@pytest.mark.parametrize("name", MADE)
def test_what_is_ahead_is_not_looked_at_while_drawing(name):
    network, x = make(name)
    side = x.shape[2]
    places = list(network.places(side))
    half = len(places) // 2
    other = x.clone()
    for place in places[half:]:
        other[(..., *place)] = 0
    found = []
    for picture in (x, other):
        with torch.no_grad(), network.remembering(2, side):
            found.append([network.at(picture, place) for place in places[: half + 1]][-1])
    assert torch.equal(*found)


@pytest.mark.parametrize("name", MADE)
def test_conditions_are_heard_at_once(name):
    network, x = make(name, condition=3)
    one, other = (network(x, torch.tensor([y, y])) for y in (0, 1))
    assert bool((one != other).flatten(1).any())
    first = next(iter(network.places(x.shape[2])))
    assert not torch.equal(one[(..., *first)], other[(..., *first)])


@pytest.mark.parametrize(("name", "options"), ALL)
def test_the_chances_of_all_binary_pictures_sum_to_one(name, options):
    """Of 3 x 3 pixels, or 2 x 2 of three colours."""
    torch.manual_seed(0)
    asked = {"channels": 1, **options}
    channels = asked["channels"]
    side = 2 if channels == 3 else 3
    pixels = Levels(channels, levels=2)
    network = MADE[name][0](**{**asked, "side": side, "outputs": pixels.outputs})
    with torch.no_grad():  # far from the uniform law
        for parameter in network.double().eval().parameters():
            parameter.mul_(2.0)
        numbers = channels * side**2
        x = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=numbers)), dtype=torch.float64)
        x = x.reshape(-1, channels, side, side)
        chances = (-pixels.surprise(x, network(x))).exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-9)
    assert float(chances.max()) > 2 * float(chances.mean())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: MultiscalePixelCNN(1, 1, 4, scales=3),
            "a side above 4 for that, got scales=3",
        ),
        (lambda: MultiscalePixelCNN(1, 1, 28, scales=0), "doubled at least once"),
        (lambda: PixelCNNPlusPlus(1, 1, levels=0), "at least 1 block and 1 level"),
        (lambda: PixelCNNPlusPlus(1, 1, dropout=1.0), r"dropout in \[0, 1\), got 2, 3 and 1.0"),
    ],
)
def test_wrong_use_is_refused(make, said):
    with pytest.raises(WrongUse, match=said):
        make()
