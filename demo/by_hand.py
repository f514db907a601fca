"""Commands to try on the local cloud that `make demo KEEP=1` leaves running."""

import json
import shlex

from .agents import INSTANCE
from .local_cloud import KEY, REGION
from .scenario import STACK, Demo


def commands(demo: Demo) -> str:
    """Return the commands, ready to copy."""
    cloud, ann = demo.cloud, demo.ledgers[0].agent
    token = demo.installation.service_token if demo.installation else ""
    overrides = " ".join(shlex.quote(f"{name}={value}") for name, value in demo.parameters.items())
    user = {"InstanceId": INSTANCE, "UserId": ann.user_id}
    limit = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 300}}
    change = json.dumps({**user, "AfterContactWorkConfigs": [limit]})
    read = json.dumps({"RequestType": "Read", "ResourceProperties": user})
    return f"""
The local cloud runs on. The function is installed, and no stack owns the agents.
In another terminal, in this folder:

export AWS_ENDPOINT_URL={cloud.aws_url} AWS_ENDPOINT_URL_CONNECT={cloud.connect_url}
export AWS_ACCESS_KEY_ID={KEY} AWS_SECRET_ACCESS_KEY={KEY} AWS_DEFAULT_REGION={REGION}

# own settings of the four agents; edit the template and deploy it again
aws cloudformation deploy --stack-name {STACK} --template-file examples/agent-settings.yaml \\
  --parameter-overrides {overrides}
aws cloudformation describe-stack-events --stack-name {STACK} --output table

# look at an agent, and at every agent's settings and owners
aws connect describe-user --instance-id {INSTANCE} --user-id {ann.user_id}
curl -s {cloud.connect_url}/connect-local/users

# change a setting outside the stack, and see the drift
curl -s {cloud.connect_url}/connect-local/admin-update -d '{change}'
aws lambda invoke --function-name {token} --cli-binary-format raw-in-base64-out \\
  --payload '{read}' /dev/stdout

# give everything back
aws cloudformation delete-stack --stack-name {STACK}

Ctrl-C in this terminal ends the local cloud and removes all of it."""
