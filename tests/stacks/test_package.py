"""The stacks of this folder run the zip of `make function`, and no code from outside it."""

import base64
import hashlib
import io
import json
import re
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from demo.installation import Installation
from demo.local_cloud import ROOT, LocalCloud
from demo.stacks import Stacks
from tools.artefact import libraries

from .world import World, ended, template

PROBE = """
import sys
from custom_connect_userconfig import custom_resource

def handler(event, context):
    import botocore, dateutil, jmespath, six, urllib3
    custom_resource.ConnectGateway("us-east-1")
    ours = ("custom_connect_userconfig", "botocore", "dateutil", "jmespath", "six", "urllib3")
    files = {name: module.__file__ for name, module in sys.modules.items()
             if name.partition(".")[0] in ours and getattr(module, "__file__", None)}
    from custom_connect_userconfig.aws.service_data import shared_loader
    data = shared_loader().search_paths
    return {"here": __file__, "files": files, "botocore": botocore.__version__, "data": data}
"""


def test_the_function_is_the_zip(cloud: LocalCloud, installation: Installation, archive: Path) -> None:
    digest = base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode()
    function = cloud.client("lambda").get_function(FunctionName=installation.service_token)["Configuration"]
    assert function["CodeSha256"] == digest
    assert function["Handler"] == "custom_connect_userconfig.custom_resource.handler"


def test_the_zip_holds_the_pinned_packages_and_nothing_else(archive: Path) -> None:
    requirements = (ROOT / "requirements.txt").read_text("utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)$", requirements, re.MULTILINE))
    with zipfile.ZipFile(archive) as packed:
        names = set(packed.namelist())
        metadata = [name for name in names if name.endswith(".dist-info/METADATA")]
        of_a_package = r"\A[\s\S]*?^Name: (.+)$[\s\S]*?^Version: (.+)$"
        packages = dict(
            re.findall(of_a_package, packed.read(name).decode(), re.MULTILINE)[0] for name in metadata
        )
        assert packages.items() <= {**pins}.items()
        assert {library.name for library in libraries.SHIPPED} == packages.keys()
        for file in distribution("botocore").files or ():
            if file.suffix == ".py":
                assert packed.read(str(file)) == Path(str(file.locate())).read_bytes()
    assert not [name for name in names if name.startswith(("/", ".."))]
    # Bytecode of the runtime, for each source (its validity: tests/artefact).
    sources = {name for name in names if name.endswith(".py")}
    compiled = {name for name in names if name.endswith(".pyc")}
    expected = {f"{Path(name).parent / '__pycache__' / Path(name).stem}.cpython-312.pyc" for name in sources}
    assert compiled == expected


def test_nothing_is_imported_from_outside_of_the_zip(
    cloud: LocalCloud, installation: Installation, archive: Path
) -> None:
    """ministack has a botocore, and this checkout has the sources: the zip must do without both."""
    probing = io.BytesIO(archive.read_bytes())
    with zipfile.ZipFile(probing, "a") as packed:
        packed.writestr("where.py", PROBE)
    client = cloud.client("lambda")
    client.create_function(
        FunctionName="where",
        Runtime="python3.12",
        Role=installation.role_arn,
        Handler="where.handler",
        Code={"ZipFile": probing.getvalue()},
        Timeout=60,
    )
    answer = json.loads(client.invoke(FunctionName="where")["Payload"].read())
    folder = str(Path(answer["here"]).parent)
    assert str(ROOT) not in folder
    assert {path for path in answer["files"].values() if not path.startswith(f"{folder}/")} == set()
    assert {"custom_connect_userconfig.service", "botocore.client"} <= answer["files"].keys()
    assert answer["botocore"] == distribution("botocore").version
    assert answer["data"] == [f"{folder}/botocore_data"]


def test_a_service_token_of_no_function_fails(world: World, stacks: Stacks) -> None:
    """A resource with the ServiceToken of no function fails at once and does not hang."""
    token = f"{world.installation.service_token}-gone"
    resource = {"Type": "Custom::ConnectUserConfig", "Properties": {"ServiceToken": token}}
    outcome = stacks.create(world.name("team"), template({"Lost": resource}))
    ended(outcome, "ROLLBACK_COMPLETE", Lost="not found")
