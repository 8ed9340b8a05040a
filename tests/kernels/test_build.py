import os
import re
import shutil
import stat
import subprocess
import sys
import time

import paddle
import pytest

from checkout import ROOT
from paddle_resample.errors import UsageError
from paddle_resample.kernels import build, choice
from paddle_resample.kernels.in_use import layers_in_use
from paddle_resample.ops import pixel_shuffle

# A compiler that notes its calls and links an empty file.
COMPILER = """#!/bin/sh
if [ "$1" = --version ]; then echo "a compiler"; exit; fi
echo "$@" >> {log}
{then}
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then : > "$2"; fi; shift; done
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with an empty cache, nothing decided yet."""
    monkeypatch.setenv("PADDLE_RESAMPLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PADDLE_RESAMPLE_NATIVE", "auto")
    monkeypatch.setattr(choice, "_offered", None)
    monkeypatch.setattr(choice, "_SMALL", {})
    return tmp_path


@pytest.fixture
def install(machine, monkeypatch):
    """install(then="sh commands") puts a compiler there; returns its log."""

    def put(then=""):
        path, log = machine / "compiler", machine / "log"
        path.write_text(COMPILER.format(log=log, then=then))
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("CXX", str(path))
        return log

    return put


def shuffled(capsys):
    """Shuffle twice; return what was said."""
    x = paddle.arange(8, dtype="float32").reshape([1, 4, 1, 2])
    for _ in range(2):
        y = pixel_shuffle(x, 2)
        assert y.numpy()[0, 0].tolist() == [[0, 2, 1, 3], [4, 6, 5, 7]]
    return capsys.readouterr().err


def test_without_a_compiler_paddle_runs_and_one_line_says_so(
    machine, monkeypatch, capsys
):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    assert shuffled(capsys) == (
        "paddle_resample: no native kernels, there is no C++ compiler (g++ or "
        "clang++); Paddle's operators run\n"
    )
    assert choice.status() == (
        "not there (auto): there is no C++ compiler (g++ or clang++)"
    )


def test_without_a_compiler_an_earlier_library_serves(machine, install, monkeypatch):
    install()
    library = build.build()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX")
    assert build.find_library() == library


def test_a_failed_build_is_told_in_one_line_and_not_repeated(machine, install, capsys):
    log = install(then='echo "no such header"; exit 1')
    with pytest.raises(build.BuildError, match="compiling them failed"):
        build.build()
    words = capsys.readouterr().err
    assert words.startswith("paddle_resample: compiling native CPU kernels, once")
    assert words.count("\n") == 1
    calls = log.read_text()
    assert calls.count("\n") == 2  # for this processor, for any
    words = shuffled(capsys)
    assert "compiling them failed (its output is in " in words
    assert words.count("\n") == 1
    assert log.read_text() == calls
    (failed,) = (machine / "cache" / "kernels").glob("*.failed")
    assert failed.read_text() == "no such header\n"
    assert str(failed) in choice.status()
    install()
    assert build.build(again=True).exists()
    assert not failed.exists()


def test_a_compiler_that_does_not_know_the_processor_builds_for_any(install):
    log = install(then='case "$@" in *march=native*) exit 1;; esac')
    assert build.build().exists()
    first, second, link = log.read_text().splitlines()
    assert "-march=native" in first and "-march" not in second and "-shared" in link


@pytest.mark.parametrize("where", ["a_file/cache", "/proc/cache"])
def test_without_a_writable_cache_paddle_runs(
    machine, install, monkeypatch, capsys, where
):
    install()
    (machine / "a_file").touch()
    monkeypatch.setenv("PADDLE_RESAMPLE_CACHE", str(machine / where))
    words = shuffled(capsys)
    assert "no native kernels, the cache '" in words and "cannot be written" in words
    assert words.count("\n") == 1


def test_a_library_that_does_not_load_is_told_in_one_line(install, capsys):
    install()
    library = build.build()
    capsys.readouterr()
    words = shuffled(capsys)
    assert f"{library} does not load: " in words
    assert words.count("\n") == 1


def test_require_raises_every_time(install, monkeypatch):
    install(then="exit 1")
    monkeypatch.setenv("PADDLE_RESAMPLE_NATIVE", "require")
    for _ in range(2):
        with pytest.raises(UsageError, match=r"=require, but .* compiling"):
            pixel_shuffle(paddle.ones([1, 4, 1, 1]), 2)


def test_off_asks_no_compiler(install, monkeypatch, capsys):
    log = install()
    monkeypatch.setenv("PADDLE_RESAMPLE_NATIVE", "off")
    assert shuffled(capsys) == ""
    assert not log.exists()
    assert choice.status() == "off: PADDLE_RESAMPLE_NATIVE=off"


def test_another_setting_is_refused(machine, monkeypatch):
    monkeypatch.setenv("PADDLE_RESAMPLE_NATIVE", "of")
    with pytest.raises(UsageError, match="NATIVE is 'of'; did you mean 'off'"):
        choice.status()


def test_status_builds_nothing(install):
    log = install()
    assert choice.status() == "not there (auto): built on first need"
    assert not log.exists()
    library = build.build()
    assert choice.status() == f"on (auto): {library}"


MANY = """
import os
from paddle_resample.kernels import build

children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        os.write(1, f"{build.build()}\\n".encode())
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
"""


def test_many_processes_build_once(install):
    """Children of a program of its own: this process has threads."""
    log = install(then="sleep 0.3")
    words = [sys.executable, "-c", MANY]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True
    )
    paths = done.stdout.split()
    assert len(paths) == 4 and len(set(paths)) == 1 and os.path.exists(paths[0])
    assert log.read_text().count("\n") == 2  # compiled, linked


