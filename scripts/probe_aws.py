"""Find out, in a sandbox account, what the documentation of Amazon Connect leaves open; undo everything
afterwards.

    python scripts/probe_aws.py --instance INSTANCE_ID --user USER_ID [--region REGION] [--template]

USER_ID must be an agent that nobody uses meanwhile: settings and tags are changed for some minutes and then
put back as they were. Each step prints a question and what the service did. Needs the actions of
resource-role.yaml, and with --template cloudformation:CreateChangeSet, DescribeChangeSet, DeleteChangeSet and
DeleteStack. Nothing is deployed. Exit status: 0 when every question has an answer and the agent is as before,
1 otherwise.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from probe_questions import (
    ARRAYS,
    CHANNELS,
    EMAIL,
    PER_CHANNEL,
    STEPS,
    TAG,
    Agent,
    Entries,
    accept,
    entry_of,
    work,
)

STACK: Final = "connect-user-config-probe"
TEMPLATE: Final = """{"Resources": {"Probe": {"Type": "Custom::Connect::UserConfig", "Properties": {"ServiceToken": "%s"}}}}"""


@contextmanager
def put_back(agent: Agent) -> Iterator[None]:
    """Put settings and tags back as they were, whatever happens in between."""
    before = agent.read()
    try:
        yield
    finally:
        agent.connect.untag_resource(resourceArn=before["Arn"], tagKeys=[TAG])
        ids = {"InstanceId": agent.instance_id, "UserId": agent.user_id}
        arrays = {name: _whole(before, name) for name in ARRAYS}
        try:
            agent.connect.update_user_config(**ids, **arrays)
        except ClientError:
            # An instance that does not take e-mail has no settings of it to put back.
            agent.connect.update_user_config(
                **ids,
                **{
                    name: [entry for entry in entries if entry["Channel"] != EMAIL]
                    for name, entries in arrays.items()
                },
            )
        print("settings and tags: put back")


def _whole(user: Mapping[str, Any], array: str) -> Entries:
    """Return `array` as it was, with what the absence of an entry means where there was none."""
    legacy = user.get("PhoneConfig") or {}
    number = {"PhoneNumber": legacy["DeskPhoneNumber"]} if legacy.get("DeskPhoneNumber") else {}
    absent: dict[str, Callable[[str], dict[str, Any]]] = {
        "AutoAcceptConfigs": lambda channel: accept(channel, value=legacy.get("AutoAccept", False)),
        "AfterContactWorkConfigs": lambda channel: work(channel, legacy.get("AfterContactWorkTimeLimit", 0)),
        "PhoneNumberConfigs": lambda channel: {
            "Channel": channel,
            "PhoneType": legacy.get("PhoneType", "SOFT_PHONE"),
            **number,
        },
        "PersistentConnectionConfigs": lambda channel: {
            "Channel": channel,
            "PersistentConnection": legacy.get("PersistentConnection", False),
        },
        "VoiceEnhancementConfigs": lambda channel: {"Channel": channel, "VoiceEnhancementMode": "NONE"},
    }
    entries = []
    for channel in CHANNELS if array in PER_CHANNEL else CHANNELS[:1]:
        shown = {**absent[array](channel), **(entry_of(user, array, channel) or {})}
        if array == "AutoAcceptConfigs" and channel == "VOICE":
            shown.setdefault("AgentFirstCallbackAutoAccept", False)
        entries.append(shown)
    return entries


def literal_type_name(cloudformation: Any, account: str, region: str) -> str:  # noqa: ANN401 - a boto3 client
    """Does a template take the literal name Custom::Connect::UserConfig? Asks with a change set, which is
    never executed.
    """
    token = f"arn:aws:lambda:{region}:{account}:function:{STACK}"
    try:
        cloudformation.create_change_set(
            StackName=STACK, ChangeSetName=STACK, ChangeSetType="CREATE", TemplateBody=TEMPLATE % token
        )
        cloudformation.get_waiter("change_set_create_complete").wait(StackName=STACK, ChangeSetName=STACK)
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
    """Run every step and put the agent back; return whether every question was answered."""
    with put_back(agent):
        answered = [ask(step.__doc__, lambda step=step: step(agent)) for step in STEPS]  # type: ignore[misc]
    return all(answered)


def main() -> int:
    """Run the probe as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--instance", required=True, help="id of the Connect instance")
    parser.add_argument("--user", required=True, help="id of an agent that nobody uses meanwhile")
    parser.add_argument("--region", help="region of the instance; default: that of the AWS configuration")
    parser.add_argument(
        "--template", action="store_true", help="also ask CloudFormation about the literal type name"
    )
    options = parser.parse_args()
    session = boto3.Session(region_name=options.region)
    answered = probe(Agent(session.client("connect"), options.instance, options.user))
    if options.template:
        account = session.client("sts").get_caller_identity()["Account"]
        cloudformation = session.client("cloudformation")
        answered &= ask(
            literal_type_name.__doc__, lambda: literal_type_name(cloudformation, account, session.region_name)
        )
    return 0 if answered else 1


if __name__ == "__main__":
    sys.exit(main())
