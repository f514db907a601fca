"""Ctrl-C: the command ends at once, says so, and makes no further call."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = """
import json, sys
users = [{"username": f"agent-{number}", "id": f"id-{number}"} for number in range(200)]
json.dump({"instances": [{"id": "instance-1", "users": users}]}, open(sys.argv[1], "w"))
"""


def restore_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
def test_ctrl_c_in_the_middle_ends_the_command_at_once(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("PYTHONUNBUFFERED", None)
    subprocess.run([sys.executable, "-c", SERVER, str(seed)], env=environment, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "connect_local", "--seed", str(seed)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout
        endpoint = server.stdout.readline().strip()
        keys = {"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up"}
        command = [
            sys.executable,
            "-m",
            "connect_user_config",
            "agents",
            "--instance",
            "instance-1",
            "--exact",
        ]
        # At a hundredth of the quota, 200 agents would take half an hour.
        run = subprocess.Popen(
            [*command, "--rate", "0.01", "--region", "us-east-1", "--csv"],
            env={**environment, **keys, "AWS_ENDPOINT_URL": endpoint},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A run in the background ignores this signal.
            preexec_fn=restore_ctrl_c,  # noqa: PLW1509 - no other thread holds anything here
        )
        assert run.stdout
        watchdog = threading.Timer(60, run.kill)
        watchdog.start()
        assert run.stdout.readline().startswith("agent,")
        begun = time.monotonic()
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
        watchdog.cancel()
        assert time.monotonic() - begun < 10
        assert run.returncode == 130
        assert "interrupted" in said
        assert "Traceback" not in said
    finally:
        server.terminate()
        server.wait(timeout=30)
        if server.stdout is not None:
            server.stdout.close()
