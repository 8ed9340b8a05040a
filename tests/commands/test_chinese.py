"""Commands speak Chinese where --lang or the locale says so, and English elsewhere."""

import subprocess
import sys

import pytest

from paddle_resample.commands import COMMANDS, command_parser
from paddle_resample.language import choose_language, language, translated

CONFIG = "configs/unet/unet_bilinear.yml"
CEILING = "configs/demo/unet_bilinear.yml"
NO_FILE = "配置 'nope.yml' 无法读取：没有这个文件或文件夹"


@pytest.fixture(autouse=True)
def english_afterwards(monkeypatch):
    yield
    monkeypatch.undo()
    choose_language("en")


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("sites nope.yml", NO_FILE),
        (
            "show carafee",
            "未知的重采样算子 'carafee'；你是否想写 'carafe' 或 'carafe_down'？",
        ),
        (
            f"train --config {CONFIG} --opts iters",
            "--opts 应为 key=value，而不是 'iters'；含空格的值需要加引号",
        ),
        (
            f"train --config {CONFIG} --opts model.upsampl=carafe",
            "--opts model.upsampl=carafe: model.upsampl: ResampleUNet: 没有参数 "
            "'upsampl'；你是否想写 'upsample'？",
        ),
        (
            f"check {CONFIG} --opts batch_size=-1",
            "--opts batch_size=-1: batch_size: batch_size 应为正整数，而不是 -1",
        ),
        (
            f"val --config {CONFIG} --model_path nowhere",
            "检查点 'nowhere' 不存在",
        ),
        (
            f"val --config {CONFIG} --model_path x --flip_horizontal",
            "没有 --aug_eval 时 --flip_horizontal 不起作用",
        ),
        ("predict", "请给出 --config 和 --model_path，或 --compare CONFIG:WEIGHTS"),
        ("compare --image setup.py", "图像 'setup.py' 无法读取：格式未知"),
        (
            "lab --operators carafe:kernel_size=4",
            "carafe: kernel_size 应为正奇数，而不是 4",
        ),
        ("study --plan", "--plan 需要 --pilot FOLDER 或 --noise SEEDS IMAGES"),
        (f"ceiling --config {CONFIG} --strides 1", "步长 1: 应为不小于 2 的整数"),
        ("convert a.pdparams b.txt", "'b.txt' 应以 .pdparams 或 .safetensors 结尾"),
    ],
)
def test_a_mistake_is_answered_in_chinese(command, words, sentence):
    status, _, stderr = command(*words.split(), "--lang", "zh")
    assert status == 2
    assert stderr.splitlines()[-1] == f"错误：{sentence}"


def test_several_mistakes_are_listed_in_chinese(command):
    opts = ["batch_size=0", "optimizer.type=sdg"]
    status, out, stderr = command("check", CONFIG, "--opts", *opts, "--lang", "zh")
    assert status == 2
    assert "optimizer.type: 未知的 type 'sdg'" in out
    assert stderr == f"错误：{CONFIG} 有 2 处错误，见上\n"


def test_figures_are_drawn_in_the_language_of_the_command(
    command, monkeypatch, tmp_path
):
    seen = []
    for module, names in (
        ("lab", ["save_measured", "save_table"]),
        ("compare", ["save_figure"]),
    ):
        for name in names:
            monkeypatch.setattr(
                f"paddle_resample.commands.{module}.{name}",
                lambda *values: seen.append(values[-1]),
            )
    words = ["--operators", "nearest", "--save_dir", str(tmp_path), "--lang", "zh"]
    assert command("lab", *words)[0] == 0
    assert command("compare", *words, "--size", "64")[0] == 0
    assert seen == ["zh"] * 3
    monkeypatch.setattr(
        "paddle_resample.commands.ceiling.save_ceiling_figure",
        lambda *values: seen.append(values[-1]),
    )
    words = ["--strides", "4", "--images", "1", "--fitted_images", "0", "--lang", "zh"]
    folder = ["--save_dir", str(tmp_path)]
    assert command("ceiling", "--config", CEILING, *words, *folder)[0] == 0
    assert seen == ["zh"] * 4


def test_argparse_speaks_it_too(command):
    _, _, stderr = command("show", "--lang", "zh")
    assert stderr.startswith("用法：paddle-resample show ")
    assert stderr.endswith("错误：缺少必需的参数：name\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_chinese(name):
    choose_language("zh")
    _, parser = command_parser(name, f"paddle-resample {name}")
    text = parser.format_help()
    assert "用法：" in text and "选项:" in text and "%(" not in text
    english = [line for line in text.splitlines() if " the " in line]
    assert english == []
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize(
    "environment, words, expected",
    [
        ({}, [], "en"),
        ({"LANG": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "zh"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, [], "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, [], "zh"),
        ({"LANG": "zha"}, [], "en"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], "en"),
        ({}, ["--lang=zh"], "zh"),
        ({}, ["--lan", "zh"], "zh"),
    ],
)
def test_which_language(command, monkeypatch, environment, words, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    status, _, stderr = command("sites", "nope.yml", *words)
    assert status == 2
    beginning = {"zh": "错误：配置", "en": "error: configuration"}[expected]
    assert stderr.startswith(beginning)
    assert language() == expected


def test_an_unknown_language_is_refused(command):
    status, _, stderr = command("list", "--lang", "fr")
    assert status == 2
    assert "argument --lang: invalid choice: 'fr'" in stderr


def test_lang_before_the_command(command):
    status, out, _ = command("--lang", "zh", "configs")
    assert status == 0 and "configs/unet/unet_bilinear.yml" in out
    assert "train       训练一份配置中的模型" in command("--lang=zh", "--help")[1]


def test_operators_are_described_in_chinese(command):
    _, out, _ = command("show", "max_unpool", "--lang", "zh")
    assert "用 max_pool 记录的索引求逆；无权重。" in out
    assert "pool_indices，由 max_pool 记录" in out
    out = "".join(command("show", "carafe", "--lang", "zh")[1].split())
    assert "重组的k，奇数。" in out and "k of the reassembly" not in out
    _, out, _ = command("list", "--lang", "zh")
    assert "上采样：插值，无权重" in out and "Upsamplers" not in out


def test_what_nobody_translated_stays_as_it_is():
    choose_language("zh")
    assert translated("one of those sentences: of somebody else") == (
        "one of those sentences: of somebody else"
    )


def test_a_terminal_without_chinese_gets_english():
    program = "from paddle_resample.commands import main; main(words=['sites', 'nope'])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"LC_ALL": "zh_CN", "PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert "error: configuration 'nope' must end in" in done.stderr


def test_english_loads_no_catalogue():
    program = (
        "import sys; from paddle_resample.catalogue import describe;"
        "describe('carafe'); assert 'polib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
