"""Named sets of images."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sparring.data.arrayfiles import Arrays, read_idx, read_npz
from sparring.data.building import Preparation, image_dataset
from sparring.data.captionedsets import CAPTIONED_SETS
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.finding import File
from sparring.data.image import Image

_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def _digits(_: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    levels = np.round(bunch.images * (255 / 16)).astype(np.uint8)  # (1797, 8, 8), was 0..16
    arrays = Arrays(levels, bunch.target, names=_DIGITS)
    dataset = image_dataset("digits", arrays, how, size)
    if size not in (None, 8):
        return dataset
    return replace(dataset, modality=Image(8, 1, tones=17))


def _npz_digits(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    return image_dataset("", replace(read_npz(files[0]), names=_DIGITS), how, size)


def _npz(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    return image_dataset("", read_npz(files[0]), how, size)


def _fashion(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    x, y, x_test, y_test = (read_idx(path) for path in files)
    return image_dataset("", Arrays(x, y, x_test, y_test, _CLOTHES), how, size)


def _frey(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    x = read_npz(files[0]).x  # (1965, 28, 20)
    square = np.pad(x, ((0, 0), (0, 0), (4, 4)), mode="edge")
    return image_dataset("", Arrays(square), how, size)


def _fashion_file(name: str, sha256: str) -> tuple[File, ...]:
    origin = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
    return (File(f"images/fashion-mnist/{name}.gz", sha256, f"{origin}{name}.gz"),)


IMAGE_SETS = (
    Entry(
        name="digits",
        modality="image",
        items=1797,
        shape=(8, 8),
        licence="CC BY 4.0 (UCI Optical Recognition of Handwritten Digits)",
        about="Handwritten digits that come with scikit-learn; levels 0..16 are stretched to "
        "0..255; the held-out part is drawn.",
        load=_digits,
        comes_with="comes with scikit-learn",
    ),
    Entry(
        name="mnist",
        modality="image",
        items=70_000,
        shape=(28, 28),
        licence="often quoted as CC BY-SA 3.0 (LeCun, Cortes, Burges)",
        about="Handwritten digits; the official test part is held out.",
        load=_npz_digits,
        files=(
            (
                File(
                    "images/mnist.npz",
                    "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
                ),
                File(
                    "images/mnist-keras.npz",
                    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
                ),
            ),
        ),
    ),
    Entry(
        name="fashion-mnist",
        modality="image",
        items=70_000,
        shape=(28, 28),
        licence="MIT (Zalando SE)",
        about="Pictures of clothes; the official test part is held out.",
        load=_fashion,
        files=(
            _fashion_file(
                "train-images-idx3-ubyte",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            _fashion_file(
                "train-labels-idx1-ubyte",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            _fashion_file(
                "t10k-images-idx3-ubyte",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            _fashion_file(
                "t10k-labels-idx1-ubyte",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    Entry(
        name="usps",
        modality="image",
        items=9298,
        shape=(16, 16),
        licence="made available for research (AT&T); no formal licence",
        about="Digits from envelopes, rescaled from [-1, 1] to 0..255; the official test part is "
        "held out.",
        load=_npz_digits,
        files=(
            (
                File(
                    "images/usps.npz",
                    "ff1e144b09abdd42b3877b83440fe2c032f76dd3d7d247010b756c454c067fd9",
                ),
            ),
        ),
    ),
    Entry(
        name="cifar10",
        modality="image",
        items=12_000,
        shape=(32, 32, 3),
        licence="no formal licence (Krizhevsky 2009, research use)",
        about="Photographs of ten kinds of things: 1,000 to train on and 200 held out of each "
        "class, a part of the 60,000.",
        load=_npz,
        files=(
            (
                File(
                    "images/cifar10_12k.npz",
                    "4558ee02adafa7acbc1d290b3656597ea04c1e4b138614bcf430379f311b3e14",
                ),
            ),
        ),
    ),
    Entry(
        name="freyfaces",
        modality="image",
        items=1965,
        shape=(28, 28),
        licence="no formal licence (Brendan Frey, Sam Roweis)",
        about="Frames of a video of one face, 28x20, padded to 28x28 by repeating the left and "
        "right edge; the held-out part is drawn, so held-out frames have close neighbours.",
        load=_frey,
        files=(
            (
                File(
                    "images/freyfaces.npz",
                    "b31ddb973f41a99244168000379cc79c3f1e4402c3604814fe3699002931659b",
                ),
            ),
        ),
    ),
    *CAPTIONED_SETS,
)
