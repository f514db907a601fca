"""What the packaging test puts on the path as `pip`: `install --requirement FILE --target DIRECTORY`, without
a registry.

It copies the files of the packages that FILE pins, no others and in no other version, out of the running
environment. A package that FILE forgets is therefore missing from the zip, as it would not be with the real
one only by luck.
"""

import re
import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path


def option(name: str) -> Path:
    return Path(sys.argv[sys.argv.index(name) + 1])


def lay_out(name: str, version: str, target: Path) -> None:
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
        lay_out(pin[1], pin[2], option("--target"))
