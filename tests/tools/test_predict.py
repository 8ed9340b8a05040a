"""What predict.py reads and where its results lie."""

import hashlib

import cv2
import numpy as np
import pytest
import yaml
from PIL import Image

MASKS = "pseudo_color_prediction"


@pytest.fixture
def photos(tmp_path, rng):
    """Folder of three photographs, one of them below it."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "b.JPG", "sub/a.tif"):
        image = rng.integers(0, 256, size=(24, 30, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / name), image)
    return folder


@pytest.fixture
def predict(tool, trained):
    """predict(*arguments) -> stdout of a run that went well."""
    config, run = trained

    def run_it(*arguments):
        usual = ["--config", config, "--model_path", run / "iter_4"]
        status, out, stderr = tool("predict", *usual, *arguments)
        assert status == 0, stderr
        return out

    return run_it


@pytest.fixture
def predict_refused(refused, trained):
    config, run = trained

    def run_it(*arguments):
        usual = ["--config", config, "--model_path", run / "iter_4"]
        return refused("predict", *usual, *arguments)

    return run_it


def digests(folder):
    return {
        path: hashlib.md5(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def masks(folder):
    root = folder / MASKS
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.png"))


@pytest.mark.parametrize("written", ["absolute", "upwards"])
def test_a_list_never_leads_results_out_of_their_folder(
    predict, photos, tmp_path, written
):
    lists = tmp_path / "lists" / "fold0"
    lists.mkdir(parents=True)
    names = ["a.png", "b.JPG", "sub/a.tif", "a.png"]
    root = str(photos) if written == "absolute" else "../../photos"
    (lists / "val.txt").write_text("".join(f"{root}/{n}\n" for n in names) + "\n")
    before = digests(tmp_path)
    out = tmp_path / "out"
    predict("--image_path", lists / "val.txt", "--save_dir", out)
    assert {
        p: d for p, d in digests(tmp_path).items() if out not in p.parents
    } == before
    assert masks(out) == ["a.png", "b.png", "sub/a.png"]


def test_names_that_differ_in_their_suffix_alone(predict, photos, tmp_path):
    (photos / "a.jpg").write_bytes((photos / "b.JPG").read_bytes())
    (photos / "notes.txt").write_text("no picture")
    out = predict("--image_path", photos, "--save_dir", tmp_path / "out")
    assert masks(tmp_path / "out") == ["a_jpg.png", "a_png.png", "b.png", "sub/a.png"]
    assert "note: 1 files are no pictures:" in out and "notes.txt" in out


def test_earlier_results_are_not_predicted(predict, photos):
    for _ in range(2):
        predict("--image_path", photos, "--save_dir", photos / "out")
        assert masks(photos / "out") == ["a.png", "b.png", "sub/a.png"]


def test_a_result_that_would_replace_its_input(predict_refused, photos, tmp_path):
    out = tmp_path / "out"
    (out / MASKS).mkdir(parents=True)
    image = out / MASKS / "a.png"
    image.write_bytes((photos / "a.png").read_bytes())
    before = digests(tmp_path)
    sentence = predict_refused("--image_path", image, "--save_dir", out)
    assert "would replace" in sentence and digests(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--custom_color", 1, 2], "custom_color takes R G B of class 0, class 1"),
        (["--custom_color", 1, 2, 256], "each from 0 to 255"),
        (["--num_images", 0], "--num_images must be positive, not 0"),
        (["--opts", "model.widht=3"], "did you mean 'width'?"),
        (["--scales", 2], "--scales has no effect without --aug_pred"),
        (["--aug_pred", "--scales", 0], "scales must be numbers above 0, not 0.0"),
        (["--aug_pred", "--scales", 0.001], "leaves no pixel of an image of 24x30"),
        (["--crop_size", 9, 9], "--crop_size has no effect without --is_slide"),
        (["--is_slide", "--crop_size", 9, 9], "is_slide needs crop_size and stride"),
        (
            ["--is_slide", "--crop_size", 9, 9, "--stride", 9, 12],
            "stride [9, 12] exceeds crop_size [9, 9] in height, so that pixels",
        ),
        (
            ["--is_slide", "--crop_size", 9, 9, "--stride", -9, 9],
            "stride must be two positive integers, width and height, not [-9, 9]",
        ),
    ],
)
def test_refused_flags_leave_no_folder(
    predict_refused, photos, tmp_path, arguments, fault
):
    out = tmp_path / "deep" / "out"
    usual = ["--image_path", photos, "--save_dir", out]
    assert fault in predict_refused(*usual, *arguments)
    assert not out.parent.exists()


@pytest.mark.parametrize("where", ["flag", "configuration"])
def test_custom_colours(predict, photos, tmp_path, where):
    usual = ["--image_path", photos / "a.png", "--save_dir", tmp_path / "out"]
    colours = [0, 0, 0, 9, 8, 7]
    if where == "flag":
        predict(*usual, "--custom_color", *colours)
    else:
        predict(*usual, "--opts", f"test_config={{'custom_color': {colours}}}")
    with Image.open(tmp_path / "out" / MASKS / "a.png") as picture:
        assert picture.getpalette()[:6] == colours


def test_a_data_list_is_a_list_of_pictures(tool, files, tmp_path):
    """Relative to dataset_root, with labels, with val_dataset's separator."""
    folder, config = files
    (folder / "lists").mkdir()
    (folder / "my image.png").write_bytes((folder / "image0.png").read_bytes())
    path = folder / "lists" / "val.txt"
    path.write_text("my image.png,label0.png\nimage2.png , label2.png\n")
    run = tmp_path / "run"
    assert tool("train", "--config", config, "--save_dir", run)[0] == 0
    usual = ["--config", config, "--model_path", run / "iter_3", "--image_path", path]
    for arguments in (
        ["--separator", ","],
        ["--opts", "val_dataset.separator=','"],
    ):
        out = tmp_path / arguments[0]
        assert tool("predict", *usual, "--save_dir", out, *arguments)[0] == 0
        assert masks(out) == ["image2.png", "my image.png"]


