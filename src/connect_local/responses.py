"""Parses requests and forms answers: moto's Connect responses, extended with the operations on users.

moto calls `dispatch` for every request to a path in `urls`. Every call passes through `boundary`, which
applies quotas, permissions and faults. A request that does not fit the service's model gets the service's
JSON error here; `models` carries the operations out.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from botocore.model import Shape, StructureShape
from moto.connect.responses import ConnectResponse
from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import JsonRESTError
from moto.core.request import Request
from moto.core.utils import camelcase_to_underscores, get_service_model, method_names_from_class

from .boundary import Arrival, error_answer, serve
from .conditions import current
from .exceptions import SerializationException, UnknownOperationException
from .models import LocalConnectBackend, connect_backends
from .organisation import Kind, Organisation
from .validation import check_request
from .wire import members_of_body, members_of_query


class LocalConnectResponse(ConnectResponse):
    """Handler for Connect requests and responses."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__()
        self.allow_request_decompression = False

    @property
    def connect_backend(self) -> LocalConnectBackend:
        return cast("LocalConnectBackend", connect_backends[self.current_account][self.region])

    def _dispatch(self, request: Request, full_url: str | None = None, headers: Any = None) -> TYPE_RESPONSE:
        # The body is always JSON: moto would read a form as its own parameters.
        request.environ["CONTENT_TYPE"] = "application/json"
        return super()._dispatch(request, full_url, headers)

    def _get_action(self) -> str:
        """The operation of method and path; moto would also accept a name in `?Action=` or in a header."""
        return self._get_action_from_method_and_request_uri(self.normalized_request)

    def call_action(self) -> TYPE_RESPONSE:
        operation = self._get_action()
        if self.region not in connect_backends[self.current_account]:
            problem = "Credential should be scoped to a valid region."
            return error_answer(403, "InvalidSignatureException", problem)
        if not operation:
            return _refused(UnknownOperationException("No operation has this method and path"))
        refusal = self._read_parameters(operation)
        arrival = Arrival(
            operation=operation,
            account_id=self.current_account,
            region=self.region,
            parameters=self.params,
            url=self.uri,
            socket=self.normalized_request.environ.get("werkzeug.socket"),
            access_key=self.access_key,
        )
        return serve(arrival, partial(self._act, operation, refusal), current())

    def _read_parameters(self, operation: str) -> SerializationException | None:
        """Reads the parameters by member name; returns the error of a body that cannot be parsed."""
        members = _members_of(operation)
        of_body = {name: shape for name, shape in members.items() if "location" not in shape.serialization}
        # moto's own operations read the body even if the operation has none.
        self.body = self.body if of_body else b""
        self.params = {**members_of_query(members, self.normalized_request.args), **self.uri_match}
        try:
            self.params = {**members_of_body(of_body, self.body), **self.params}
        except SerializationException as refusal:
            return refusal
        return None

    def _act(self, operation: str, refusal: SerializationException | None) -> TYPE_RESPONSE:
        try:
            if refusal is not None:
                raise refusal
            if camelcase_to_underscores(operation) not in method_names_from_class(type(self)):
                raise UnknownOperationException(f"{operation} is not implemented in the local Connect")
            check_request(operation, self.params)
        except JsonRESTError as error:
            return _refused(error)
        return super().call_action()

    def create_user(self) -> str:
        return json.dumps(self.connect_backend.create_user(self._get_instance_id(), self._body()))

    def describe_user(self) -> str:
        user = self.connect_backend.describe_user(self._get_instance_id(), self._user_id())
        return json.dumps({"User": user})

    def update_user_config(self) -> str:
        self.connect_backend.update_user_config(self._get_instance_id(), self._user_id(), self._body())
        return "{}"

    def update_user_phone_config(self) -> str:
        self.connect_backend.update_user_phone_config(
            self._get_instance_id(), self._user_id(), self.params.get("PhoneConfig")
        )
        return "{}"

    def delete_user(self) -> str:
        self.connect_backend.delete_user(self._get_instance_id(), self._user_id())
        return "{}"

    def list_users(self) -> str:
        summaries, token = self.connect_backend.list_users(
            self._get_instance_id(), self.params.get("MaxResults"), self.params.get("NextToken")
        )
        return _page("UserSummaryList", summaries, token)

    def search_users(self) -> str:
        summaries, token, count = self.connect_backend.search_users(
            self._get_instance_id(),
            self.params.get("SearchFilter"),
            self.params.get("SearchCriteria"),
            self.params.get("MaxResults"),
            self.params.get("NextToken"),
        )
        return _page("Users", summaries, token, ApproximateTotalCount=count)

    def list_routing_profiles(self) -> str:
        return self._list(Kind.ROUTING_PROFILE, "RoutingProfileSummaryList")

    def list_security_profiles(self) -> str:
        return self._list(Kind.SECURITY_PROFILE, "SecurityProfileSummaryList")

    def list_user_hierarchy_groups(self) -> str:
        return self._list(Kind.HIERARCHY_GROUP, "UserHierarchyGroupSummaryList")

    def _list(self, kind: Kind, member: str) -> str:
        size, token = self.params.get("MaxResults"), self.params.get("NextToken")
        return _page(member, *self._organisation().summaries(kind, size, token))

    def describe_routing_profile(self) -> str:
        profile = self._organisation().routing_profile(str(self.params.get("RoutingProfileId")))
        return json.dumps({"RoutingProfile": profile})

    def describe_security_profile(self) -> str:
        profile = self._organisation().security_profile(str(self.params.get("SecurityProfileId")))
        return json.dumps({"SecurityProfile": profile})

    def describe_user_hierarchy_group(self) -> str:
        group = self._organisation().hierarchy_group(str(self.params.get("HierarchyGroupId")))
        return json.dumps({"HierarchyGroup": group})

    def _organisation(self) -> Organisation:
        return self.connect_backend.organisation(self._get_instance_id())

    def tag_resource(self) -> str:
        self.connect_backend.tag_resource(self._get_resource_arn(), self.params.get("tags"))
        return "{}"

    def untag_resource(self) -> str:
        self.connect_backend.untag_resource(self._get_resource_arn(), self.params.get("tagKeys"))
        return "{}"

    def _get_instance_id(self) -> str:
        return str(self.params.get("InstanceId", ""))

    def _user_id(self) -> str:
        return str(self.params.get("UserId", ""))

    def _body(self) -> Mapping[str, object]:
        return {name: value for name, value in self.params.items() if name not in ("InstanceId", "UserId")}

    def _get_resource_arn(self) -> str:
        return str(self.params.get("resourceArn", ""))


def _members_of(operation: str) -> Mapping[str, Shape]:
    shape = get_service_model("connect").operation_model(operation).input_shape
    return shape.members if isinstance(shape, StructureShape) else {}


def _refused(error: JsonRESTError) -> TYPE_RESPONSE:
    return error_answer(error.code, error.error_type, error.message)


def _page(member: str, summaries: list[dict[str, object]], token: str | None, **more: Any) -> str:
    return json.dumps({member: summaries, **({"NextToken": token} if token else {}), **more})
