import pytest

from paddle_resample.commands.configs import names_of_all, root
from paddle_resample.seg.config.config import ResampleConfig


def test_lists_what_can_be_trained(command):
    status, out, _ = command("configs")
    names = out.splitlines()
    assert status == 0 and "configs/unet/unet_bilinear.yml" in names
    assert all((root() / name).is_file() for name in names)
    assert not any("_base_" in name for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "configs/demo/unet_pixel_shuffle.yml",
        "unet_plus_plus_fine_shapes",
        "fpn_resnet18_camvid",
    ],
)
def test_a_copy_is_whole(command, tmp_path, name):
    status, out, stderr = command("configs", name, "--to", tmp_path)
    assert status == 0, stderr
    (copy,) = [line for line in out.splitlines() if name in line]
    theirs = root() / copy[len(str(tmp_path)) + 1 :]
    assert ResampleConfig(copy).dic == ResampleConfig(str(theirs)).dic


def test_a_study_brings_its_configuration(command, tmp_path):
    command("configs", "studies/unet_fine_shapes", "--to", tmp_path)
    assert (tmp_path / "configs/fine_shapes/unet_bilinear.yml").is_file()
    assert (tmp_path / "configs/_base_/fine_shapes.yml").is_file()


def test_all_of_them(command, tmp_path):
    assert command("configs", "--all", "--to", tmp_path)[0] == 0
    assert all((tmp_path / name).is_file() for name in names_of_all())


def test_a_file_that_differs_stays(command, tmp_path):
    own = tmp_path / "configs/unet/unet_bilinear.yml"
    own.parent.mkdir(parents=True)
    own.write_text("mine: 1\n")
    status, _, stderr = command("configs", "unet/unet_bilinear", "--to", tmp_path)
    assert status == 2 and "unet_bilinear.yml is there and differs" in stderr
    assert own.read_text() == "mine: 1\n"
    own.unlink()
    for _ in range(2):  # the second time it is the same
        assert command("configs", "unet/unet_bilinear", "--to", tmp_path)[0] == 0


@pytest.mark.parametrize(
    "name",
    [
        "configs/unet/unet_bilinear.yml",
        "unet/unet_bilinear",
        "unet/unet_bilinear.yaml",
        "./configs/unet/unet_bilinear",
        "configs\\unet\\unet_bilinear.yml",
    ],
)
def test_spellings(command, tmp_path, name):
    status, out, _ = command("configs", name, "--to", tmp_path)
    assert status == 0 and out.startswith(f"{tmp_path}/configs/unet/unet_bilinear.yml")


@pytest.mark.parametrize(
    "name, answer",
    [
        ("unet_bilinar", "did you mean 'configs/unet/unet_bilinear.yml'"),
        ("configs/unet/unet_bilinar.yml", "did you mean 'configs/unet/unet_bilinear"),
        ("fpn_resnt18_camvid", "did you mean 'configs/fpn/fpn_resnet18_camvid.yml'"),
        ("unet_bilinear", "configs/fine_shapes/unet_bilinear.yml, configs/unet/unet_"),
        ("unet", "'unet' is a folder: say which of configs/unet/unet_bilinear.yml, "),
        ("configs/unet/", "is a folder: say which of configs/unet/unet_bilinear.yml, "),
        ("zzz", "no configuration is called 'zzz' (without a name all are listed)\n"),
    ],
)
def test_a_wrong_name(command, tmp_path, name, answer):
    status, _, stderr = command("configs", name, "--to", tmp_path)
    assert status == 2 and answer in stderr
    assert stderr.count("\n") == 1 and not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written(command, tmp_path):
    (tmp_path / "file").touch()
    status, _, stderr = command(
        "configs", "unet/unet_bilinear", "--to", tmp_path / "file"
    )
    assert status == 2 and stderr.startswith(f"error: --to '{tmp_path}/file/configs/")
