"""What people read: a table for each region or for regions alike, the answer first; a resource to paste."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from connect_user_config.cli import cli
from connect_user_config.install.side_by_side import RegionReport
from connect_user_config.install.summary import summary_of
from support.answers import ACCOUNT

from .conftest import EAST, INSTANCE, TYPE, WEST, Desk, Run
from .test_regions import Denying

DIGEST = re.compile("[0-9a-f]{64}")
SNIPPET = "In a template:\n\n"


def install(desk: Desk, *more: str) -> Run:
    artefact = str(desk.function())
    return desk.run("install", "custom-resource", "--instance", INSTANCE, "--artefact", artefact, *more)


def register(desk: Desk, *more: str) -> Run:
    artefact = ("--artefact", str(desk.package()))
    return desk.run("install", "registry", "--type-name", TYPE, "--region", EAST, *artefact, *more)


def take_for_a_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "xterm-256color"), ("COLUMNS", str(width))):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_an_installation_is_answered_by_its_token_first(desk: Desk) -> None:
    expected = rf"""{EAST}: done
  ServiceToken  arn:aws:lambda:{EAST}:{ACCOUNT}:function:ConnectUserConfig
  export        ConnectUserConfigServiceToken
  stack         ConnectUserConfig
  instances     {INSTANCE}
  artefact      [0-9a-f]{{12}}
  log           /connect-user-config/ConnectUserConfig
  did           create stack connect-user-config-artefacts
                upload [0-9a-f]{{12}}
                create stack ConnectUserConfig
