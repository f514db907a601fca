"""The command `check`: files in, findings out. It calls nobody, and imports late."""

import sys
from collections.abc import Iterator
from typing import TextIO

import click

from connect_user_config.reading.document import NotReadable, ToolMissing, read
from connect_user_config.reading.resolver import Lines
from custom_connect_userconfig.core.problems import Severity
from custom_connect_userconfig.core.redaction import redact

from ..output import help_end
from ..problems import DONE, FAILED, FOUND, unexpected
from . import arguments
from .engine import check as check_tree
from .formats import FORMATS, Located
from .rules import BY_NAME
from .types import Types


@click.command(
    "check",
    epilog=help_end(
        "connect-user-config check 'templates/**/*.yaml'",
        "connect-user-config check agents.yaml --parameter Stage=prod --format github",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", callback=arguments.files)
@click.option(
    "--parameter",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    callback=arguments.values,
    help="The value of a parameter; may be repeated. A parameter without one is not guessed.",
)
@arguments.type_names
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="RULE",
    type=click.Choice(sorted(BY_NAME)),
    help="A rule, by its name in brackets, to leave out; may be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.pass_context
def check(
    context: click.Context,
    /,
    files: list[str],
    given: dict[str, str],
    types: Types,
    ignored: tuple[str, ...],
    form: str,
) -> None:
    """Tell what is wrong with templates, YAML or JSON, before they are deployed.

    FILE may be a pattern, such as 'templates/**/*.yaml', or - for standard input. Each problem is told with
    its line, its rule and what to do. Nothing is called, and no phone number is printed. Information alone
    is no problem: the exit code stays 0.
    """
    run = _Run(types, given)
    for file in files:
        run.check(file)
    missing = sorted(given.keys() - run.parameters)
    if missing and run.parameters_are_known:
        raise click.BadParameter(
            f"no template has a parameter {redact(', '.join(missing))}.", param_hint="--parameter"
        )
    found = sorted(
        (each for each in run.found if each.finding.rule.name not in ignored),
        key=lambda each: (files.index(each.file), each.span.line, each.span.column, each.finding.rule.name),
    )
    if said := FORMATS[form](_renamed(found), run.failed):
        _print(said)
    if checked := len(files) - len(run.failed):
        _summarize(run, len(found), checked)
    is_problem = any(each.severity is not Severity.INFORMATION for each in found)
    context.exit(FAILED if run.failed else FOUND if is_problem else DONE)


class _Run:
    """What the files of one command line hold."""

    def __init__(self, types: Types, given: dict[str, str]) -> None:
        self._types = types
        self._given = given
        self.found: list[Located] = []
        self.failed: list[tuple[str, str]] = []
        self.resources = 0
        self.parameters: set[str] = set()
        self.parameters_are_known = True
        """Whether every file was looked into: none was passed over because it holds nothing of ours, or
        cannot be read.
        """

    def check(self, file: str) -> None:
        """Check one file; what keeps it from being read is kept."""
        try:
            text = arguments.text_of(file)
            if not self._types.may_stand_in(text):
                self.parameters_are_known = False
                return
            tree = read(text)
            self._note_parameters(tree)
            checked = check_tree(tree, self._types, self._given)
            lines = Lines(text)
            self.found += [Located(file, lines.at(each.path), each) for each in checked.findings]
            self.resources += checked.resources
        except OSError as error:
            self._fail(file, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self._fail(file, "is not text in UTF-8")
        except RecursionError:
            self._fail(file, "is nested too deeply")
        except NotReadable as error:
            self._fail(file, str(error))
        except ToolMissing as error:
            self._fail(file, f"cannot be checked without the libraries that read templates: {error}")
        except Exception as error:  # noqa: BLE001 - the last boundary: one file's surprise must not hide the others' findings
            self._fail(file, redact(unexpected(error).message))

    def _note_parameters(self, tree: object) -> None:
        parameters = tree.get("Parameters") if isinstance(tree, dict) else None
        self.parameters.update(map(str, parameters if isinstance(parameters, dict) else ()))

    def _fail(self, file: str, message: str) -> None:
        name = arguments.shown(file)
        _print(f"{name}: {message}", sys.stderr)
        self.failed.append((name, message))
        self.parameters_are_known = False


def _renamed(found: list[Located]) -> Iterator[Located]:
    for each in found:
        yield Located(arguments.shown(each.file), each.span, each.finding)


def _print(text: str, stream: TextIO | None = None) -> None:
    # Named outright: of a stream in ASCII click would make one in UTF-8.
    click.echo(text, file=stream or sys.stdout)


def _summarize(run: _Run, count: int, files: int) -> None:
    """Say on standard error how much was looked at: silence must not be taken for a check."""
    resources = f"{run.resources:,} {'resource' if run.resources == 1 else 'resources'}"
    of = f"{resources} in {files:,} {'file' if files == 1 else 'files'}"
    found = f"{count:,} {'finding' if count == 1 else 'findings'}" if count else "Nothing found"
    _print(f"{found}: checked {of}.", sys.stderr)
