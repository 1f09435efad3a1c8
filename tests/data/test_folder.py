import PIL.Image
import pytest

from sparring.core.errors import WrongUse
from sparring.data import open_dataset


def test_a_folder_of_grey_images_has_one_channel(make_folder):
    dataset = open_dataset(make_folder(mode="L"))
    assert dataset.modality.shape == (1, 16, 16)
    assert (len(dataset.train), len(dataset.heldout), dataset.classes) == (11, 1, None)
    assert dataset.name == "photos"


def test_one_coloured_image_makes_all_of_them_rgb(make_folder):
    folder = make_folder(mode="L")
    PIL.Image.new("RGB", (16, 16)).save(folder / "z.png")
    assert open_dataset(folder).modality.shape == (3, 16, 16)


def test_folders_are_classes(make_folder):
    make_folder("pets/dog", n=10)
    root = make_folder("pets/cat", n=20).parent
    dataset = open_dataset(root, heldout=0.2)
    assert dataset.classes == ("cat", "dog")
    train = dataset.train.y.tolist()
    assert (train.count(0), train.count(1)) == (16, 8)


def test_no_file_is_both_trained_on_and_held_out(make_folder):
    dataset = open_dataset(make_folder(n=30), heldout=0.3)
    kept = {image.tobytes() for image in dataset.real()}
    out = {image.tobytes() for image in dataset.unseen()}
    assert len(kept) + len(out) == 30
    assert not kept & out


def test_a_size_makes_all_images_alike(make_folder):
    folder = make_folder()
    PIL.Image.new("RGB", (50, 20)).save(folder / "z.png")
    with pytest.raises(WrongUse, match=r"several sizes, 16x16 \(12\), 50x20 \(1\).*--set size=64"):
        open_dataset(folder)
    assert open_dataset(folder, size=8).modality.shape == (3, 8, 8)


@pytest.mark.parametrize("size", [(200, 200), (16, 20), (4, 4)])
def test_images_that_are_no_small_squares_are_refused(make_folder, size):
    with pytest.raises(WrongUse, match=f"squares of 8 to 128 pixels, got {size[0]}x{size[1]}"):
        open_dataset(make_folder(size=size))


def test_empty_folders_and_folders_without_images_say_so(tmp_path):
    with pytest.raises(WrongUse, match=r"holds no images \(it is empty\)"):
        open_dataset(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(WrongUse, match=r"holds no images \(only notes\.txt\)"):
        open_dataset(tmp_path)


@pytest.mark.parametrize("n", [1, 9])
def test_too_few_images_are_refused(make_folder, n):
    with pytest.raises(WrongUse, match=f"at least 10 images, got {n}: add more"):
        open_dataset(make_folder(n=n))


def test_a_class_with_one_image_is_refused(make_folder):
    make_folder("pets/dog", n=1)
    root = make_folder("pets/cat", n=20).parent
    with pytest.raises(WrongUse, match=r"Class 'dog' of .* has one image"):
        open_dataset(root)


def test_images_on_both_floors_are_refused(make_folder):
    make_folder("pets/dog")
    root = make_folder("pets/cat").parent
    PIL.Image.new("RGB", (16, 16)).save(root / "stray.png")
    with pytest.raises(WrongUse, match="has images and folders of images"):
        open_dataset(root)


def test_train_and_test_are_no_classes(make_folder):
    make_folder("pets/train")
    root = make_folder("pets/test").parent
    with pytest.raises(WrongUse, match="parts test, train, not classes"):
        open_dataset(root)


def test_a_truncated_image_is_named(make_folder):
    folder = make_folder()
    path = folder / "003.png"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(WrongUse, match=r"003\.png is not an image that can be read"):
        open_dataset(folder)
