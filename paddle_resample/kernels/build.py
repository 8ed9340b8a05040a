"""The shared library of native kernels: compiled once, kept in a cache of the user.

A library is named by a hash of the sources, Paddle's build and the processor, and a
hash of the compiler, so a change of any of them compiles anew. Compiling takes a lock,
so that of many processes one compiles and the others wait, and the library appears
under its name only when it is whole.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import paddle

__all__ = [
    "BuildError",
    "build",
    "cache_folder",
    "compiler",
    "find_library",
    "obstacle",
]

SOURCES = Path(__file__).parent / "source"
# a * b + c is rounded twice, as in Paddle's kernels: contracted, a sampling place on a
# seam could fall to another pixel.
_FLAGS = (
    "-std=c++17",
    "-O3",
    "-fPIC",
    "-ffp-contract=off",
    "-D_GLIBCXX_USE_CXX11_ABI=1",
)
_NATIVE = "-march=native"
_PATIENCE = 600  # seconds

_NOT_LINUX = "they are built on Linux only, not on {}"
_NO_COMPILER = "there is no C++ compiler (g++ or clang++)"
_FAILED = (
    "compiling them failed (its output is in {}; `python -m paddle_resample.kernels "
    "build` tries again)"
)


class BuildError(Exception):
    """Why there is no library, in one sentence."""


def cache_folder():
    """Return the folder of built libraries: $PADDLE_RESAMPLE_CACHE, or a folder of the
    user's cache."""
    given = os.environ.get("PADDLE_RESAMPLE_CACHE")
    if given:
        return Path(given) / "kernels"
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "paddle_resample" / "kernels"


def compiler():
    """Return the path of the C++ compiler: $CXX, g++, c++ or clang++; None without."""
    for name in (os.environ.get("CXX"), "g++", "c++", "clang++"):
        path = name and shutil.which(name)
        if path:
            return path
    return None


def find_library():
    """Return the path of the library for this machine if it was built, else None.

    Without a compiler any compiler's library serves.
    """
    found = compiler()
    if found is None:
        built = sorted(cache_folder().glob(f"{_machine_hash()}-*.so"))
        return built[0] if built else None
    library = _library(found)
    return library if os.path.exists(library) else None


def build(again=False):
    """Compile the library if it is not there yet, and say so in one line.

    Args:
        again: whether to compile although it is there or has failed before.

    Returns:
        Path of the library.

    Raises:
        BuildError: not Linux, no compiler, no writable cache, or a compiler's error,
            whose text is then in the file that the message names.
    """
    found = compiler()
    if found is None or not sys.platform.startswith("linux"):
        raise BuildError(obstacle())
    library = _library(found)
    if os.path.exists(library) and not again:
        return library
    try:
        library.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(library.with_suffix(".lock")):
            return _build_locked(found, library, again)
    except OSError as error:
        raise BuildError(
            f"the cache {str(library.parent)!r} cannot be written ({error.strerror})"
        ) from None


def obstacle():
    """Say why there is no library, or that it will be built on first need."""
    if not sys.platform.startswith("linux"):
        return _NOT_LINUX.format(sys.platform)
    found = compiler()
    if found is None:
        return _NO_COMPILER
    failed = _library(found).with_suffix(".failed")
    return _FAILED.format(failed) if os.path.exists(failed) else "built on first need"


def _build_locked(found, library, again):
    failed = library.with_suffix(".failed")
    if again:
        failed.unlink(missing_ok=True)
    elif library.exists():  # another process built it while this one waited
        return library
    if not failed.exists():
        print(
            "paddle_resample: compiling native CPU kernels, once on this machine, for "
            "about 30 seconds (PADDLE_RESAMPLE_NATIVE=off does without) ...",
            file=sys.stderr,
            flush=True,
        )
        words = _compile(found, library)
        if words is None:
            return library
        failed.write_text(words, encoding="utf-8")
    raise BuildError(_FAILED.format(failed))


def _compile(found, library):
    """Return None, or the compiler's words when it fails."""
    for flags in ([_NATIVE], []):  # a compiler may not know this very processor
        part = library.with_name(f".{library.stem}.{uuid.uuid4().hex[:8]}")
        unlinked, linked = part.with_suffix(".o"), part.with_suffix(".so")
        try:
            compile_it, link_it = _commands(found, flags, str(unlinked), str(linked))
            words = _words_of_failure(compile_it) or _words_of_failure(link_it)
            if not words:
                os.replace(linked, library)
                return None
        finally:
            unlinked.unlink(missing_ok=True)
            linked.unlink(missing_ok=True)
    return words


def _words_of_failure(command):
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"not finished after {_PATIENCE} seconds\n"
    if done.returncode == 0:
        return ""
    return done.stdout.decode(errors="replace") or f"status {done.returncode}\n"


def _commands(found, flags, unlinked, linked):
    """Compile, link: apart, because a compiler adds its own OpenMP where it links.

    A process has one OpenMP runtime, Paddle's: the threads of a second one would
    compete for the processors. Where Paddle brings none the kernels use one thread.
    """
    given = _paddle_flags()
    folders = given["library_dirs"]
    threads = any((Path(d) / "libiomp5.so").exists() for d in folders)
    compile_it = [found, *_FLAGS, *flags, *given["extra_compile_args"]]
    compile_it += ["-fopenmp"] if threads else []
    compile_it += [f"-I{d}" for d in (str(SOURCES), *given["include_dirs"])]
    compile_it += ["-c", str(SOURCES / "library.cc"), "-o", unlinked]
    # Some compilers leave out libraries of which no symbol is named: Paddle's, whose
    # symbols are those of the libraries that it loads itself.
    link_it = [found, "-shared", unlinked, "-o", linked, "-Wl,--no-as-needed"]
    link_it += [f"-L{d}" for d in folders]
    link_it += [*given["extra_link_args"], *(["-l:libiomp5.so"] if threads else [])]
    return compile_it, link_it


def _paddle_flags():
    """Where Paddle's headers and libraries are, as its own extension builder says."""
    from paddle.utils.cpp_extension.extension_utils import normalize_extension_kwargs

    return normalize_extension_kwargs({"extra_compile_args": []})


def _library(found):
    return cache_folder() / f"{_machine_hash()}-{_compiler_hash(found)}.so"


def _machine_hash():
    version = paddle.version
    parts = [str(version.full_version), str(version.commit), str(version.cuda())]
    parts += [platform.machine(), _processor(), *_FLAGS]
    for path in sorted([*SOURCES.rglob("*.h"), *SOURCES.rglob("*.cc")]):
        name = path.relative_to(SOURCES).as_posix()
        parts += [name, path.read_text(encoding="utf-8")]
    return _hash(parts)


def _processor():
    """What the processor can do."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        wanted = ("model name", "flags", "features", "cpu part")
        lines = file.read().split("\n\n")[0].splitlines()
        return "\n".join(n for n in lines if n.lower().startswith(wanted))
    return platform.processor()


def _compiler_hash(found):
    done = subprocess.run(
        [found, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return _hash([found, done.stdout.decode(errors="replace")])


def _hash(parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@contextlib.contextmanager
def _locked(path):
    import fcntl  # not on Windows

    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file unlocks it
