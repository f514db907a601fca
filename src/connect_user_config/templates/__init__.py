"""The templates of `deploy/`, packaged: links in the tree, files once installed."""

from importlib.resources import files
from typing import Final

from ..core.calls import Content

ARTEFACT_BUCKET: Final = "artefact-bucket.yml"
REGISTRY_ROLE: Final = "registry-role.yml"
CUSTOM_RESOURCE: Final = "custom-resource.yml"


def template(name: str) -> Content:
    """Return one of the templates."""
    return Content(name, files(__package__).joinpath(name).read_bytes())
