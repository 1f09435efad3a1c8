"""Sounds of folders, archives and arrays get one rate and one length, and what is done is said."""

import io
import os
import sys
import wave
import zipfile

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.data.restoring import modality_from
from sparring.data.sound import Sound
from sparring.data.soundfiles import read_sound, resample, write_sound

torch.set_num_threads(1)

SHELF = os.environ.get("SPARRING_DATA")


def tone(length=200, rate=8000, pitch=400.0, loud=0.5):
    return (loud * np.sin(2 * np.pi * pitch * np.arange(length) / rate)).astype(np.float32)


def fill(folder, count=12, length=200, rate=8000):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        content = write_sound(tone(length, rate, 200.0 + 50 * number), rate)
        (folder / f"{number:02d}.wav").write_bytes(content)
    return folder


def test_a_folder_of_sounds_is_opened_as_audio(tmp_path):
    dataset = open_dataset(fill(tmp_path / "beeps"))
    assert dataset.modality.describe() == {"modality": "audio", "length": 256, "rate": 8000}
    assert (len(dataset.train), len(dataset.heldout)) == (11, 1)
    assert dataset.classes is None
    x = dataset.train[torch.tensor([0])]["x"]
    assert x.shape == (1, 1, 256)
    assert float(x.abs().max()) <= 0.5
    assert bool((x[..., 200:] == 0).all())
    assert "0 of 12 sounds were cut at their end, and 12 end in silence" in dataset.about


def test_folders_in_a_folder_are_classes(tmp_path):
    fill(tmp_path / "both" / "high"), fill(tmp_path / "both" / "low")
    dataset = open_dataset(tmp_path / "both", length=200)
    assert dataset.classes == ("high", "low")
    assert dataset.about == ""


def test_an_archive_is_opened_as_its_folder_is(tmp_path):
    fill(tmp_path / "both" / "high"), fill(tmp_path / "both" / "low")
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("both/readme.txt", "beeps")
        for path in sorted((tmp_path / "both").rglob("*.wav")):
            archive.write(path, f"both/{path.parent.name}/{path.name}")
    folder, packed = open_dataset(tmp_path / "both"), open_dataset(tmp_path / "both.zip")
    assert packed.classes == folder.classes
    np.testing.assert_array_equal(packed.real(), folder.real())


def test_longer_sounds_keep_their_beginning_and_shorter_ones_end_in_silence(tmp_path):
    fill(tmp_path / "beeps", 11)
    long = np.linspace(0, 0.9, 1000, dtype=np.float32)
    (tmp_path / "beeps" / "long.wav").write_bytes(write_sound(long, 8000))
    dataset = open_dataset(tmp_path / "beeps", length=300)
    every = np.concatenate([dataset.real(), dataset.unseen()])
    (kept,) = (row for row in every if row[299] != 0)
    np.testing.assert_allclose(kept, long[:300], atol=1 / 32768)
    assert "1 of 12 sounds were cut at their end, and 11 end in silence" in dataset.about


def test_other_rates_are_resampled_to_that_of_most_and_that_is_said(tmp_path):
    fill(tmp_path / "beeps", 11)
    slow = write_sound(tone(400, 16_000, 300.0), 16_000)
    (tmp_path / "beeps" / "other.wav").write_bytes(slow)
    dataset = open_dataset(tmp_path / "beeps", length=200)
    assert dataset.modality.rate == 8000
    assert dataset.about == "1 of 12 sounds were resampled from 16,000 Hz to 8,000 Hz."
    asked = open_dataset(tmp_path / "beeps", length=100, rate=4000)
    assert asked.modality.rate == 4000
    assert "12 of 12 sounds were resampled from 8,000, 16,000 Hz to 4,000 Hz." in asked.about


def test_resampling_keeps_the_pitch_and_cuts_what_the_new_rate_can_not_hold():
    low, high = tone(1600, 16_000, 440.0), tone(1600, 16_000, 7000.0)
    found = resample(low, 16_000, 8000)
    np.testing.assert_allclose(found[50:-50], tone(800, 8000, 440.0)[50:-50], atol=0.01)
    assert np.abs(resample(high, 16_000, 8000)[50:-50]).max() < 0.01


def test_channels_are_mixed_down_and_that_is_said(tmp_path):
    fill(tmp_path / "beeps", 11)
    both = np.stack([np.full(200, 0.5), np.full(200, -0.25)], 1)
    wavfile.write(tmp_path / "beeps" / "stereo.wav", 8000, both.astype(np.float32))
    dataset = open_dataset(tmp_path / "beeps", length=200)
    assert dataset.about == "1 of 12 sounds had several channels, whose mean was taken."
    every = np.concatenate([dataset.real(), dataset.unseen()])
    assert bool((every == 0.125).all(1).any())


@pytest.mark.parametrize(
    ("kind", "samples"),
    [
        (np.int16, [16384, -32768, 0, 8192]),
        (np.int32, [2**30, -(2**31), 0, 2**29]),
        (np.uint8, [192, 0, 128, 160]),
        (np.float32, [0.5, -1.0, 0.0, 0.25]),
    ],
)
def test_samples_of_all_kinds_become_numbers_between_minus_one_and_one(kind, samples):
    out = io.BytesIO()
    wavfile.write(out, 11_025, np.array(samples, dtype=kind))
    heard = read_sound(out.getvalue(), "some.wav")
    assert (heard.rate, heard.wave.tolist()) == (11_025, [0.5, -1.0, 0.0, 0.25])


def test_24_bits_are_read():
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(8000)
        for level in (2**22, -(2**23)):
            file.writeframes(level.to_bytes(3, "little", signed=True))
    assert read_sound(out.getvalue(), "some.wav").wave.tolist() == [0.5, -1.0]


