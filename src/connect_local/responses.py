"""Requests in, answers out: moto's Connect responses extended with the operations on users.

moto calls `dispatch` for every request to a path in `urls`; every call passes through `boundary`, which keeps
quotas, planted faults and the log. What an operation means is in `models`.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from moto.connect.responses import ConnectResponse
from moto.core.common_types import TYPE_RESPONSE

from .boundary import Arrival, serve
from .conditions import current
from .models import LocalConnectBackend, connect_backends


class LocalConnectResponse(ConnectResponse):
    """Handler for Connect requests and responses."""

    @property
    def connect_backend(self) -> LocalConnectBackend:
        return cast("LocalConnectBackend", connect_backends[self.current_account][self.region])

    def call_action(self) -> TYPE_RESPONSE:
        operation = self._get_action()
        if not operation:
            return super().call_action()
        self.params = self._parameters()
        arrival = Arrival(
            operation=operation,
            account_id=self.current_account,
            region=self.region,
            parameters=self.params,
            url=self.uri,
            socket=self.normalized_request.environ.get("werkzeug.socket"),
            access_key=self.access_key,
        )
        return serve(arrival, super().call_action, current())

    def _parameters(self) -> dict[str, Any]:
        """The parameters by member name. Bodies are taken as they came: moto's parser would turn "yes" into true."""
        if not self.body:
            self.parse_parameters(self.normalized_request)
            return dict(self.params)
        try:
            body = json.loads(self.body)
        except ValueError:
            body = {}
        return {**(body if isinstance(body, dict) else {}), **self.uri_match}

    def create_user(self) -> str:
        return json.dumps(self.connect_backend.create_user(self._instance_id(), self._body()))

    def describe_user(self) -> str:
        return json.dumps({"User": self.connect_backend.describe_user(self._instance_id(), self._user_id())})

    def update_user_config(self) -> str:
        self.connect_backend.update_user_config(self._instance_id(), self._user_id(), self._body())
        return "{}"

    def update_user_phone_config(self) -> str:
        self.connect_backend.update_user_phone_config(self._instance_id(), self._user_id(), self.params.get("PhoneConfig"))
        return "{}"

    def delete_user(self) -> str:
        self.connect_backend.delete_user(self._instance_id(), self._user_id())
        return "{}"

    def list_users(self) -> str:
        summaries, token = self.connect_backend.list_users(
            self._instance_id(), self.params.get("MaxResults"), self.params.get("NextToken")
        )
        return _page("UserSummaryList", summaries, token)

    def search_users(self) -> str:
        summaries, token, count = self.connect_backend.search_users(
            self._instance_id(),
            self.params.get("SearchFilter"),
            self.params.get("SearchCriteria"),
            self.params.get("MaxResults"),
            self.params.get("NextToken"),
        )
        return _page("Users", summaries, token, ApproximateTotalCount=count)

    def tag_resource(self) -> str:
        self.connect_backend.tag_resource(self._get_resource_arn(), self.params.get("tags"))
        return "{}"

    def untag_resource(self) -> str:
        self.connect_backend.untag_resource(self._get_resource_arn(), self.params.get("tagKeys"))
        return "{}"

    def _instance_id(self) -> str:
        return str(self.params.get("InstanceId", ""))

    def _user_id(self) -> str:
        return str(self.params.get("UserId", ""))

    def _body(self) -> Mapping[str, object]:
        return {name: value for name, value in self.params.items() if name not in ("InstanceId", "UserId")}

    def _get_resource_arn(self) -> str:
        return str(self.params.get("resourceArn", ""))


def _page(member: str, summaries: list[dict[str, object]], token: str | None, **more: Any) -> str:
    return json.dumps({member: summaries, **({"NextToken": token} if token else {}), **more})
