"""One side of a comparison, in a process with the standard library and one folder, for `cold` and `warm`.

    invocation.py KIND FOLDER URL RESPONSE_URL INSTANCE

Each line of standard input names a user. After the four calls the process answers with a line of JSON: the
seconds since it read the line, its processor time and its memory. All kinds make the same calls:
DescribeUser, TagResource, UpdateUserConfig, DescribeUser. `bare` is a script with one cached client of stock
boto3; `registry` and `function` are the packaged handlers; `delivering` is `registry` with log delivery and
metrics.
"""

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

_REGION = "us-east-1"
_STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/bench/0a1b2c3d-0000-4000-8000-000000000000"
_NUMBER = count(1)

Invoke = Callable[[str], None]


def _keys() -> dict[str, str]:
    """Return new credentials."""
    number = next(_NUMBER)
    return {
        "accessKeyId": f"AKIA{number:08d}",
        "secretAccessKey": f"secret-{number}",
        "sessionToken": f"token-{number}",
    }


def _bare(url: str, instance: str, _response_url: str) -> Invoke:
    import boto3  # noqa: PLC0415  # its import is measured

    keys = _keys()
    session = boto3.Session(
        keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"], region_name=_REGION
    )
    client = session.client("connect", endpoint_url=url)

    def invoke(user: str) -> None:
        found = client.describe_user(InstanceId=instance, UserId=user)["User"]
        client.tag_resource(resourceArn=found["Arn"], tags={"bench": "v1 VOICE=false"})
        voice: Any = [{"Channel": "VOICE", "AutoAccept": True}]
        client.update_user_config(InstanceId=instance, UserId=user, AutoAcceptConfigs=voice)
        client.describe_user(InstanceId=instance, UserId=user)

    return invoke


def _registry(url: str, instance: str, _response_url: str, *, delivers: bool = False) -> Invoke:
    os.environ["AWS_ENDPOINT_URL"] = url
    from custom_connect_userconfig import handlers  # noqa: PLC0415  # its import is measured

    def invoke(user: str) -> None:
        data: dict[str, Any] = {
            "callerCredentials": _keys(),
            "logicalResourceId": "Agent",
            "resourceProperties": _properties(instance, user, accept=True),
            "previousResourceProperties": None,
            "stackTags": {},
            "systemTags": {},
        }
        if delivers:
            data |= {"providerCredentials": _keys(), "providerLogGroupName": "bench-logs"}
        event = {
            "action": "CREATE",
            "awsAccountId": "123456789012",
            "bearerToken": user,
            "region": _REGION,
            "resourceType": handlers.TYPE_NAME,
            "resourceTypeVersion": "00000001",
            "stackId": _STACK,
            "callbackContext": None,
            "requestData": data,
        }
        entry: Any = handlers.resource
        answer = entry(event, None)
        if answer["status"] != "SUCCESS":
            sys.exit(f"CREATE failed: {answer}")

    return invoke


def _delivering(url: str, instance: str, response_url: str) -> Invoke:
    return _registry(url, instance, response_url, delivers=True)


class _Context:
    invoked_function_arn = f"arn:aws:lambda:{_REGION}:123456789012:function:bench"

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


def _function(url: str, instance: str, response_url: str) -> Invoke:
    keys = _keys()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    os.environ |= {"AWS_ENDPOINT_URL": url, **dict(zip(names, keys.values(), strict=True))}
    from custom_connect_userconfig import custom_resource  # noqa: PLC0415  # its import is measured

    def invoke(user: str) -> None:
        event = {
            "RequestType": "Create",
            "ServiceToken": _Context.invoked_function_arn,
            "ResponseURL": response_url,
            "StackId": _STACK,
            "RequestId": user,
            "ResourceType": "Custom::ConnectUserConfig",
            "LogicalResourceId": "Agent",
            "ResourceProperties": _properties(instance, user, accept="true"),
        }
        custom_resource.handler(event, _Context())

    return invoke


def _properties(instance: str, user: str, *, accept: object) -> dict[str, Any]:
    return {
        "InstanceId": instance,
        "UserId": user,
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": accept}],
    }


def _memory() -> Iterator[tuple[str, int]]:
    """Yield peak and present resident memory in kB; `ru_maxrss` would include the parent's size."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        yield from (("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss), ("now", 0))
        return
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name in ("VmHWM", "VmRSS"):
            yield {"VmHWM": "peak", "VmRSS": "now"}[name], int(value.split()[0])


def main(kind: str, folder: str, url: str, response_url: str, instance: str) -> None:
    """Serve until standard input ends."""
    # As in Lambda's runtime: the support library needs a handler to filter.
    logging.getLogger().addHandler(logging.NullHandler())
    sys.path.insert(0, folder)
    kinds = {"bare": _bare, "registry": _registry, "delivering": _delivering, "function": _function}
    invoke = kinds[kind](url, instance, response_url)
    for line in sys.stdin:
        begun = time.perf_counter()
        invoke(line.strip())
        seconds = time.perf_counter() - begun
        print(json.dumps({"seconds": seconds, "cpu": time.process_time(), **dict(_memory())}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