def test_a_list_without_labels_is_predicted_and_not_scored(
    tool, refused, files, tmp_path
):
    folder, config = files
    run = tmp_path / "run"
    assert tool("train", "--config", config, "--save_dir", run)[0] == 0
    (folder / "test.txt").write_text("image0.png\nimage2.png\n")
    content = yaml.safe_load(config.read_text())
    data = content["val_dataset"]
    del data["val_path"]
    data.update(mode="test", test_path=str(folder / "test.txt"))
    config.write_text(yaml.safe_dump(content))
    usual = ["--config", config, "--model_path", run / "iter_3"]
    assert "image0.png has no label, so it can be predicted" in refused("val", *usual)
    status, _, stderr = tool("predict", *usual, "--save_dir", tmp_path / "out")
    assert status == 0, stderr
    assert masks(tmp_path / "out") == ["image0.png", "image2.png"]


@pytest.mark.parametrize(
    "transform",
    [
        "{'type': 'RandomHorizontalFlip'}",
        "{'type': 'RandomPaddingCrop', 'crop_size': [9, 9]}",
        "{'type': 'ResizeStepScaling'}",
        "{'type': 'Resize', 'target_size': [9, 9], 'interp': 'RANDOM'}",
    ],
)
@pytest.mark.parametrize("name", ["val", "predict"])
def test_random_transforms_are_refused(
    refused, trained, photos, tmp_path, name, transform
):
    config, run = trained
    more = ["--image_path", photos] if name == "predict" else []
    sentence = refused(
        name,
        *("--config", config, "--model_path", run / "iter_4", *more),
        *("--save_dir", tmp_path / "out", "--opts"),
        f"val_dataset.transforms=[{transform}, {{'type': 'Normalize'}}]",
    )
    assert "val_dataset.transforms.0: R" in sentence
    assert "is random, which evaluation and prediction are not" in sentence
    assert not (tmp_path / "out").exists()


def test_each_model_of_a_comparison_has_its_own_transforms(
    tool, predict, trained, photos, tmp_path
):
    config, run = trained
    content = yaml.safe_load(config.read_text())
    normalize = {"type": "Normalize", "mean": [0.9], "std": [0.1]}
    content["val_dataset"]["transforms"] = [normalize]
    other = tmp_path / "other.yml"
    other.write_text(yaml.safe_dump(content))
    usual = ["--image_path", photos, "--save_dir"]
    pairs = [f"{path}:{run / 'iter_4'}" for path in (config, other)]
    status, _, stderr = tool("predict", "--compare", *pairs, *usual, tmp_path / "both")
    assert status == 0, stderr
    for path in (config, other):
        alone = tmp_path / "alone" / path.stem
        arguments = ["--config", path, "--model_path", run / "iter_4"]
        assert tool("predict", *arguments, *usual, alone)[0] == 0
        for name in masks(alone):
            a = Image.open(alone / MASKS / name)
            b = Image.open(tmp_path / "both" / path.stem / MASKS / name)
            np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_a_video(predict, tmp_path, rng):
    path = tmp_path / "clip.avi"
    code = cv2.VideoWriter_fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), code, 12.0, (64, 48))
    for _ in range(5):
        writer.write(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8))
    writer.release()
    predict("--image_path", path, "--save_dir", tmp_path / "out")
    assert masks(tmp_path / "out") == [f"clip/{n:06}.png" for n in range(5)]
    frame = cv2.VideoCapture(str(path)).read()[1]
    cv2.imwrite(str(tmp_path / "frame.png"), frame)
    predict("--image_path", tmp_path / "frame.png", "--save_dir", tmp_path / "one")
    first = np.asarray(Image.open(tmp_path / "out" / MASKS / "clip" / "000000.png"))
    np.testing.assert_array_equal(
        first, np.asarray(Image.open(tmp_path / "one" / MASKS / "frame.png"))
    )
    shown = cv2.VideoCapture(str(tmp_path / "out" / "added_prediction" / "clip.mp4"))
    assert shown.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    assert shown.get(cv2.CAP_PROP_FPS) == 12
    assert shown.read()[1].shape == (48, 64, 3)


def test_a_video_that_is_none(predict_refused, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    usual = ["--image_path", tmp_path / "clip.mp4", "--save_dir", tmp_path / "out"]
    assert "clip.mp4 cannot be read by OpenCV" in predict_refused(*usual)
    assert not (tmp_path / "out").exists()
