"""Do the data match their sources, are they the same for everybody, and is importing them cheap?"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from labkit import data
from solutions.data import make_data


@pytest.mark.parametrize(
    ("load", "pixels", "n_train", "n_test", "fewest", "most"),
    [(data.digits8, 64, 1200, 597, 54, 63), (data.digits14, 196, 4000, 1000, 100, 100)],
)
def test_digits_are_images_between_paper_and_ink_split_evenly_by_class(load, pixels, n_train, n_test, fewest, most):
    digits = load()
    assert digits.train_images.shape == (n_train, pixels) and digits.test_images.shape == (n_test, pixels)
    for images in (digits.train_images, digits.test_images):
        assert images.dtype == np.float64
        assert images.min() == 0 and images.max() == 1
    assert np.bincount(digits.train_labels).tolist() == [n_train // 10] * 10
    counts = np.bincount(digits.test_labels)
    assert counts.min() == fewest and counts.max() == most
    assert digits.train_labels.dtype == digits.test_labels.dtype == np.int64


@pytest.mark.parametrize("load", [data.digits8, data.digits14])
def test_no_test_image_is_a_training_image_and_both_parts_are_shuffled(load):
    digits = load()
    train = {image.tobytes() for image in digits.train_images}
    assert not any(image.tobytes() in train for image in digits.test_images)
    for labels in (digits.train_labels, digits.test_labels):
        assert np.mean(labels[1:] == labels[:-1]) < 0.15


def test_changing_what_was_loaded_changes_nothing_for_the_next():
    data.digits8().train_images[:] = 7
    assert data.digits8().train_images.max() == 1


def test_the_training_digits_can_be_had_where_the_held_out_file_is_hidden(monkeypatch, tmp_path):
    (tmp_path / "digits14_train.npz").write_bytes((data.FILES / "digits14_train.npz").read_bytes())
    expected = data.digits14()
    monkeypatch.setattr(data, "FILES", tmp_path)
    data._read.cache_clear()
    images, labels = data.digits14_train()
    with pytest.raises(FileNotFoundError):
        data.digits14()
    monkeypatch.undo()
    data._read.cache_clear()
    assert np.array_equal(images, expected.train_images) and np.array_equal(labels, expected.train_labels)


def test_the_8_by_8_digits_are_scikit_learns_split_by_the_committed_script():
    datasets = pytest.importorskip("sklearn.datasets")
    images, labels = datasets.load_digits(return_X_y=True)
    train, test = make_data.balanced_split(labels, 1200, np.random.default_rng(make_data.SEED))
    expected = images[train] / 16, labels[train], images[test] / 16, labels[test]
    for ours, theirs in zip(data.digits8(), expected, strict=True):
        assert np.array_equal(ours, theirs)


def test_pooling_averages_each_block_of_four_pixels():
    image = np.zeros((28, 28))
    image[:2, :2] = [[10, 20], [30, 41]]
    image[26:, 26:] = 255
    pooled = make_data.pool(image.reshape(1, -1)).reshape(14, 14)
    assert pooled[0, 0] == 25 and pooled[13, 13] == 255 and pooled.sum() == 280


def test_silero_is_read_as_the_safetensors_package_reads_it():
    from safetensors.numpy import load_file

    theirs, ours = load_file(data.FILES / "silero_vad_16k.safetensors"), data.silero()
    assert len(ours) == 15 and sum(array.size for array in ours.values()) == 309_633
    assert set(ours) == set(theirs)
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype and np.array_equal(array, theirs[name])
        array[...] = 0  # the learner may change what was loaded


def test_the_reader_is_a_network_of_three_layers():
    layers = data.pretrained_reader()
    assert [weights.shape for weights, _ in layers] == [(196, 64), (64, 64), (64, 10)]
    assert sum(weights.size + bias.size for weights, bias in layers) == 17_418


def test_data_load_with_numpy_alone_and_labkit_imports_nothing_heavy():
    code = (
        "import sys; from labkit import data; data.digits14_train(); data.silero()\n"
        "heavy = {'matplotlib', 'IPython', 'ipywidgets', 'safetensors', 'scipy', 'autograder', 'weightlab'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_files_are_small_and_each_has_its_source():
    files = [path for path in data.FILES.iterdir() if path.is_file() and path.suffix != ".md"]
    assert sum(path.stat().st_size for path in files) < 2 * 2**20
    sources = (data.FILES / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in sources for path in files)
