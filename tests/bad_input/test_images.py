"""Folders of images that can't be learnt from."""

import numpy as np
import PIL.Image
import pytest


def picture(seed=0, size=(16, 16), mode="RGB"):
    levels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return PIL.Image.fromarray(levels).convert(mode)


@pytest.fixture
def photos(here):
    """A good folder of 12 pictures, to be spoiled."""
    (here / "photos").mkdir()
    for index in range(12):
        picture(index).save(here / "photos" / f"{index:02d}.png")
    return here / "photos"


def resize_all(photos, size):
    for path in photos.iterdir():
        picture(size=size).save(path)


def empty(photos):
    for path in photos.iterdir():
        path.unlink()


def no_images(photos):
    empty(photos)
    (photos / "notes.txt").write_text("none")


def unreadable(photos):
    (photos / "03.png").write_bytes(b"this is no picture")


def truncated(photos):
    whole = (photos / "03.png").read_bytes()
    (photos / "03.png").write_bytes(whole[: len(whole) // 2])


def animated(photos):
    first, *others = [picture(seed, mode="P") for seed in range(3)]
    first.save(photos / "03.gif", save_all=True, append_images=others)


def sixteen_bit(photos):
    PIL.Image.fromarray(np.full((16, 16), 40_000, np.uint16)).save(photos / "03.png")


def transparent(photos):
    levels = np.full((16, 16, 4), 90, np.uint8)
    PIL.Image.fromarray(levels).save(photos / "03.png")


def mixed_sizes(photos):
    picture(size=(20, 16)).save(photos / "03.png")


def one_image(photos):
    for path in sorted(photos.iterdir())[1:]:
        path.unlink()


def not_square(photos):
    resize_all(photos, (24, 16))


def too_large(photos):
    resize_all(photos, (200, 200))


def too_small(photos):
    resize_all(photos, (4, 4))


def too_many_pixels(photos):
    PIL.Image.new("1", (9000, 9000)).save(photos / "03.png")


def class_with_one(photos):
    for name, paths in (("cats", range(11)), ("dogs", [11])):
        (photos / name).mkdir()
        for index in paths:
            (photos / f"{index:02d}.png").rename(photos / name / f"{index}.png")


def both_floors(photos):
    (photos / "cats").mkdir()
    picture().save(photos / "cats" / "a.png")


def parts(photos):
    for name, paths in (("train", range(9)), ("test", range(9, 12))):
        (photos / name).mkdir()
        for index in paths:
            (photos / f"{index:02d}.png").rename(photos / name / f"{index}.png")


def idx_without_train(photos):
    empty(photos)
    (photos / "t10k-images-idx3-ubyte").write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (empty, ("photos", "holds no images", "empty")),
        (no_images, ("photos", "holds no images", "notes.txt", ".png")),
        (unreadable, ("photos/03.png", "not an image", "remove it")),
        (truncated, ("photos/03.png", "cut short", "remove it")),
        (animated, ("photos/03.gif", "animated", "separate files")),
        (sixteen_bit, ("photos/03.png", "8 bits", "convert")),
        (transparent, ("photos/03.png", "transparent", "flatten")),
        (mixed_sizes, ("photos", "20x16 (1)", "--set size=")),
        (one_image, ("photos", "at least 10", "got 1", "add more")),
        (not_square, ("photos", "square", "24x16", "--set size=")),
        (too_large, ("photos", "8 to 128", "200x200", "--set size=")),
        (too_small, ("photos", "8 to 128", "4x4", "--set size=")),
        (too_many_pixels, ("photos/03.png", "64 million pixels", "smaller")),
        (class_with_one, ("'dogs'", "photos", "at least 2", "add")),
        (both_floors, ("photos", "cats", "class's folder")),
        (parts, ("photos", "parts", "test, train", "name one of them")),
        (idx_without_train, ("photos", "train-images-idx3-ubyte")),
    ],
)
def test_a_folder_that_cannot_be_learnt_from(spoil, says, photos, refused):
    spoil(photos)
    refused("fit", "photos", "--run", "run", "--steps", "2", says=says)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("size=4", ("size", "8 to 128", "got 4")),
        ("size=1000", ("size", "8 to 128", "1000")),
        ("size=big", ("size", "whole number", "'big'")),
        ("modality=table", ("photos", "table", "image")),
        ("separator=;", ("separator", "leave it out")),
        ("conditional=true", ("conditional", "classes", "photos")),
    ],
)
def test_a_setting_that_means_nothing_for_a_folder(setting, says, photos, refused):
    refused("fit", "photos", "--steps", "2", "--set", setting, says=says)


@pytest.mark.parametrize("mode", ["CMYK", "P", "L", "RGBA"])
def test_what_looks_odd_and_is_fine_is_learnt(mode, here, works):
    (here / "odd").mkdir()
    for index in range(12):
        suffix = "tif" if mode == "CMYK" else "png"
        picture(index, mode=mode).save(here / "odd" / f"{index}.{suffix}")
    works("fit", "odd", "--run", "run", "--steps", "1", "--set", "networks=mlp", "--set", "width=8")
    assert (here / "run" / "model").is_dir()


def test_a_file_of_no_known_kind(here, refused):
    (here / "notes.docx").write_bytes(b"PK")
    refused("fit", "notes.docx", says=("notes.docx", "no known kind", ".csv", ".npz"))