"""
    assert re.fullmatch(expected, install(desk).stdout.partition(f"\n{SNIPPET}")[0])


@pytest.mark.parametrize("run", [install, register])
def test_the_resource_to_paste_passes_the_check(desk: Desk, run: Callable[[Desk], Run]) -> None:
    pasted = run(desk).stdout.partition(SNIPPET)[2]
    agent = "20000000-0000-4000-8000-000000000001"
    Path("pasted.yaml").write_text(pasted.replace("USER_ID", agent).replace("INSTANCE_ID", INSTANCE))
    checked = CliRunner().invoke(cli, ["check", "pasted.yaml"])
    assert (checked.exit_code, checked.output) == (0, "Nothing found: checked 1 resource in 1 file.\n")


def test_a_dry_run_says_in_words_what_it_would_do(desk: Desk) -> None:
    words = install(desk, "--dry-run").stdout
    assert words.startswith(f"{EAST}: planned\n")
    assert "\n  would do   create stack connect-user-config-artefacts\n             upload " in words
    assert not DIGEST.search(words)
    assert "{" not in words.partition(SNIPPET)[0]


def test_details_are_whole_hashes_and_what_each_call_sends(desk: Desk) -> None:
    told = install(desk, "--dry-run", "-v").stdout
    assert DIGEST.search(told)
    assert '\n             cloudformation CreateStack {\n               "StackName": "' in told
    assert "s3://" not in install(desk).stdout
    assert "  artefact      s3://" in install(desk, "--verbose").stdout


def test_regions_alike_are_one_table(desk: Desk) -> None:
    told = register(desk, "--region", WEST).stdout
    version = f"arn:aws:cloudformation:{{region}}:{ACCOUNT}:type/resource/Acme-Connect-UserConfig/00000001"
    assert told.startswith(f"{EAST}, {WEST}: done\n  type      {TYPE}\n  version   {version}\n")
    assert told.count(SNIPPET) == 1
    assert told.count("{region} stands for each of these regions.") == 1


def test_one_region_is_named_and_needs_no_stand_in(desk: Desk) -> None:
    west = {"LocationConstraint": WEST}
    desk.client("s3", WEST).create_bucket(Bucket="acme-west", CreateBucketConfiguration=west)
    told = register(desk, "--bucket", "acme-west").stdout
    assert f"bucket acme-west is in {WEST}, not in {EAST}" in told
    assert "stands for each of these regions" not in told


def test_what_differs_in_no_region_has_no_stand_in_to_explain(desk: Desk) -> None:
    told = desk.run("status", "--region", EAST, "--region", WEST).stdout
    assert told == f"{EAST}, {WEST}: nothing is installed\n"


def test_a_region_that_differs_has_a_table_of_its_own(desk: Desk) -> None:
    register(desk)
    told = register(desk, "--region", WEST).stdout
    unchanged, done = told.partition(SNIPPET)[0].strip().split("\n\n")
    assert unchanged.startswith(f"{EAST}: unchanged\n")
    assert done.startswith(f"{WEST}: done\n")


def test_a_problem_of_all_regions_is_told_once(desk: Desk) -> None:
    desk.cloud.before = Denying("cloudformation:DescribeStacks")
    told = register(desk, "--region", WEST).stdout
    assert told.startswith(f"{EAST}, {WEST}: failed\n  ")
    assert " may not cloudformation:DescribeStacks on arn:aws:x in {region}" in told
    assert told.count("-> ") == 1
    assert told.endswith("\n  {region} stands for each of these regions.\n")
    assert SNIPPET not in told


def test_the_resource_to_paste_names_no_instance_of_one_region_among_several(desk: Desk) -> None:
    told = install(desk, "--instance", INSTANCE.replace(EAST, WEST), "--dry-run").stdout
    assert told.startswith(f"{EAST}, {WEST}: planned\n")
    pasted = told.partition(SNIPPET)[2]
    assert "        InstanceId: INSTANCE_ID\n" in pasted
    assert INSTANCE in install(desk, "--dry-run").stdout.partition(SNIPPET)[2]


def test_status_tells_of_both_flavours_and_of_regions_without(desk: Desk) -> None:
    install(desk)
    register(desk)
    desk.cloud.register(TYPE)
    regions = ("--region", EAST, "--region", WEST, "--region", "eu-central-1")
    told = desk.run("status", *regions).stdout
    assert told.startswith(
        f"{EAST}: 1 custom resource, 1 type\n"
        "  Custom::ConnectUserConfig (ConnectUserConfig)\n"
        f"    ServiceToken  arn:aws:lambda:{EAST}:"
    )
    assert "\n    imported by   no stack\n" in told
    assert (
        f"\n  {TYPE}\n"
        "    versions      00000001 (default)\n"
        "                  00000002, of another installation\n"
        "    stack         acme-connect-userconfig\n"
        "    status        CREATE_COMPLETE\n" in told
    )
    assert told.endswith(f"\n\n{WEST}, eu-central-1: nothing is installed\n")
    assert "bucket" not in told
    assert "\n  Artefacts\n    bucket        connect-user-config" in desk.run("status", *regions, "-v").stdout


def test_a_terminal_shows_in_colour_how_it_stands(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    take_for_a_terminal(monkeypatch, 80)
    assert "\x1b[36mplanned\x1b[0m\n" in install(desk, "--dry-run", "--quiet").stdout
    assert "\x1b[32mdone\x1b[0m\n" in install(desk, "--quiet").stdout
    told = desk.run("status", "--region", EAST, "--quiet").stdout
    assert "\x1b[32mCREATE_COMPLETE\x1b[0m" in told


@pytest.mark.parametrize(
    ("status", "style"),
    [
        ("UPDATE_COMPLETE", "green"),
        ("UPDATE_ROLLBACK_COMPLETE", "red"),
        ("DELETE_FAILED", "red"),
        ("UPDATE_IN_PROGRESS", "yellow"),
    ],
)
def test_the_colour_of_a_stack_is_that_of_its_status(status: str, style: str) -> None:
    function = {"name": "A", "importedBy": [], "stack": "A", "status": status}
    result = {"customResources": [function], "types": [], "buckets": []}
    ((_, rows),) = summary_of(RegionReport(EAST, "unchanged", result=result)).sections
    assert [row.style for row in rows if row.value == status] == [style]


@pytest.mark.parametrize("width", [60, 80])
def test_words_fit_the_terminal_and_values_stay_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    take_for_a_terminal(monkeypatch, width)
    refused = desk.run("install", "custom-resource", "--instance", f"{INSTANCE}/agent/1", "--quiet").stderr
    done = install(desk, "--quiet", "-v").stdout.partition(SNIPPET)[0]
    lines = re.sub(r"\x1b\[[0-9;]*m", "", done + refused).splitlines()
    wide = [line.split() for line in lines if len(line) > width]
    # A value is copied by a click only if it is not broken: alone, or behind its label.
    assert wide
    assert [words for words in wide if len(words) > 2 or len(words[-1]) < width // 2] == []
    assert f"  instances     {INSTANCE}" in lines
    label, json_indent = 16, 6
    assert f'{" " * (label + json_indent)}"{INSTANCE}"' in lines
    assert len(refused.splitlines()) > 3
