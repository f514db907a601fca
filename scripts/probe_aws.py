"""Answer, in a sandbox account, the questions that the documentation of Amazon Connect leaves open.

    PYTHONPATH=src python scripts/probe_aws.py --instance INSTANCE_ID --user USER_ID [--region REGION]
        [--template]

USER_ID must be an agent that nobody uses at the same time: the probe changes its settings and tags for some
minutes and then restores them. Each step prints a question and the service's answer. It needs the actions of
resource-role.yaml, and with --template cloudformation:CreateChangeSet, DescribeChangeSet, DeleteChangeSet and
DeleteStack. It deploys nothing. Exit status: 0 if every question has an answer and the agent is restored,
otherwise 1.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from probe_questions import EMAIL, STEPS, TAG, Agent, Entries

from custom_connect_userconfig.core.arrays import ARRAYS
from custom_connect_userconfig.core.settings import UserSettings, expand, flatten

STACK: Final = "connect-user-config-probe"
TYPE_NAME: Final = "Custom::Connect::UserConfig"


@contextmanager
def restored(agent: Agent) -> Iterator[None]:
    """Restore settings and tags at the end of the block, whatever happens in it."""
    before = agent.read()
    try:
        yield
    finally:
        agent.connect.untag_resource(resourceArn=before["Arn"], tagKeys=[TAG])
        ids = {"InstanceId": agent.instance_id, "UserId": agent.user_id}
        arrays = _whole(before)
        try:
            agent.connect.update_user_config(**ids, **arrays)
        except ClientError:
            # An instance without e-mail has no settings of it to restore.
            for name, entries in arrays.items():
                arrays[name] = [entry for entry in entries if entry["Channel"] != EMAIL]
            agent.connect.update_user_config(**ids, **arrays)
        print("settings and tags: restored")


def _whole(user: Mapping[str, Any]) -> dict[str, Entries]:
    """Return every array as it was; a missing setting has its legacy or default value."""
    settings = UserSettings(flatten(user), user.get("PhoneConfig") or {})
    keys = [
        array.key(channel, field)
        for array in ARRAYS
        for channel in array.channels
        for field in array.fields_of(channel)
    ]
    values = {key: value for key in keys if (value := settings.effective(key)) is not None}
    return expand(values)


def literal_type_name(cloudformation: Any, account: str, region: str) -> str:  # noqa: ANN401 - a boto3 client
    """Does a template take the literal name Custom::Connect::UserConfig?

    It creates a change set and never executes it.
    """
    properties = {"ServiceToken": f"arn:aws:lambda:{region}:{account}:function:{STACK}"}
    template = json.dumps({"Resources": {"Probe": {"Type": TYPE_NAME, "Properties": properties}}})
    names = {"StackName": STACK, "ChangeSetName": STACK}
    try:
        cloudformation.create_change_set(**names, ChangeSetType="CREATE", TemplateBody=template)
        cloudformation.get_waiter("change_set_create_complete").wait(**names)
    except (ClientError, BotoCoreError) as error:
        return f"refused: {error}"
    finally:
        cloudformation.delete_stack(StackName=STACK)
    return "taken"


def ask(question: str | None, answer: Callable[[], str]) -> bool:
    """Print a question and its answer; return whether there is one."""
    print(f"{(question or '').splitlines()[0]}")
    try:
        print(f"  {answer()}")
    except (ClientError, BotoCoreError, TimeoutError) as error:
        print(f"  no answer: {error}")
        return False
    return True


def probe(agent: Agent) -> bool:
    """Run every step and restore the agent; return whether every question has an answer."""
    with restored(agent):
        answered = [ask(step.__doc__, lambda step=step: step(agent)) for step in STEPS]  # type: ignore[misc]  # a default value gives a lambda no types
    return all(answered)


def main() -> int:
    """Run the probe; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--instance", required=True, help="id of the Connect instance")
    parser.add_argument("--user", required=True, help="id of an agent that nobody uses at the same time")
    parser.add_argument("--region", help="region of the instance (default: the one in the AWS configuration)")
    text = "also ask CloudFormation about the literal type name"
    parser.add_argument("--template", action="store_true", help=text)
    options = parser.parse_args()
    session = boto3.Session(region_name=options.region)
    answered = probe(Agent(session.client("connect"), options.instance, options.user))
    if options.template:
        account = session.client("sts").get_caller_identity()["Account"]
        cloudformation = session.client("cloudformation")
        region = session.region_name
        answered &= ask(literal_type_name.__doc__, lambda: literal_type_name(cloudformation, account, region))
    return 0 if answered else 1


if __name__ == "__main__":
    sys.exit(main())
