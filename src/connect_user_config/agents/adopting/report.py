"""What the command says: what is left out and why, what was written, and how to deploy it."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import click

from ..cells import agents
from ..printing import say
from .declaring import NO_NUMBERS
from .fleet import Tally, Written
from .folder import Folder
from .parts import BODY_BYTES

_A_FEW: Final = 5
"""Names behind what the caller has chosen."""
_BUCKET: Final = "BUCKET"


@dataclass(frozen=True)
class Account:
    """Where the stacks are deployed."""

    region: str
    profile: str | None = None

    @property
    def options(self) -> str:
        """The options of the AWS CLI that name it."""
        profile = f" --profile {shlex.quote(self.profile)}" if self.profile else ""
        return f"--region {self.region}{profile}"


def of_agents(tally: Tally) -> None:
    """Name on standard error every agent, and every setting, that is left out."""
    by_reason: dict[str, list[str]] = {}
    for each in tally.left_out:
        by_reason.setdefault(each.why, []).append(each.login)
    for why, logins in by_reason.items():
        say(f"left out, {why}: {_names(logins)}")
    for remark, logins in tally.remarks.items():
        say(f"{remark}: {_names(logins, _A_FEW if remark.endswith(NO_NUMBERS) else len(logins))}")
    if not tally.adopted:
        say("No agent is left to adopt.")


def of_files(folder: Folder, written: Sequence[Written], stack: str, account: Account) -> None:
    """Print what was written, that it changes nothing, and the commands that deploy it."""
    count = sum(each.agents for each in written)
    for each in written:
        path = folder.template(each.number, len(written))
        click.echo(f"{path}: {agents(each.agents)}, {each.bytes:,} bytes")
    click.echo(
        f"\nDeploying changes no setting: for {agents(count)} the planner writes no array."
        " It adds the record of ownership to their tags."
    )
    click.echo("Deploy it:\n" if len(written) == 1 else "Deploy one after the other:\n")
    for each in written:
        click.echo(_deploy(folder, each, f"{stack}-{each.number}", account, len(written)))
    if any(each.bytes > BODY_BYTES for each in written):
        click.echo(
            f"\n{_BUCKET} is any bucket of the region: templates above {BODY_BYTES:,} bytes come from one."
        )


def _deploy(folder: Folder, each: Written, stack: str, account: Account, parts: int) -> str:
    path = folder.template(each.number, parts)
    if each.imports:
        return _import(folder, each, stack, account, parts)
    options = [f"--template-file {shlex.quote(str(path))}", "--no-fail-on-empty-changeset"]
    if each.has_loops:
        options.append("--capabilities CAPABILITY_AUTO_EXPAND")
    if each.bytes > BODY_BYTES:
        options.append(f"--s3-bucket {_BUCKET}")
    if each.has_values:
        options.append(f"--parameter-overrides {_file(folder.values(each.number))}")
    return _command(f"aws cloudformation deploy {account.options} --stack-name {stack}", options)


def _import(folder: Folder, each: Written, stack: str, account: Account, parts: int) -> str:
    """Return the commands that import a part; a change set that imports can do nothing else."""
    path = folder.template(each.number, parts)
    of_stack = f"{account.options} --stack-name {stack}"
    of_set = f"{of_stack} --change-set-name import"
    is_large = each.bytes > BODY_BYTES
    options = [
        "--change-set-type IMPORT",
        f"--resources-to-import {_file(folder.to_import(each.number))}",
        f"--template-url https://{_BUCKET}.s3.{account.region}.amazonaws.com/{shlex.quote(path.name)}"
        if is_large
        else f"--template-body {_file(path)}",
    ]
    if each.has_loops:
        options.append("--capabilities CAPABILITY_AUTO_EXPAND")
    if each.has_values:
        options.append(f"--parameters {_file(folder.values_to_import(each.number))}")
    upload = [f"aws s3 cp {account.options} {shlex.quote(str(path))} s3://{_BUCKET}/"] if is_large else []
    return "\n".join(
        (
            *upload,
            _command(f"aws cloudformation create-change-set {of_set}", options),
            f"aws cloudformation wait change-set-create-complete {of_set}",
            f"aws cloudformation execute-change-set {of_set}",
            f"aws cloudformation wait stack-import-complete {of_stack}",
        )
    )


def _command(begin: str, options: Sequence[str]) -> str:
    return " \\\n  ".join((begin, *options))


def _file(path: object) -> str:
    return shlex.quote(f"file://{path}")


def _names(logins: Sequence[str], most: int | None = None) -> str:
    names = sorted(logins)[:most]
    more = ", …" if len(names) < len(logins) else ""
    return f"{', '.join(names)}{more} ({agents(len(logins))})"
