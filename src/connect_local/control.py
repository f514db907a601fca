"""The server's control endpoints, by which a test in another process controls the local Connect.

`server` puts this in front of moto's own application. All paths start with `/connect-local/`; bodies and
answers are JSON:

    GET    calls[?operation=Name]  the log of calls
    DELETE calls                   empty the log
    POST   faults                  plant a fault: {"operation": "TagResource", "kind": "ThrottlingException"}
    DELETE faults                  remove all faults
    POST   permissions             for temporary credentials: {"principal": "arn:…", "policies": [{…}]}
    DELETE permissions             allow every call
    GET    behaviour               the switches
    POST   behaviour               set switches: {"array_write": "merge", "stale_reads": 2}
    POST   reset                   remove everything; the body may set switches
    POST   seed                    create instances and users (see the module `seed`)
    POST   routing-profiles        create one: {"instance_id": …, "name": …, "id": …}
    POST   security-profiles       the same
    POST   hierarchy-groups        the same, with "parent", the id of the group above
    GET    users                   every user with its effective settings and tags, never stale
    POST   admin-update            a write in the console: {"InstanceId": …, "UserId": …, arrays}

`?account=` and `?region=` select another account and region than the server's for `users`, `seed`,
`admin-update` and the profiles and groups.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from werkzeug.wrappers import Request, Response

from .administration import Administration
from .behaviour import Quota
from .conditions import current
from .permissions import Permissions
from .seed import CREATORS, seed
from .switches import SWITCH_NAMES, behaviour_with, fault_from
from .users import User

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/connect-local/"


class ControlledApplication:
    """A WSGI application that answers the control endpoints itself and passes everything else on."""

    def __init__(self, application: "WSGIApplication", account_id: str, region: str) -> None:
        self._application = application
        self._account_id = account_id
        self._region = region

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._application(environ, start_response)
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        endpoint = _ENDPOINTS.get((request.method, request.path.removeprefix(PREFIX)))
        if endpoint is None:
            return _json({"message": f"There is no {request.method} {request.path}"}, 404)
        account_id = request.args.get("account", self._account_id)
        administration = Administration(current(), account_id, request.args.get("region", self._region))
        try:
            with current().lock:
                return _json(endpoint(administration, request))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return _json({"message": str(error)}, 400)
        except JsonRESTError as error:
            return _json({"message": error.message, "code": error.error_type}, error.code)


def _calls(administration: Administration, request: Request) -> object:
    operation = request.args.get("operation")
    calls = administration.calls_of(operation) if operation else administration.calls
    return {"calls": [asdict(call) for call in calls]}


def _forget_calls(administration: Administration, _request: Request) -> object:
    administration.forget_calls()
    return {}


def _plant(administration: Administration, request: Request) -> object:
    administration.plant(fault_from(_body(request)))
    return {}


def _clear_faults(administration: Administration, _request: Request) -> object:
    administration.clear_faults()
    return {}


def _permit(administration: Administration, request: Request) -> object:
    body = _body(request)
    administration.permissions = Permissions.of(body["principal"], body["policies"])
    return {}


def _permit_everything(administration: Administration, _request: Request) -> object:
    administration.permissions = None
    return {}


def _behaviour(administration: Administration, _request: Request) -> object:
    return _switches(administration)


def _switches(administration: Administration) -> object:
    return {name: getattr(administration.behaviour, name) for name in SWITCH_NAMES}


def _set_behaviour(administration: Administration, request: Request) -> object:
    administration.behaviour = behaviour_with(administration.behaviour, _body(request))
    return _switches(administration)


def _reset(administration: Administration, request: Request) -> object:
    administration.reset(behaviour_with(administration.behaviour, _body(request)))
    return {}


def _seed(administration: Administration, request: Request) -> object:
    return seed(administration, _body(request))


def _create(
    administration: Administration, request: Request, *, create: Callable[..., tuple[str, str]]
) -> object:
    body = _body(request)
    instance_id, identifier = body.pop("instance_id"), body.pop("id", None)
    created, arn = create(administration, instance_id, identifier=identifier, **body)
    return {"id": created, "arn": arn}


def _users(administration: Administration, _request: Request) -> object:
    backend = administration.backend()
    return {
        "users": [_user(administration, user) for users in backend.users.values() for user in users.values()]
    }


def _user(administration: Administration, user: User) -> dict[str, object]:
    effective = administration.effective(user.instance_id, user.id)
    settings = [
        {"array": array, "channel": channel, "field": list(path), "value": value}
        for (array, channel, path), value in effective.items()
    ]
    return {
        "instance_id": user.instance_id,
        "user_id": user.id,
        "user_arn": user.arn,
        "username": user.username,
        "effective": settings,
        "tags": administration.tags(user.instance_id, user.id),
    }


def _admin_update(administration: Administration, request: Request) -> object:
    body = _body(request)
    administration.admin_update(body.pop("InstanceId"), body.pop("UserId"), **body)
    return {}


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content, default=_plain), status, content_type="application/json")


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Quota):
        return f"{value.rate:g}:{value.burst:g}"
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENDPOINTS: dict[tuple[str, str], Callable[[Administration, Request], object]] = {
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _forget_calls,
    ("POST", "faults"): _plant,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "permissions"): _permit,
    ("DELETE", "permissions"): _permit_everything,
    ("GET", "behaviour"): _behaviour,
    ("POST", "behaviour"): _set_behaviour,
    ("POST", "reset"): _reset,
    ("POST", "seed"): _seed,
    **{
        ("POST", kind.replace("_", "-")): partial(_create, create=create) for kind, create in CREATORS.items()
    },
    ("GET", "users"): _users,
    ("POST", "admin-update"): _admin_update,
}
