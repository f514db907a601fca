"""What checking a template of 500 agents costs, beside cfn-lint alone: `make bench-check`.

Each round runs every side once, in processes of its own, one after the other, so that the ratios are of one
run. CPU time is compared, since the machine is shared; memory is the most that a process held.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from .pages import publish, table

ROOT: Final = Path(__file__).resolve().parents[1]
_AGENTS: Final = 500
_CFN_LINT: Final = "import sys; from cfnlint.runner import main; sys.exit(main())"
_RULES: Final = "--append-rules=connect_user_config.lint"
_MOST: Final = 1.15
"""Times cfn-lint's own time that cfn-lint with our rules may take."""
_HEAD: Final = """Parameters:
  Stage: {Type: String, AllowedValues: [test, production]}
  Instance: {Type: String}
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Mappings:
  Limits:
    sales: {voice: 30, chat: 300}
Resources:
"""
_LITERAL: Final = """  Agent{n}:
    Type: Custom::ConnectUserConfig
    DependsOn: {after}
    Properties:
      ServiceToken: arn:aws:lambda:eu-central-1:123456789012:function:settings
      InstanceId: 10000000-0000-4000-8000-000000000001
      UserId: 20000000-0000-4000-8000-{n:012}
      AutoAcceptConfigs:
        - {{Channel: VOICE, AutoAccept: true}}
        - {{Channel: CHAT, AutoAccept: false}}
      AfterContactWorkConfigs:
        - {{Channel: VOICE, AfterContactWorkConfig: {{AfterContactWorkTimeLimit: 30}}}}
        - {{Channel: CHAT, AfterContactWorkConfig: {{AfterContactWorkTimeLimit: 300}}}}
      PhoneNumberConfigs:
        - {{Channel: VOICE, PhoneType: SOFT_PHONE}}
      PersistentConnectionConfigs:
        - {{Channel: VOICE, PersistentConnection: true}}
      VoiceEnhancementConfigs:
        - {{Channel: VOICE, VoiceEnhancementMode: VOICE_ISOLATION}}
"""
_WITH_INTRINSICS: Final = (
    _LITERAL.replace("10000000-0000-4000-8000-000000000001", "!Ref Instance")
    .replace("arn:aws:lambda:eu-central-1:123456789012:function:settings", "!ImportValue settings")
    .replace("AutoAccept: true", "AutoAccept: !If [IsProduction, true, false]")
    .replace(
        "AfterContactWorkTimeLimit: 30}", "AfterContactWorkTimeLimit: !FindInMap [Limits, sales, voice]}"
    )
    .replace(
        "AfterContactWorkTimeLimit: 300}", "AfterContactWorkTimeLimit: !FindInMap [Limits, sales, chat]}"
    )
    .replace("PhoneType: SOFT_PHONE", "PhoneType: !Join ['_', [SOFT, PHONE]]")
)
_TEMPLATES: Final = {"values only": _LITERAL, "values and intrinsics": _WITH_INTRINSICS}
_SIDES: Final[dict[str, Callable[[str], list[str]]]] = {
    "cfn-lint": lambda file: ["-c", _CFN_LINT, "--", file],
    "cfn-lint with our rules": lambda file: ["-c", _CFN_LINT, _RULES, "--", file],
    "connect-user-config check": lambda file: ["-m", "connect_user_config", "check", file],
}
_STOCK, _OURS, _CHECK = _SIDES
Measured = dict[str, dict[str, list[tuple[float, float]]]]
"""By template and side: CPU seconds and MB of each round."""


def template(entry: str) -> str:
    """Return a template of 500 agents in twenty lanes."""
    lanes = 20
    agents = (entry.format(n=n, after=f"Agent{n - lanes}" if n >= lanes else "[]") for n in range(_AGENTS))
    return _HEAD + "".join(agents)


def run(words: list[str]) -> tuple[float, float]:
    """Run a side; return its CPU seconds and the MB that it held at most. Raises if it finds anything."""
    process = subprocess.Popen(  # noqa: S603 # our own arguments
        [sys.executable, *words],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    output = process.stdout.read() if process.stdout else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 4):
        raise RuntimeError(f"{words}: {process.returncode}: {output.decode()[:400]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure(rounds: int) -> Measured:
    """Return what each round took."""
    found: Measured = {name: {side: [] for side in _SIDES} for name in _TEMPLATES}
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, (name, entry) in enumerate(_TEMPLATES.items()):
            path = Path(folder, f"{number}.yaml")
            path.write_text(template(entry), "utf-8")
            files[name] = str(path)
        for _ in range(rounds):
            for name, file in files.items():
                for side, words in _SIDES.items():
                    found[name][side].append(run(words(file)))
    return found


def report(found: Measured) -> str:
    """Return the page."""
    rows, verdicts = [], []
    for name, sides in found.items():
        seconds = {side: statistics.median(each[0] for each in told) for side, told in sides.items()}
        memory = {side: max(each[1] for each in told) for side, told in sides.items()}
        for side in sides:
            ratio = seconds[side] / seconds[_STOCK]
            rows.append([name, side, f"**{ratio:.2f} x** ({seconds[side]:.2f} s)", f"{memory[side]:.0f} MB"])
        # Rounds are compared with themselves: another process slows all sides of a round down.
        ratios = [ours[0] / stock[0] for ours, stock in zip(sides[_OURS], sides[_STOCK], strict=True)]
        ratio = statistics.median(ratios)
        verdict = "met" if ratio <= _MOST else "MISSED"
        verdicts.append(f"- {name}: {ratio:.2f} x of cfn-lint alone, wanted at most {_MOST:.2f} x: {verdict}")
    rounds = len(next(iter(found.values()))[_STOCK])
    return "\n".join(
        [
            "# Checking a template of 500 agents",
            "",
            (
                "Written by `make bench-check`: cfn-lint alone, cfn-lint with our rules, and the command that"
                " does without"
            ),
            (
                "cfn-lint, each in a process of its own, in turn. CPU time, start of the interpreter"
                " included;"
                " the machine is"
            ),
            f"shared, so compare the ratios. Medians of {rounds} rounds, each side once a round.",
            "",
            table(["the template", "", "time", "most memory"], rows),
            "",
            *verdicts,
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="benchmarks.checking", description="Compares checks of templates.")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (default: 5)")
    publish("checking", report(measure(parser.parse_args(arguments).rounds)))


if __name__ == "__main__":
    main()
