import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from sparring.core.errors import WrongUse
from sparring.data.reading import read_header, read_image


def noise(seed=0, size=(16, 16)):
    array = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return PIL.Image.fromarray(array)


def sixteen_bit_rgb(path):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 16, 16, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(16 * 6) for _ in range(16))
    signature = b"\x89PNG\r\n\x1a\n"
    end = chunk(b"IEND", b"")
    path.write_bytes(signature + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + end)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
def test_lossless_files_give_their_pixels(tmp_path, suffix):
    picture, path = noise(), tmp_path / f"a{suffix}"
    picture.save(path)
    assert (read_image(path, 3) == np.asarray(picture)).all()


def test_grey_and_colour_are_converted_as_asked(tmp_path):
    PIL.Image.new("L", (8, 8), 100).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png", 3).tolist()[0][0] == [100, 100, 100]
    assert read_image(tmp_path / "a.png", 1)[0, 0] == 100


def test_black_and_white_becomes_0_and_255(tmp_path):
    PIL.Image.new("1", (8, 8), 1).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png", 1).min() == 255


def test_palettes_become_their_colours(tmp_path):
    picture = PIL.Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    picture.save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png", 3)[0, 0].tolist() == [10, 20, 30]


def test_cmyk_becomes_rgb(tmp_path):
    # No ink but cyan: red is taken away, green and blue stay.
    PIL.Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(tmp_path / "a.jpg", quality=100)
    red, green, blue = (int(level) for level in read_image(tmp_path / "a.jpg", 3)[8, 8])
    assert red < 10
    assert green > 245
    assert blue > 245


def test_the_orientation_of_a_photograph_is_applied(tmp_path):
    picture = PIL.Image.new("L", (8, 16))
    picture.putpixel((0, 0), 255)
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # stored lying on its left side
    picture.save(tmp_path / "a.png", exif=exif)
    turned = read_image(tmp_path / "a.png", 1)
    assert turned.shape == (8, 16)
    assert turned[0, -1] == 255
    header = read_header(tmp_path / "a.png")
    assert (header.width, header.height) == (16, 8)


def test_a_size_takes_the_middle_square_and_smooths(tmp_path):
    # Left and right bands are cut away; the chequerboard between averages to grey.
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    wide = np.pad(board, ((0, 0), (30, 30)), constant_values=255)
    PIL.Image.fromarray(wide).save(tmp_path / "a.png")
    small = read_image(tmp_path / "a.png", 1, size=8)
    assert small.shape == (8, 8)
    # Lanczos overshoots a little at the border; picking pixels would give 0 or 255.
    assert abs(small.astype(int) - 127).max() <= 10


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".tif"])
def test_several_pictures_in_one_file_are_refused(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    noise(0).save(path, save_all=True, append_images=[noise(1), noise(2)])
    for read in (read_header, lambda path: read_image(path, 3)):
        with pytest.raises(WrongUse, match=rf"a\{suffix} is animated or holds 3 pictures"):
            read(path)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_are_refused(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    PIL.Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(path)
    with pytest.raises(WrongUse, match="more than 8 bits per channel: convert it"):
        read_header(path)


def test_sixteen_bit_colours_are_refused_too(tmp_path):
    sixteen_bit_rgb(tmp_path / "a.png")
    with pytest.raises(WrongUse, match="more than 8 bits per channel"):
        read_header(tmp_path / "a.png")


def test_transparency_is_refused_unless_all_is_opaque(tmp_path):
    PIL.Image.new("RGBA", (8, 8), (1, 2, 3, 255)).save(tmp_path / "opaque.png")
    PIL.Image.new("RGBA", (8, 8), (1, 2, 3, 128)).save(tmp_path / "glass.png")
    assert read_image(tmp_path / "opaque.png", 3)[0, 0].tolist() == [1, 2, 3]
    with pytest.raises(WrongUse, match=r"glass\.png is partly transparent: flatten it"):
        read_image(tmp_path / "glass.png", 3)


def test_a_transparent_colour_of_a_palette_is_transparency(tmp_path):
    PIL.Image.new("P", (8, 8)).save(tmp_path / "a.png", transparency=0)
    with pytest.raises(WrongUse, match="partly transparent"):
        read_image(tmp_path / "a.png", 3)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".webp", ".tif"])
def test_a_file_that_is_cut_short_is_named(tmp_path, suffix):
    path = tmp_path / f"cut{suffix}"
    noise().save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(WrongUse, match=rf"cut\{suffix} is not an image that can be read"):
        read_image(path, 3)


@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_a_file_that_is_no_image_is_named(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(WrongUse, match=r"a\.png is not an image"):
        read_header(tmp_path / "a.png")


@pytest.mark.parametrize("side", [8100, 20_000])
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path, side):
    PIL.Image.new("1", (side, side)).save(tmp_path / "a.png")
    with pytest.raises(WrongUse, match="more than 64 million pixels"):
        read_header(tmp_path / "a.png")
