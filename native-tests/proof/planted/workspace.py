# SPDX-License-Identifier: MIT
"""A copy of what the library is built from, in which one mistake at a time is planted."""

import contextlib
import shutil
import subprocess

PARTS = ("cmake", "include", "managed", "native")  # besides the files at the top
TARGET = "nolockalloc_shared"
LIBRARY = "libnolockalloc.so.0"
BUILD_SECONDS = 600


class BuildFailed(Exception):
    pass


class Workspace:
    def __init__(self, source, folder, cmake, definitions):
        self.tree = folder / "tree"
        self._build = folder / "build"
        self._libraries = folder / "libraries"
        self._cmake = cmake
        shutil.rmtree(folder, ignore_errors=True)
        self.tree.mkdir(parents=True)
        for path in source.iterdir():
            if path.is_file():
                shutil.copy2(path, self.tree)
            elif path.name in PARTS:
                shutil.copytree(path, self.tree / path.name)
        self._run(["-G", "Ninja", "-S", str(self.tree), "-B", str(self._build),
                   *(f"-D{definition}" for definition in definitions)])

    def build(self, name):
        """The folder with the library, to be found there by the dynamic linker."""
        self._run(["--build", str(self._build), "--target", TARGET])
        folder = self._libraries / name
        folder.mkdir(parents=True)
        shutil.copy2((self._build / LIBRARY).resolve(), folder / LIBRARY)
        return folder

    def is_like(self, one, other):
        return (one / LIBRARY).read_bytes() == (other / LIBRARY).read_bytes()

    @contextlib.contextmanager
    def planted(self, rule):
        path = self.tree / rule.file
        right = path.read_text()
        path.write_text(rule.changed(right))
        try:
            yield
        finally:
            path.write_text(right)

    def _run(self, arguments):
        result = subprocess.run(
            [self._cmake, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=BUILD_SECONDS)
        if result.returncode != 0:
            raise BuildFailed(result.stdout[-3000:])
