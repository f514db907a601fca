"""The local Connect as a server: moto's server, with users in its Connect, behind the control endpoints.

All other services of moto work here too.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from moto.core.request import Request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from .control import ControlledApplication
from .hook import activate
from .responses import LocalConnectResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def bind(host: str, port: int, account_id: str, region: str) -> BaseWSGIServer:
    """A server that listens but does not serve yet; port 0 selects a free one."""
    activate()
    os.environ["MOTO_ACCOUNT_ID"] = account_id
    application = ControlledApplication(DomainDispatcherApplication(_application_of), account_id, region)
    server = make_server(host, port, application, threaded=True, request_handler=MotoRequestHandler)
    # Parts of moto call their own server, and read its port here.
    os.environ["MOTO_PORT"] = str(server.server_port)
    return server


def _application_of(service: Any) -> Any:
    """The application for a service: moto's, but ours for Connect, as moto answers unknown paths in HTML."""
    return _answer_connect if service == "connect" else create_backend_app(service)


class _Request(Request):
    from_wsgi_server = True


def _answer_connect(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    # moto would give a meaning to the host, and to a double slash at the start.
    path = "/" + environ["RAW_URI"].lstrip("/")
    request = _Request({**environ, "HTTP_HOST": "localhost", "RAW_URI": path})
    query = request.query_string.decode(errors="replace")
    status, headers, body = LocalConnectResponse.dispatch(
        request, f"http://localhost{request.raw_path}?{query}", request.headers
    )
    return Response(body, status, headers)(environ, start_response)


def run(server: BaseWSGIServer) -> None:
    """Prints the URL as the only line on standard output and serves until SIGTERM or SIGINT."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    host = f"[{server.host}]" if ":" in server.host else server.host
    sys.stdout.write(f"http://{host}:{server.server_port}\n")
    sys.stdout.flush()
    with server:
        server.serve_forever()


def _leave(_signal_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
