"""Where botocore finds its service data: what the artefact brings, or botocore's own where there is none.

The packaged artefact holds the models of the operations that are used, and endpoints of those services only,
in a folder beside this package (`tools/artefact/service_data.py` writes it). A checkout has no such folder
and works on the data of the installed botocore. The search path of a loader is botocore's public way to name
other data; no file of the library is changed.
"""

from functools import cache
from pathlib import Path
from typing import Final

from botocore.loaders import Loader, create_loader

FOLDER: Final = Path(__file__).parents[1].with_name("botocore_data")


@cache
def shared_loader() -> Loader:
    """Return the one loader of this process: reading the data costs more than the calls of a warm handler."""
    return loader_of(FOLDER)


def loader_of(folder: Path) -> Loader:
    """Return a loader of the data in `folder`, and of nothing else; of botocore's own where there is no such
    folder.
    """
    if not folder.is_dir():
        return create_loader()
    # Without the default paths: scanning four hundred folders of other services costs as much as a call.
    return Loader(extra_search_paths=[str(folder)], include_default_search_paths=False)
