"""The commands: options into wishes, problems into exit codes. What they do stands in `installing`, `uninstalling`, `looking`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import click

from . import help_texts, options
from .answering import Answer, give
from .artefacts import FUNCTION_DEFAULT, read_function_artefact, read_registry_artefact, registry_default
from .check.command import check
from .core.instances import by_region, refuse_every
from .core.names import FUNCTION_STACK, check_stack_name, check_type_name
from .core.problems import Problem, Wrong, unexpected
from .core.reports import INTERRUPTION, planned
from .core.stacks import parameters_of
from .display import watching
from .gateways.aws import check_regions
from .installing import FunctionRequest, TypeRequest, install_function, install_type
from .looking import look_around
from .options import Shared
from .regions import Clock, Work, run
from .templates import CUSTOM_RESOURCE, template
from .uninstalling import uninstall_function, uninstall_type

_OURS: Final = ("CodeBucket", "CodeKey", "CodeObjectVersion", "InstanceArns")
"""Parameters that the command itself sets."""


@dataclass(frozen=True)
class Outside:
    """What tests put in place of the world: time."""

    clock: Clock | None = None


def _version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click calls it so
    if is_asked:
        try:
            click.echo(version("connect-user-config"))
        except PackageNotFoundError:
            click.echo("not installed: running from the tree")
        context.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, epilog=help_texts.ALL
)
@click.option(
    "--version",
    is_flag=True,
    callback=_version,
    expose_value=False,
    is_eager=True,
    help="Print the version and exit.",
)
def cli() -> None:
    """Install the resource type that owns settings of Amazon Connect agents.

    It comes in two ways, and both can be installed side by side: in the registry, as Acme::Connect::UserConfig, with drift
    detection, import and validation; and as a custom resource, Custom::ConnectUserConfig with a ServiceToken, which is one
    Lambda function.

    Each command first looks at what is there and then does only what is left to do: run again, it changes nothing; run again
    after a failure or Ctrl-C, it goes on.
    """


cli.add_command(check)


@cli.group()
def install() -> None:
    """Install, or bring up to date; run again, it changes nothing."""


@cli.group()
def uninstall() -> None:
    """Take away what was installed, unless stacks still use it."""


@install.command("registry", epilog=help_texts.INSTALL_REGISTRY)
@options.type_name
@options.region(is_required=True)
@click.option(
    "--artefact",
    type=click.Path(path_type=Path),
    metavar="ZIP",
    help="What `make package` built; default: build/<type-name>.zip.",
)
@click.option(
    "--instance",
    metavar="ARN",
    multiple=True,
    help="Limit the role to the agents of this Connect instance; may be repeated. Left out: as it was, at first every instance.",
)
@click.option(
    "--log-group",
    metavar="NAME",
    help="Let the handlers log to this group. Left out: as it was, at first no log. Empty: no log.",
)
@options.shared
@options.dry_run
@click.pass_context
def install_registry(
    context: click.Context,
    /,
    type_name: str,
    artefact: Path | None,
    instance: tuple[str, ...],
    log_group: str | None,
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Register the type in each region and make it the default version.

    Makes a stack with the role of the handlers, uploads the artefact, registers it, waits until the registry has checked it, and
    makes it the default version. The same artefact is not registered twice: a record beside it in the bucket says which version it
    has become. So an earlier artefact brings back its version.
    """
    shared = Shared.of(given)

    def works() -> Mapping[str, Work]:
        name = check_type_name(type_name)
        _check(shared)
        found = read_registry_artefact(artefact or registry_default(name), name)
        instances = by_region(instance, shared.regions) if instance else {}
        request = TypeRequest(name, found, instances, log_group)
        return {region: install_type(request, shared.place, region) for region in shared.regions}

    _finish(context, "install registry", shared, works)