def test_nothing_half_made_is_left(install):
    install()
    library = build.build()
    names = {path.name for path in library.parent.iterdir()}
    assert names == {library.with_suffix(s).name for s in (".so", ".sha256", ".lock")}


def test_another_compiler_source_or_paddle_is_another_library(install, monkeypatch):
    install()
    library = build.build()
    monkeypatch.setattr(paddle.version, "full_version", "2.7.1")
    assert build.find_library() is None
    monkeypatch.undo()
    log = install(then="# another")
    assert build.compiler() == str(log.with_name("compiler"))
    log.with_name("compiler").write_text("#!/bin/sh\necho another compiler\n")
    assert build.find_library() != library


def test_every_source_belongs_to_the_name_of_the_library(monkeypatch, tmp_path):
    before = build._machine_hash()
    files = [p for p in build.SOURCES.rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".h", ".cc", ".md"}
    copy = tmp_path / "source"
    shutil.copytree(build.SOURCES, copy)
    monkeypatch.setattr(build, "SOURCES", copy)
    assert build._machine_hash() == before
    for path in (copy / "library.cc", copy / "interpolate" / "separable.h"):
        path.write_text(path.read_text() + "// more\n")
        assert build._machine_hash() != before
        before = build._machine_hash()


def test_every_source_is_packed():
    (patterns,) = re.findall(
        r'"paddle_resample.kernels": \[(.*?)\]', (ROOT / "setup.py").read_text()
    )
    folder, packed = build.SOURCES.parent, set()
    for pattern in re.findall(r'"(.+?)"', patterns):
        packed.update(folder.glob(pattern))
    wanted = {p for p in build.SOURCES.rglob("*") if p.suffix in (".h", ".cc")}
    assert packed == wanted


def test_a_truncated_or_empty_library_is_built_again(install, capsys):
    log = install()
    library = build.build()
    library.write_bytes(b"x")  # not what was linked, as after a full disk
    assert build.find_library() is None
    assert choice.status() == "not there (auto): built on first need"
    assert build.build() == library == build.find_library()
    assert log.read_text().count("\n") == 4  # compiled and linked, twice
    library.with_suffix(".sha256").write_text("")
    assert build.find_library() is None


@pytest.mark.parametrize("then", [
    'echo "x.s: No space left on device"; exit 1', "kill -9 $$",
], ids=["disk", "killed"])  # fmt: skip
def test_a_failure_that_may_pass_is_tried_again(machine, install, then):
    install(then=then)
    with pytest.raises(build.BuildError, match="for a reason that may pass"):
        build.build()
    assert not list((machine / "cache" / "kernels").glob("*.failed"))
    install()
    assert build.build().exists()


def test_any_failure_is_tried_again_after_a_day(machine, install):
    install(then="exit 1")
    with pytest.raises(build.BuildError, match="compiling them failed"):
        build.build()
    (failed,) = (machine / "cache" / "kernels").glob("*.failed")
    yesterday = time.time() - 25 * 3600
    os.utime(failed, (yesterday, yesterday))
    assert choice.status() == "not there (auto): built on first need"
    log = install(then="exit 1")
    before = log.read_text().count("\n")
    with pytest.raises(build.BuildError, match="compiling them failed"):
        build.build()
    assert log.read_text().count("\n") > before


def test_a_user_without_a_home_is_told_in_one_line(install, monkeypatch, capsys):
    install()
    monkeypatch.delenv("PADDLE_RESAMPLE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def no_home(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(type(build.SOURCES), "expanduser", no_home)
    words = shuffled(capsys)
    assert "because this user has no home; set PADDLE_RESAMPLE_CACHE" in words
    assert words.count("\n") == 1
    assert "because this user has no home" in choice.status()


def test_a_cache_mounted_noexec_is_told_in_one_line(install, monkeypatch, capsys):
    install()
    library = build.build()
    capsys.readouterr()
    info = os.statvfs(library.parent)

    class Noexec:
        f_flag = info.f_flag | os.ST_NOEXEC

    monkeypatch.setattr(os, "statvfs", lambda path: Noexec)
    words = shuffled(capsys)
    assert "is mounted noexec; set PADDLE_RESAMPLE_CACHE" in words
    assert words.count("\n") == 1
    assert choice.status().startswith("not there (auto): the cache '")
    assert layers_in_use() == ["all layers are Paddle's, without the kernels"]
    monkeypatch.setenv("PADDLE_RESAMPLE_CACHE", "/no/folder/yet")
    assert "'/no/folder/yet/kernels' is mounted noexec" in choice.status()


def test_a_named_cache_may_be_shared_but_a_users_own_is_private(
    machine, install, monkeypatch
):
    install()
    before = os.umask(0o022)
    try:
        assert stat.S_IMODE(build.build().parent.stat().st_mode) == 0o755
        monkeypatch.delenv("PADDLE_RESAMPLE_CACHE")
        monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "own"))
        assert stat.S_IMODE(build.build().parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_status_tells_of_a_cache_that_cannot_be_written(machine, install, monkeypatch):
    install()
    (machine / "a_file").touch()
    monkeypatch.setenv("PADDLE_RESAMPLE_CACHE", str(machine / "a_file" / "cache"))
    status = choice.status()
    assert "cannot be written (Not a directory); set PADDLE_RESAMPLE_CACHE" in status
