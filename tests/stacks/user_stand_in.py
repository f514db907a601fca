"""AWS::Connect::User for a local CloudFormation that lacks it: the same properties, `!Ref` and `!GetAtt`.

It is a custom resource whose function creates and deletes the user in the local Connect.
"""

import io
import json
import zipfile
from typing import Any

from demo.local_cloud import KEY, LocalCloud

TYPE = "AWS::Connect::User"
_NAME = "connect-user-stand-in"
# Long-term keys: the local Connect holds temporary ones to the policies of the function under test.
_CODE = f"""
import json, urllib.request
import botocore.session

def handler(event, context):
    session = botocore.session.get_session()
    session.set_credentials({KEY!r}, {KEY!r})
    connect = session.create_client("connect")
    given, arn = event["ResourceProperties"], event.get("PhysicalResourceId")
    instance = given["InstanceArn"].rpartition("/")[2]
    if event["RequestType"] == "Create":
        arn = connect.create_user(
            InstanceId=instance,
            Username=given["Username"],
            PhoneConfig=given["PhoneConfig"],
            RoutingProfileId=given["RoutingProfileArn"].rpartition("/")[2],
            SecurityProfileIds=[each.rpartition("/")[2] for each in given["SecurityProfileArns"]],
        )["UserArn"]
    elif event["RequestType"] == "Delete":
        connect.delete_user(InstanceId=instance, UserId=arn.rpartition("/")[2])
    names = ("StackId", "RequestId", "LogicalResourceId")
    answer = {{"Status": "SUCCESS", "PhysicalResourceId": arn, "Data": {{"UserArn": arn}}}}
    body = json.dumps({{**answer, **{{name: event[name] for name in names}}}}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"), timeout=30)
"""


def install(cloud: LocalCloud) -> str:
    """Create the function; return its ARN."""
    trust = {
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ]
    }
    iam = cloud.client("iam")
    role = iam.create_role(RoleName=_NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", _CODE)
    created = cloud.client("lambda").create_function(
        FunctionName=_NAME,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role["Arn"],
        Code={"ZipFile": packed.getvalue()},
        Timeout=60,
    )
    return str(created["FunctionArn"])


def in_place(template: dict[str, Any], service_token: str) -> dict[str, Any]:
    """Return the template with the stand-in for each user, and nothing else changed."""
    resources = {
        name: _stand_in(resource, service_token) if resource["Type"] == TYPE else resource
        for name, resource in template["Resources"].items()
    }
    return {**template, "Resources": resources}


def _stand_in(resource: dict[str, Any], service_token: str) -> dict[str, Any]:
    properties = {"ServiceToken": service_token, **resource["Properties"]}
    return {**resource, "Type": "Custom::StandInUser", "Properties": properties}
