"""Builds the zip of the Lambda-backed custom resource: `make function` calls it.

    build_function.py ZIP

The zip holds the package and the part of requirements.txt that the function imports, in the versions pinned there. They are copied
out of the running environment, which was installed from the lock with every hash checked. All of it is plain Python, so one zip
serves every architecture and every Python from 3.11 on. The same input gives the same bytes.
"""

import shutil
import sys
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "custom_connect_userconfig"
NEEDED = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What the function imports; the rest of requirements.txt belongs to the registry's support library."""
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "handlers.py", "registry_resource.py", "models.py")
NOTES_OF_PIP = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
EPOCH = (1980, 1, 1, 0, 0, 0)


def pins(requirements: str) -> list[str]:
    """Return the lines of `requirements` that pin what the function needs; ValueError when one is missing."""
    found = {line.split("==")[0]: line.strip() for line in requirements.splitlines() if "==" in line}
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ValueError(f"requirements.txt does not pin {', '.join(missing)}")
    return [found[name] for name in NEEDED]


def lay_out(name: str, version: str, target: Path) -> None:
    """Copy the installed files of a package into `target`; ValueError when another version is installed."""
    installed = distribution(name)
    if installed.version != version:
        raise ValueError(f"requirements.txt pins {name} {version}, installed is {installed.version}: run `make lock`")
    for file in installed.files or ():
        # Scripts lie outside of the packages; bytecode and pip's own notes differ from one installation to the next.
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in NOTES_OF_PIP:
            destination = target / file
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), destination)


def pack(source: Path, archive: Path) -> None:
    """Write every file below `source` into `archive`, in a fixed order with fixed times."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
            entry = zipfile.ZipInfo(str(file.relative_to(source)), EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, file.read_bytes())


def build(archive: Path) -> None:
    """Build the zip."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        for pin in pins((ROOT / "requirements.txt").read_text("utf-8")):
            name, _, version = pin.partition("==")
            lay_out(name, version, target)
        shutil.copytree(PACKAGE, target / PACKAGE.name, ignore=NOT_SHIPPED)
        pack(target, archive)
    print(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve())
