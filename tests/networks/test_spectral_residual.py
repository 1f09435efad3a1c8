"""The blocks of SAGAN and BigGAN, and how their networks use a condition."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.networks import (
    BigGANDiscriminator,
    BigGANGenerator,
    SAGANDiscriminator,
    SAGANGenerator,
    SelfAttention,
)
from sparring.networks.biggan import chunks_of
from sparring.networks.sizes import pyramid
from sparring.networks.spectral_residual import (
    DownBlock,
    DownConvolution,
    FlatBlock,
    UpBlock,
    UpConvolution,
)
from sparring.regularizers import spectrally_normalise

GENERATORS = [SAGANGenerator, BigGANGenerator]
DISCRIMINATORS = [SAGANDiscriminator, BigGANDiscriminator]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    torch.set_num_threads(1)


def enlarge(x):
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


@pytest.mark.parametrize("side", [1, 4, 7])
def test_convolving_what_is_enlarged_takes_one_operation(side):
    layer, x = UpConvolution(3, 5).double(), torch.randn(2, 3, side, side).double()
    expected = F.conv2d(enlarge(x), layer.weight, layer.bias, padding=1)
    torch.testing.assert_close(layer(x), expected)


@pytest.mark.parametrize("side", [2, 8, 14])
def test_halving_what_is_convolved_takes_one_operation(side):
    layer, x = DownConvolution(3, 5).double(), torch.randn(2, 3, side, side).double()
    expected = F.avg_pool2d(F.conv2d(x, layer.weight, layer.bias, padding=1), 2)
    torch.testing.assert_close(layer(x), expected)


def test_a_block_up_is_the_figures():
    """Normalise, rectify, enlarge, convolve, normalise, rectify, convolve; beside a 1x1."""
    block, x = UpBlock(4, 6), torch.randn(3, 4, 5, 5)
    h = F.conv2d(enlarge(F.relu(F.batch_norm(x, None, None, training=True))),
                 block.first.weight, padding=1)  # fmt: skip
    h = block.second(F.relu(F.batch_norm(h, None, None, training=True)))
    torch.testing.assert_close(block(x), h + block.skip(enlarge(x)), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("first", [False, True])
def test_a_block_down_is_the_figures(first):
    block, x = DownBlock(4, 6, hidden=5, first=first), torch.randn(3, 4, 8, 8)
    h = F.relu(block.first(x if first else F.relu(x)))
    h = F.avg_pool2d(F.conv2d(h, block.second.weight, block.second.bias, padding=1), 2)
    torch.testing.assert_close(block(x), h + F.avg_pool2d(block.skip(x), 2), atol=1e-5, rtol=1e-4)


def test_blocks_leave_what_they_are_given_as_it_is():
    """They rectify in place what is theirs alone."""
    for block in (UpBlock(4, 4), DownBlock(4, 4, hidden=4), FlatBlock(4)):
        x = torch.randn(3, 4, 8, 8)
        before = x.clone()
        block(x)
        assert torch.equal(x, before)


@given(st.integers(1, 500), st.integers(1, 12))
@settings(deadline=None, max_examples=60)
def test_chunks_take_all_of_z_and_differ_by_one_at_most(latent, chunks):
    if latent < chunks:
        with pytest.raises(ValueError, match=f"each of its {chunks} chunks, got {latent}"):
            chunks_of(latent, chunks)
        return
    sizes = chunks_of(latent, chunks)
    assert sum(sizes) == latent
    assert len(sizes) == chunks
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("size", "chunks"), [(128, [20] * 6), (64, [24] * 5), (28, [40] * 3)])
def test_z_has_a_chunk_for_the_start_and_one_for_each_block(size, chunks):
    """The paper cuts 120 numbers into six for its 128 pixels."""
    generator = BigGANGenerator(120, 1, size, width=1)
    assert generator.chunks == chunks
    assert len(generator.growing.blocks) == len(chunks) - 1


def test_each_chunk_of_z_steers_its_own_block():
    generator = BigGANGenerator(9, 1, 28, width=2).eval()
    inputs = {}
    for index, block in enumerate(generator.growing.blocks):
        block.register_forward_pre_hook(
            lambda _, given, index=index: inputs.update({index: given[1].clone()})
        )
    z = torch.arange(9.0)[None]
    generator(z)
    assert inputs[0].tolist() == [[3, 4, 5]]
    assert inputs[1].tolist() == [[6, 7, 8]]


def test_all_normalisations_of_biggan_share_one_embedding():
    generator = BigGANGenerator(9, 1, 28, width=2, condition=4, shared=5)
    tables = [name for name, parameter in generator.named_parameters() if parameter.shape == (4, 5)]
    assert tables == ["embedding.weight"]
    for block in generator.growing.blocks:
        assert block.first_norm.gain.num_embeddings == 3 + 5


def test_the_embeddings_of_sagan_are_its_gains():
    generator = SAGANGenerator(9, 1, 28, width=2, condition=4)
    norms = [norm for block in generator.growing.blocks
             for norm in (block.first_norm, block.second_norm)]  # fmt: skip
    assert [norm.gain.num_embeddings for norm in norms] == [4] * 4


@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_classes_enter_the_score_by_the_papers_projection(kind):
    """score(x, y) = w phi(x) + b + <e_y, phi(x)>, phi the sums over places (1802.05637, eq. 3)."""
    network = kind(1, 8, width=4, condition=3)
    x, y = torch.randn(5, 1, 8, 8), torch.tensor([0, 1, 2, 1, 0])
    phi = network.body(x).sum((2, 3))
    expected = network.last(phi).flatten() + (phi * network.conditioning.embedding(y)).sum(1)
    torch.testing.assert_close(network(x, y), expected)


@pytest.mark.parametrize(("kind", "hidden"), [
    (SAGANDiscriminator, [4, 4, 8]), (BigGANDiscriminator, [4, 8, 16]),
])  # fmt: skip
def test_blocks_of_biggan_are_wider_inside(kind, hidden):
    """SAGAN's have as many maps inside as before, BigGAN's as after."""
    network = kind(1, 32, width=4)
    assert [block.first.out_channels for block in network.blocks] == hidden
    assert [block.second.out_channels for block in network.blocks] == [4, 8, 16]


@pytest.mark.parametrize("kind", GENERATORS + DISCRIMINATORS)
@pytest.mark.parametrize(("size", "at"), [(28, 14), (32, 16), (64, 16), (128, 16)])
def test_attention_is_at_the_resolution_asked_for(kind, size, at):
    generates = kind in GENERATORS
    first = (8, 1) if generates else (1,)
    network, seen = kind(*first, size, width=1, attention=16), []
    (layer,) = (module for module in network.modules() if isinstance(module, SelfAttention))
    layer.register_forward_hook(lambda _, inputs, output: seen.append(output.shape[-1]))
    network(torch.randn(2, 8) if generates else torch.randn(2, 1, size, size))
    assert seen == [at]


@pytest.mark.parametrize("kind", GENERATORS + DISCRIMINATORS)
def test_a_network_can_do_without_attention(kind):
    network = kind(*((8, 1) if kind in GENERATORS else (1,)), 32, width=2, attention=0)
    assert not any(isinstance(module, SelfAttention) for module in network.modules())


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("words", [0, 4], ids=["attributes", "texts"])
def test_a_condition_may_be_attributes_or_texts_as_well_as_classes(kind, words):
    network = kind(6, 3, 16, width=4, condition=3).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    z, classes = torch.randn(3, 6), torch.tensor([0, 2, 1])
    y = torch.eye(3)[classes]
    y = torch.cat([y[:, None], torch.randn(3, words, 3)], 1) if words else y
    torch.testing.assert_close(network(z, y), network(z, classes))


@pytest.mark.parametrize("kind", GENERATORS)
def test_pictures_are_within_their_range(kind):
    network = kind(6, 3, 12, width=4)
    with torch.no_grad():
        network.growing.picture.weight *= 100
    pictures = network(torch.randn(8, 6))
    assert pictures.abs().max() <= 1
    assert pictures.abs().max() > 0.9


@pytest.mark.parametrize("kind", GENERATORS + DISCRIMINATORS)
def test_weights_lie_channels_last(kind):
    network = kind(*((8, 1) if kind in GENERATORS else (1,)), 32, width=4)
    spectrally_normalise(network)
    weights = [w for w in network.parameters() if w.dim() == 4 and min(w.shape[1:]) > 1]
    assert weights
    assert all(w.is_contiguous(memory_format=torch.channels_last) for w in weights)


def test_an_attention_that_no_side_has_is_refused():
    with pytest.raises(ValueError, match="side length of at least 14, the smallest"):
        SAGANGenerator(8, 1, 28, attention=7)
    assert pyramid(28) == [7, 14, 28]
    SAGANDiscriminator(1, 28, width=2, attention=7)
