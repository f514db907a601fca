"""Commands to try on the local cloud that `make demo KEEP=1` leaves running."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Final

from .agents import INSTANCE
from .command_line import account
from .local_cloud import ROOT
from .scenario import Demo
from .templates import pasted, readme_snippet

FILE: Final = "build/sales-agent.yaml"
STACK: Final = "sales"


def prepare(demo: Demo) -> None:
    """Write the template to deploy, and let every read show what is there now."""
    target = ROOT / FILE
    target.parent.mkdir(exist_ok=True)
    # Another demo may be running in this folder: no reader finds half a file.
    written = target.with_suffix(f".{os.getpid()}")
    written.write_text(pasted(readme_snippet()), "utf-8")
    written.replace(target)
    demo.let_reads_catch_up()
    demo.cloud.control("POST", "behaviour", {"stale_reads": 0})


def commands(demo: Demo) -> str:
    """Return the commands, ready to copy; none is wider than 60 columns unless it is one word."""
    cloud, ann = demo.cloud, demo.ledgers[0].agent
    exports = "\n".join(f"export {name}={value}" for name, value in account(cloud).items())
    limit = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 300}}
    # Older AWS CLIs do not know the variable.
    aws = "aws --endpoint-url $AWS_ENDPOINT_URL \\\n  cloudformation"
    change = {"InstanceId": INSTANCE, "UserId": ann.user_id, "AfterContactWorkConfigs": [limit]}
    return f"""
The local cloud runs on. The function is installed, and no
stack owns the agents. In another terminal, in this folder:

{exports}
connect-user-config() {{
  PYTHONPATH=src {_python()} \\
    -m connect_user_config "$@"
}}
instance={INSTANCE}

# who is there, and what they carry
connect-user-config agents --instance $instance

# {FILE} holds the README's resource:
# is it right, and what would it change?
connect-user-config check {FILE}
connect-user-config diff {FILE}

# own the settings; edit the file and deploy it again
{aws} deploy \\
  --stack-name {STACK} --template-file {FILE}
{aws} describe-stack-events \\
  --stack-name {STACK} --output table \\
  --query 'StackEvents[].[LogicalResourceId,ResourceStatus]'

# change a setting outside the stack, and see the drift
curl -s \\
  {cloud.connect_url}/connect-local/admin-update \\
  -d '{json.dumps(change, indent=1)}'
connect-user-config drift --instance $instance

# give everything back
{aws} delete-stack \\
  --stack-name {STACK}

# a template of all agents as they are
connect-user-config adopt --instance $instance \\
  --to build/adopted

Ctrl-C in this terminal ends the local cloud."""


def _python() -> str:
    """Return the Python that runs the demo, as the folder of the project names it."""
    python = Path(sys.executable)
    return shlex.quote(str(python.relative_to(ROOT) if python.is_relative_to(ROOT) else python))
