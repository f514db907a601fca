"""Finds botocore's service data: in the artefact, or else in botocore itself.

The artefact holds the models of the operations that are used, and the endpoints of their services, in a
folder beside this package (`tools/artefact/service_data.py` writes it). A checkout has no such folder. The
search path of a loader is botocore's public option for other data; no file of the library is changed.
"""

from functools import cache
from pathlib import Path
from typing import Final

from botocore.loaders import Loader, create_loader

FOLDER: Final = Path(__file__).parents[1].with_name("botocore_data")


@cache
def shared_loader() -> Loader:
    """Return the loader of this process; reading the data costs more than the calls of a warm handler."""
    return loader_of(FOLDER)


def loader_of(folder: Path) -> Loader:
    """Return a loader of only the data in `folder`, or of botocore's own if there is no such folder."""
    if not folder.is_dir():
        return create_loader()
    # The default paths hold four hundred folders of other services; to scan them costs as much as a call.
    return Loader(extra_search_paths=[str(folder)], include_default_search_paths=False)
