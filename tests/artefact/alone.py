"""A round of events on unpacked code, in a process that sees the standard library and that code: `test_alone`
starts it.

    alone.py FOLDER registry|function INSTANCE USER

Prints the answers, the files of all modules that were loaded, and their names.
"""

import importlib
import json
import logging
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

KEYS = {"accessKeyId": "AKIAEXAMPLE", "secretAccessKey": "secret", "sessionToken": "token"}
PACKAGE = "custom_connect_userconfig"
TYPE = "Acme::Connect::UserConfig"
"""As the registry would call it under an organisation's name: the code bears another one."""
STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/alone/0a1b2c3d-0000-4000-8000-000000000000"


def properties(identity: dict[str, Any], accept: Any) -> dict[str, Any]:
    return {**identity, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": accept}]}


def through_the_registry(identity: dict[str, Any]) -> dict[str, Any]:
    handlers = importlib.import_module(f"{PACKAGE}.handlers")

    def event(action: str, wanted: dict[str, Any], previous: dict[str, Any] | None = None) -> dict[str, Any]:
        data = {
            "callerCredentials": KEYS,
            "providerCredentials": KEYS,
            "providerLogGroupName": "alone-logs",
            "logicalResourceId": "Agent",
            "resourceProperties": wanted,
            "previousResourceProperties": previous,
            "stackTags": {},
            "systemTags": {},
        }
        return {
            "action": action,
            "awsAccountId": "123456789012",
            "bearerToken": "token",
            "region": "us-east-1",
            "resourceType": TYPE,
            "resourceTypeVersion": "00000001",
            "stackId": STACK,
            "callbackContext": None,
            "requestData": data,
        }

    on, off = properties(identity, True), properties(identity, False)
    answers = {
        "CREATE": handlers.resource(event("CREATE", on), None),
        "READ": handlers.resource(event("READ", identity), None),
        "UPDATE": handlers.resource(event("UPDATE", off, on), None),
        "LIST": handlers.resource(event("LIST", {"InstanceId": identity["InstanceId"]}), None),
        "DELETE": handlers.resource(event("DELETE", off), None),
        "GONE": handlers.resource(event("READ", identity), None),
    }
    request = {
        "clientRequestToken": "token",
        "desiredResourceState": on,
        "logicalResourceIdentifier": "Agent",
        "region": "us-east-1",
        "awsAccountId": "123456789012",
    }
    invoked = {
        "credentials": KEYS,
        "action": "CREATE",
        "region": "us-east-1",
        "callbackContext": None,
        "request": request,
    }
    answers["INVOKED"] = handlers.test_entrypoint(invoked, None)
    return answers


class Context:
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:alone"

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


def through_the_function(identity: dict[str, Any]) -> dict[str, Any]:
    custom_resource = importlib.import_module(f"{PACKAGE}.custom_resource")
    taken: list[dict[str, Any]] = []

    class Replies(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Replies)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    event = {
        "ServiceToken": Context.invoked_function_arn,
        "ResponseURL": f"http://127.0.0.1:{server.server_port}/",
        "StackId": STACK,
        "ResourceType": "Custom::ConnectUserConfig",
        "LogicalResourceId": "Agent",
        "RequestId": "request",
    }
    on, off = properties(identity, "true"), properties(identity, "false")
    custom_resource.handler({**event, "RequestType": "Create", "ResourceProperties": on}, Context())
    named = {"PhysicalResourceId": "|".join(identity.values())}
    custom_resource.handler(
        {**event, **named, "RequestType": "Update", "ResourceProperties": off, "OldResourceProperties": on},
        Context(),
    )
    read = custom_resource.handler({"RequestType": "Read", "ResourceProperties": off}, Context())
    custom_resource.handler({**event, **named, "RequestType": "Delete", "ResourceProperties": off}, Context())
    handover = importlib.import_module(f"{PACKAGE}.custom_resource.handover")
    errors = importlib.import_module(f"{PACKAGE}.core.errors")
    sessions = importlib.import_module(f"{PACKAGE}.aws.clients")
    try:
        with sessions.acting_as(sessions.own_credentials()):
            handover.hand_over(handover.Handover({}, 0.0), Context.invoked_function_arn, "us-east-1")
        handed = "taken"
    except errors.SettingsError as error:
        handed = type(error).__name__
    server.shutdown()
    server.server_close()
    create, update, delete = taken
    return {"CREATE": create, "UPDATE": update, "READ": read, "DELETE": delete, "HANDOVER": handed}


def main(folder: str, front_end: str, instance: str, user: str) -> None:
    # What Lambda's runtime would have in place.
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }
    logging.getLogger().addHandler(logging.NullHandler())
    sys.path.insert(0, folder)
    answers = {"registry": through_the_registry, "function": through_the_function}[front_end](
        {"InstanceId": instance, "UserId": user}
    )
    files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    told = {
        "answers": answers,
        "files": files,
        "modules": sorted(sys.modules),
        "standard": str(Path(os.__file__).parent),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
