"""The commands `install`, `uninstall` and `status`: options into requests, reports into answers and exit
codes.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from ..aws.region import Clock, Region, check_regions
from ..names import check_name, check_type_name
from ..output import INSTANCE_OPTION, Group, help_end
from ..problems import Interrupted, Problem, UsageError, unexpected
from ..progress import watching
from . import artefacts, custom_resource, options, registry, stacks
from . import status as installed
from .answer import Answer, give
from .instances import ALL, by_region
from .options import Shared
from .side_by_side import Work, run

_TYPE: Final = "--type-name Acme::Connect::UserConfig"


@click.group(cls=Group)
def install() -> None:
    """Install, or bring up to date; run again, it changes nothing."""


@click.group(cls=Group)
def uninstall() -> None:
    """Remove an installation, unless stacks use it."""


@install.command(
    "custom-resource",
    epilog=help_end(
        f"connect-user-config install custom-resource {INSTANCE_OPTION}",
        f"connect-user-config install custom-resource --name TeamB {INSTANCE_OPTION}",
        f"connect-user-config install custom-resource --parameter MemorySize=512 {INSTANCE_OPTION}",
    ),
)
@options.instance
@options.name
@click.option(
    "--parameter",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter of the template, such as MemorySize=512; may be repeated. Left out: as it was.",
)
@options.of_install_function
@click.pass_context
def install_custom_resource(
    context: click.Context,
    /,
    instance: tuple[str, ...],
    name: str,
    parameter: tuple[str, ...],
    artefact: str | None,
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Install the Lambda function behind Custom::ConnectUserConfig, and print its ServiceToken.

    The function may touch agents of the named instances and no others. Templates import the token by its
    export, NAMEServiceToken. Without --region, the instances say where to install.
    """
    shared = Shared.of(given)

    def request() -> tuple[Sequence[str], Work]:
        if not instance:
            raise UsageError("no-instance", "no instance is named", "add --instance ARN; it may be repeated")
        instances = by_region(instance, shared.named_regions)
        check_regions(shared.make, tuple(instances))
        wanted = custom_resource.FunctionRequest(
            check_name(name),
            artefacts.function(Path(artefact) if artefact else None),
            shared.bucket,
            instances,
            _parameters(parameter),
        )
        return tuple(instances), wanted.install

    _finish(context, "install custom-resource", shared, request)


@install.command(
    "registry",
    epilog=help_end(
        f"connect-user-config install registry {_TYPE}",
        f"connect-user-config install registry {_TYPE} --region eu-west-1 --region us-east-1 --dry-run",
        f"connect-user-config install registry {_TYPE} --log-group /acme/connect {INSTANCE_OPTION}",
    ),
)
@options.type_name
@options.instance
@click.option(
    "--log-group",
    metavar="NAME",
    help="Make this log group for the handlers' log. Left out: as it was, at first no log. Empty: no log.",
)
@options.of_install_type
@click.pass_context
def install_registry(
    context: click.Context,
    /,
    type_name: str,
    instance: tuple[str, ...],
    log_group: str | None,
    artefact: str | None,
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Register the type in the CloudFormation registry, and make it the default version.

    Registering takes minutes. --instance limits the handlers' role; left out, it stays as it was, at first
    every instance of the region, as `--instance all` says. An earlier artefact is registered again.
    """
    shared = Shared.of(given)

    def request() -> tuple[Sequence[str], Work]:
        regions = shared.regions()
        if instance == (ALL,):
            instances: dict[str, tuple[str, ...]] = dict.fromkeys(regions, instance)
        else:
            instances = dict(by_region(instance, regions)) if instance else {}
        checked = check_type_name(type_name)
        found = artefacts.registry(checked, Path(artefact) if artefact else None)
        wanted = registry.TypeRequest(checked, found, shared.bucket, instances, log_group)
        return regions, wanted.install

    _finish(context, "install registry", shared, request)


@uninstall.command(
    "custom-resource", epilog=help_end("connect-user-config uninstall custom-resource --region eu-west-1")
)
@options.name
@options.of_uninstall
@click.pass_context
def uninstall_custom_resource(context: click.Context, /, name: str, *, force: bool, **given: Any) -> None:  # noqa: ANN401 - the same
    """Delete the function's stack; refused while stacks use its ServiceToken.

    Every stack of the region is searched for resources of the function, however templates spell the token.
    Agents keep their settings.
    """
    shared = Shared.of(given)

    def request() -> tuple[Sequence[str], Work]:
        checked = check_name(name)
        return shared.regions(), lambda region: custom_resource.uninstall(region, checked, is_forced=force)

    _finish(context, "uninstall custom-resource", shared, request)


@uninstall.command("registry", epilog=help_end(f"connect-user-config uninstall registry {_TYPE} --dry-run"))
@options.type_name
@options.of_uninstall
@click.pass_context
def uninstall_registry(context: click.Context, /, type_name: str, *, force: bool, **given: Any) -> None:  # noqa: ANN401 - the same
    """Deregister the versions of this installation, and delete its stack; refused while stacks use the type.

    Resources made outside of stacks (Cloud Control) cannot be seen. Agents keep their settings.
    """
    shared = Shared.of(given)

    def request() -> tuple[Sequence[str], Work]:
        checked = check_type_name(type_name)
        return shared.regions(), lambda region: registry.uninstall(region, checked, is_forced=force)

    _finish(context, "uninstall registry", shared, request)


@click.command(epilog=help_end("connect-user-config status --region eu-west-1 --region us-east-1 --json"))
@options.shared
@click.pass_context
def status(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - the same
    """Show every installation, whoever deployed it: the command, a stack set, or CloudFormation directly."""
    shared = Shared.of(given)
    _finish(context, "status", shared, lambda: (shared.regions(), installed.status))


def _parameters(given: tuple[str, ...]) -> dict[str, str]:
    own = custom_resource.OWN_PARAMETERS
    free = [name for name in stacks.CUSTOM_RESOURCE.parameters if name not in own]
    parameters: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in free:
            advice = f"write NAME=VALUE with one of {', '.join(free)}"
            raise UsageError("bad-parameter", f"{each!r} does not set a parameter", advice)
        parameters[name] = value
    return parameters


def _finish(
    context: click.Context, command: str, shared: Shared, request: Callable[[], tuple[Sequence[str], Work]]
) -> None:
    # Tests put another clock there.
    clock: Clock = context.obj or time
    try:
        names, work = request()
        with watching(is_quiet=shared.is_quiet) as watcher:
            regions = [
                Region(name, shared.make, shared.is_dry, clock, tell=watcher.of(name)) for name in names
            ]
            answer = Answer(command, shared.is_dry, run(regions, work, shared.seconds))
    except Problem as problem:
        answer = Answer(command, shared.is_dry, problem=problem)
    except KeyboardInterrupt:
        answer = Answer(command, shared.is_dry, problem=Interrupted())
    except Exception as error:  # noqa: BLE001 - the last boundary: whoever asked for JSON gets JSON
        answer = Answer(command, shared.is_dry, problem=unexpected(error))
    give(answer, as_json=shared.as_json, with_details=shared.with_details)
    context.exit(answer.exit_code)
