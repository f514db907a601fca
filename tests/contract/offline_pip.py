"""The `pip` of the packaging test: `install --requirement FILE --target DIRECTORY`, without a registry.

It copies exactly the packages that FILE pins, in the pinned version, from the running environment. The zip
therefore lacks a package that FILE forgets; the real pip would add it as a dependency of another.
"""

import re
import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path


def option(name: str) -> Path:
    return Path(sys.argv[sys.argv.index(name) + 1])


def install(name: str, version: str, target: Path) -> None:
    installed = distribution(name)
    if installed.version != version:
        sys.exit(f"{name}: {version} is pinned, {installed.version} is installed")
    for file in installed.files or ():
        if ".." not in file.parts and file.suffix != ".pyc":
            destination = target / file
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), destination)


for line in option("--requirement").read_text("utf-8").splitlines():
    if pin := re.match(r"([\w.-]+)==([\w.]+)", line):
        install(pin[1], pin[2], option("--target"))
