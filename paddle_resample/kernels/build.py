"""The shared library of native kernels: compiled once, kept in a cache of the user.

A library is named by a hash of the sources, Paddle's build and the processor, and a
hash of the compiler, so a change of any of them compiles anew. Compiling takes a lock,
so that of many processes one compiles and the others wait.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import uuid
import warnings
from pathlib import Path

import paddle

from ..language import translated
from .cache import (
    BuildError,
    cache_folder,
    is_whole,
    keep,
    locked,
    make_folder,
    refuse_noexec,
)

__all__ = [
    "BuildError",
    "build",
    "cache_folder",
    "compiler",
    "find_library",
    "obstacle",
]

SOURCES = Path(__file__).parent / "source"
# a * b + c is rounded twice, as in Paddle's kernels: contracted, a sampling location on
# the boundary of two pixels could fall to the other one.
_FLAGS = (
    "-std=c++17",
    "-O3",
    "-fPIC",
    "-ffp-contract=off",
    "-D_GLIBCXX_USE_CXX11_ABI=1",
)
_NATIVE = "-march=native"
_PATIENCE = 600  # seconds
_REMEMBERED = 24 * 3600  # seconds until a failed compilation is tried again
# Words of failures that pass; so do a timeout and a compiler that was killed.
_PASSING = (
    "no space left",
    "disk quota",
    "cannot allocate memory",
    "out of memory",
    "input/output error",
    "cannot create temporary",
    "killed",
)

LATER = "built on first need"
_NOT_LINUX = "they are built on Linux only, not on {}"
_NO_COMPILER = "there is no C++ compiler (g++ or clang++)"
_FAILED = (
    "compiling them failed (its output is in {}; `python -m paddle_resample.kernels "
    "build` tries again)"
)
_PASSED = (
    "compiling them failed for a reason that may pass ({}); the next process tries "
    "again"
)
_UNWRITABLE = (
    "the cache {!r} cannot be written ({}); set PADDLE_RESAMPLE_CACHE to another folder"
)


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

    Raises:
        BuildError: there is no cache, or none that libraries can be loaded from.
    """
    folder = cache_folder()
    refuse_noexec(folder)
    cxx = compiler()
    if cxx is None:
        libraries = sorted(folder.glob(f"{_machine_hash()}-*.so"))
    else:
        libraries = [_library(cxx)]
    return next((library for library in libraries if is_whole(library)), None)


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
    cxx = compiler()
    if cxx is None or not sys.platform.startswith("linux"):
        raise BuildError(obstacle())
    library = _library(cxx)
    refuse_noexec(library.parent)
    if is_whole(library) and not again:
        return library
    try:
        make_folder(library.parent)
        with locked(library.with_suffix(".lock")):
            return _build_locked(cxx, library, again)
    except OSError as error:
        message = _UNWRITABLE.format(str(library.parent), error.strerror)
        raise BuildError(message) from None


def obstacle():
    """Say why there is no library, or that it will be built on first need."""
    if not sys.platform.startswith("linux"):
        return _NOT_LINUX.format(sys.platform)
    cxx = compiler()
    if cxx is None:
        return _NO_COMPILER
    try:
        library = _library(cxx)
        refuse_noexec(library.parent)
    except BuildError as error:
        return str(error)
    failed = library.with_suffix(".failed")
    if _is_remembered(failed):
        return _FAILED.format(failed)
    folder = next(p for p in (library.parent, *library.parents) if os.path.exists(p))
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        reason = "Permission denied" if folder.is_dir() else "Not a directory"
        return _UNWRITABLE.format(str(library.parent), reason)
    return LATER


def _build_locked(cxx, library, again):
    failed = library.with_suffix(".failed")
    if again:
        failed.unlink(missing_ok=True)
    elif is_whole(library):  # another process built it while this one waited
        return library
    if _is_remembered(failed):
        raise BuildError(_FAILED.format(failed))
    line = (
        "paddle_resample: compiling native CPU kernels, once on this machine, for "
        "about 30 seconds (PADDLE_RESAMPLE_NATIVE=off does without) ..."
    )
    print(translated(line), file=sys.stderr, flush=True)
    words = _compile(cxx, library)
    if words is None:
        failed.unlink(missing_ok=True)
        return library
    passing = next((line for line in words.splitlines() if _passes(line)), None)
    if passing is not None:
        raise BuildError(_PASSED.format(passing.strip()))
    failed.write_text(words, encoding="utf-8")
    raise BuildError(_FAILED.format(failed))


def _passes(line):
    return any(words in line.lower() for words in _PASSING)


def _is_remembered(failed):
    with contextlib.suppress(OSError):
        return time.time() - failed.stat().st_mtime < _REMEMBERED
    return False


def _compile(cxx, library):
    """Return None, or the compiler's words when it fails."""
    for flags in ([_NATIVE], []):  # a compiler may not know this very processor
        part = library.with_name(f".{library.stem}.{uuid.uuid4().hex[:8]}")
        unlinked, linked = part.with_suffix(".o"), part.with_suffix(".so")
        try:
            compile_it, link_it = _commands(cxx, flags, str(unlinked), str(linked))
            words = _words_of_failure(compile_it) or _words_of_failure(link_it)
            if not words:
                keep(linked, library)
                return None
        finally:
            unlinked.unlink(missing_ok=True)
            linked.unlink(missing_ok=True)
            linked.with_suffix(".sha256").unlink(missing_ok=True)
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
        return f"killed: not finished after {_PATIENCE} seconds\n"
    if done.returncode == 0:
        return ""
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}\n"
    return done.stdout.decode(errors="replace") or f"status {done.returncode}\n"


def _commands(cxx, flags, unlinked, linked):
    """Compile, link: apart, because a compiler adds its own OpenMP where it links.

    A process has one OpenMP runtime, Paddle's: the threads of a second one would
    compete for the processors. Where Paddle brings none the kernels use one thread.
    """
    flags_of_paddle = _paddle_flags()
    folders = flags_of_paddle["library_dirs"]
    threads = any((Path(d) / "libiomp5.so").exists() for d in folders)
    compile_it = [cxx, *_FLAGS, *flags, *flags_of_paddle["extra_compile_args"]]
    compile_it += ["-fopenmp"] if threads else []
    compile_it += [f"-I{d}" for d in (str(SOURCES), *flags_of_paddle["include_dirs"])]
    compile_it += ["-c", str(SOURCES / "library.cc"), "-o", unlinked]
    # Some compilers leave out libraries of which no symbol is named: Paddle's, whose
    # symbols are those of the libraries that it loads itself.
    link_it = [cxx, "-shared", unlinked, "-o", linked, "-Wl,--no-as-needed"]
    link_it += [f"-L{d}" for d in folders]
    link_it += [
        *flags_of_paddle["extra_link_args"],
        *(["-l:libiomp5.so"] if threads else []),
    ]
    return compile_it, link_it


def _paddle_flags():
    """Where Paddle's headers and libraries are, as its own extension builder says."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No ccache found")
        from paddle.utils.cpp_extension.extension_utils import (
            normalize_extension_kwargs,
        )

    return normalize_extension_kwargs({"extra_compile_args": []})


def _library(cxx):
    return cache_folder() / f"{_machine_hash()}-{_compiler_hash(cxx)}.so"


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


def _compiler_hash(cxx):
    done = subprocess.run(
        [cxx, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return _hash([cxx, done.stdout.decode(errors="replace")])


def _hash(parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