def test_other_formats_are_read_by_soundfile(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "tone.flac", tone(), 8000)
    heard = read_sound((tmp_path / "tone.flac").read_bytes(), "tone.flac")
    np.testing.assert_allclose(heard.wave, tone(), atol=1e-4)


def test_arrays_are_sounds_where_a_rate_says_so():
    array = np.random.default_rng(0).integers(-9, 9, (20, 64)).astype(np.int16)
    dataset = open_dataset(array, modality="audio", rate=8000, labels=["a", "b"] * 10)
    assert dataset.modality.shape == (1, 64)
    assert dataset.classes == ("a", "b")
    assert dataset.real().min() >= -9 / 32768


def test_decoding_gives_back_what_was_encoded():
    sound, items = Sound(200, 8000), np.stack([tone(), -tone()])
    np.testing.assert_array_equal(sound.decode(sound.encode(items)), items)
    assert sound.decode(torch.full((1, 1, 200), 3.0)).max() == 1.0
    assert modality_from(sound.describe()).shape == (1, 200)


def test_sounds_are_saved_as_files_of_their_rate(tmp_path):
    sound, items = Sound(200, 8000), np.stack([tone(), -tone()])
    sound.save(items, tmp_path / "folder")
    rate, samples = wavfile.read(tmp_path / "folder" / "00001.wav")
    assert (rate, samples.dtype) == (8000, np.int16)
    np.testing.assert_allclose(samples / 32768, -tone(), atol=1 / 32768)
    sound.save(items, tmp_path / "packed.zip")
    with zipfile.ZipFile(tmp_path / "packed.zip") as archive:
        assert archive.namelist() == ["00000.wav", "00001.wav"]
    sound.save(items, tmp_path / "all.wav")
    assert len(wavfile.read(tmp_path / "all.wav")[1]) == 2 * (200 + 2000)
    sound.save(items, tmp_path / "all.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "all.npy"), items)
    with pytest.raises(WrongUse, match=r"must end in \.zip, \.wav"):
        sound.save(items, tmp_path / "all.mp3")


def test_a_preview_is_a_picture_and_a_sound(tmp_path):
    Sound(200, 8000).preview(np.stack([tone(), -tone()]), tmp_path / "step-1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-1.png", "step-1.wav"]


@pytest.mark.skipif(not SHELF, reason="needs $SPARRING_DATA")
def test_spoken_digits_are_asked_for_by_digit_and_speaker():
    dataset = open_dataset("spoken-digits", length=500)
    assert (len(dataset.train), len(dataset.heldout)) == (2700, 300)
    y = dataset.condition.ask({"digit": 3, "speaker": "theo"}, 1)
    assert dataset.condition.tell(y) == [{"digit": "3", "speaker": "theo"}]
    counts = dataset.heldout[torch.arange(300)]["y"].sum(0).tolist()
    assert counts == [30] * 10 + [50] * 6
    assert "3,000 of 3,000" in dataset.about


def broken(folder, content, name="broken.wav"):
    fill(folder)
    (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (write_sound(np.zeros(0), 8000), "must hold a sound, and it has no samples"),
        (b"no sound at all", "can't be read as a WAV file"),
        (write_sound(np.zeros(9), 8000)[:20], "can't be read as a WAV file"),
        (b"", "can't be read as a WAV file"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path, content, said):
    with pytest.raises(WrongUse, match=rf"broken\.wav.*{said}"):
        open_dataset(broken(tmp_path / "beeps", content))


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    out = io.BytesIO()
    wavfile.write(out, 8000, np.array([0.0, np.nan], dtype=np.float32))
    with pytest.raises(WrongUse, match="must hold finite numbers"):
        open_dataset(broken(tmp_path / "beeps", out.getvalue()))


def test_a_missing_reader_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(WrongUse, match=r"pip install 'sparring\[audio\]'"):
        open_dataset(broken(tmp_path / "beeps", b"fLaC", "tone.flac"))


def test_a_folder_without_sounds_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no sounds")
    with pytest.raises(WrongUse, match="holds no sounds"):
        open_dataset(tmp_path, modality="audio")


def test_too_few_sounds_are_refused(tmp_path):
    with pytest.raises(WrongUse, match="at least 10 sounds, got 9"):
        open_dataset(fill(tmp_path / "few", 9))


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "sounds.zip").write_bytes(b"nothing")
    with pytest.raises(WrongUse, match=r"can't be read as a \.zip"):
        open_dataset(tmp_path / "sounds.zip")


ARRAY = np.zeros((12, 64), dtype=np.float32)


@pytest.mark.parametrize(
    ("thing", "options", "said"),
    [
        (ARRAY, {}, "don't say their rate"),
        (ARRAY[:, :0], {"rate": 8000}, "must have samples"),
        (ARRAY[:, :, None], {"rate": 8000}, r"shape \(n, length\), one channel"),
        (ARRAY + 2, {"rate": 8000}, r"finite and in \[-1, 1\]"),
        (ARRAY.astype(np.int64), {"rate": 8000}, "must be int16"),
        (ARRAY, {"rate": 0}, "rate must be a whole number"),
        (ARRAY, {"rate": 8000, "length": 0}, "length must be a whole number"),
        (ARRAY, {"rate": 8000, "size": 16}, "size means nothing for sounds"),
    ],
)
def test_wrong_arrays_and_options_are_refused(thing, options, said):
    with pytest.raises(WrongUse, match=said):
        open_dataset(thing, modality="audio", **options)


def test_length_and_rate_are_refused_of_what_is_no_sound():
    with pytest.raises(WrongUse, match="length and rate are for sounds, got image data"):
        open_dataset("digits", length=64)