@install.command("custom-resource", epilog=help_texts.INSTALL_CUSTOM_RESOURCE)
@click.option(
    "--instance",
    metavar="ARN",
    multiple=True,
    required=True,
    help="A Connect instance whose agents may be configured; may be repeated.",
)
@options.region(is_required=False, note=" Left out: the regions of the instances.")
@click.option(
    "--artefact",
    type=click.Path(path_type=Path),
    metavar="ZIP",
    help=f"What `make function` built; default: {FUNCTION_DEFAULT}.",
)
@click.option(
    "--stack-name",
    metavar="NAME",
    default=FUNCTION_STACK,
    show_default=True,
    help="Another name installs it a second time.",
)
@click.option(
    "--parameter",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter of deploy/custom-resource.yml, such as MemorySize=512. Left out: as it was, at first the default.",
)
@options.shared
@options.dry_run
@click.pass_context
def install_custom_resource(
    context: click.Context,
    /,
    instance: tuple[str, ...],
    artefact: Path | None,
    stack_name: str,
    parameter: tuple[str, ...],
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Install the Lambda-backed custom resource and print its ServiceToken.

    Uploads the function and deploys its stack. The function may touch agents of the named instances and no others; whoever may use
    the ServiceToken can set the settings of any of those. Templates import the token by its export: ConnectUserConfigServiceToken,
    unless --parameter ExportName=... says otherwise.
    """
    shared = Shared.of(given)

    def works() -> Mapping[str, Work]:
        refuse_every(instance)
        instances = by_region(instance, shared.regions)
        _check(shared, instances)
        parameters = _parameters(parameter)
        found = read_function_artefact(artefact or FUNCTION_DEFAULT)
        request = FunctionRequest(check_stack_name(stack_name), found, instances, parameters)
        return {region: install_function(request, shared.place, region) for region in instances}

    _finish(context, "install custom-resource", shared, works)


@uninstall.command("registry", epilog=help_texts.UNINSTALL_REGISTRY)
@options.type_name
@options.region(is_required=True)
@options.shared
@options.dry_run
@options.force
@click.pass_context
def uninstall_registry(context: click.Context, /, type_name: str, *, force: bool, **given: Any) -> None:  # noqa: ANN401 - the shared options
    """Take the type out of each region's registry: versions, then roles, then artefacts.

    First every stack of the region is looked through for resources of the type, which could be neither changed nor deleted without
    it. Resources made outside of stacks (Cloud Control) cannot be seen that way. Agents keep their settings.
    """
    shared = Shared.of(given)

    def works() -> Mapping[str, Work]:
        name = check_type_name(type_name)
        _check(shared)
        return {
            region: uninstall_type(name, shared.place, region, is_forced=force) for region in shared.regions
        }

    _finish(context, "uninstall registry", shared, works)


@uninstall.command("custom-resource", epilog=help_texts.UNINSTALL_CUSTOM_RESOURCE)
@options.region(is_required=True)
@click.option(
    "--stack-name",
    metavar="NAME",
    default=FUNCTION_STACK,
    show_default=True,
    help="The stack that was installed.",
)
@options.shared
@options.dry_run
@options.force
@click.pass_context
def uninstall_custom_resource(
    context: click.Context,
    /,
    stack_name: str,
    *,
    force: bool,
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Remove the function's stack, then its artefacts; refused while stacks use its ServiceToken.

    First every stack of the region is looked through for resources of the function, however templates spell the token. Agents keep
    their settings.
    """
    shared = Shared.of(given)

    def works() -> Mapping[str, Work]:
        name = check_stack_name(stack_name)
        _check(shared)
        return {
            region: uninstall_function(name, shared.place, region, is_forced=force)
            for region in shared.regions
        }

    _finish(context, "uninstall custom-resource", shared, works)


@cli.command(epilog=help_texts.STATUS)
@options.region(is_required=True)
@click.option(
    "--type-name",
    metavar="NAME",
    multiple=True,
    help="A type to look for besides those that the bucket knows of.",
)
@click.option(
    "--stack-name",
    metavar="NAME",
    multiple=True,
    help="A stack to look for besides those that the bucket knows of.",
)
@options.shared
@click.pass_context
def status(
    context: click.Context,
    /,
    type_name: tuple[str, ...],
    stack_name: tuple[str, ...],
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Tell what is installed where.

    That is: which version of which type is the default, which artefact is behind each, and the stacks of the custom resource.
    """
    shared = Shared.of(given)

    def works() -> Mapping[str, Work]:
        types, stacks = (
            [check_type_name(name) for name in type_name],
            [check_stack_name(name) for name in stack_name],
        )
        _check(shared)
        return {region: look_around(types, stacks, shared.place, region) for region in shared.regions}

    _finish(context, "status", shared, works)


def _check(shared: Shared, regions: Iterable[str] | None = None) -> None:
    check_regions(shared.place.make, tuple(regions or shared.regions))


def _parameters(given: tuple[str, ...]) -> dict[str, str]:
    free = [name for name in parameters_of(template(CUSTOM_RESOURCE).text) if name not in _OURS]
    parameters: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in free:
            raise Wrong(
                "bad-parameter",
                f"{each!r} does not set a parameter",
                f"write NAME=VALUE with one of {', '.join(free)}",
            )
        parameters[name] = value
    return parameters


def _finish(
    context: click.Context, command: str, shared: Shared, works: Callable[[], Mapping[str, Work]]
) -> None:
    outside = context.find_object(Outside) or Outside()
    is_dry = shared.place.is_dry
    try:
        ready = works()
        with watching(is_quiet=shared.is_quiet) as watcher:
            reports = run(ready, watcher, shared.patience, outside.clock)
        answer = Answer(command, is_dry, [planned(report) for report in reports] if is_dry else reports)
    except Problem as problem:
        answer = Answer(command, is_dry, problem=problem)
    except KeyboardInterrupt:
        answer = Answer(command, is_dry, problem=INTERRUPTION)
    except Exception as error:  # noqa: BLE001 - the last boundary: whoever asked for JSON gets JSON
        answer = Answer(command, is_dry, problem=unexpected(error))
    give(answer, as_json=shared.as_json)
    context.exit(answer.exit_code)
