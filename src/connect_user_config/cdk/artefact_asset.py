"""The artefacts of the installed package as files that the CDK takes for assets."""

from pathlib import Path

from aws_cdk import Stage
from constructs import IConstruct

from connect_user_config.install.artefacts import Artefact


def in_assembly(scope: IConstruct, artefact: Artefact) -> str:
    """Write the artefact beside the cloud assembly and return its path.

    It must live as long as the assembly: if the app does not stage assets, deploying reads it there.
    """
    stage = Stage.of(scope)
    if stage is None:
        raise ValueError(f"{scope.node.path}: belongs to no app: pass a stack of an App as its scope")
    target = Path(stage.asset_outdir, ".connect-user-config", f"{artefact.sha256}.zip")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(artefact.data)
    return str(target)
