"""The local Connect as a server: moto's own server application with users in its Connect and control endpoints in
front.

Every other service of moto works here too. Called by `cli`; what the control endpoints are is in `control`.
"""

import logging
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from .control import ControlledApplication
from .hook import activate


def bind(host: str, port: int, account_id: str, region: str) -> BaseWSGIServer:
    """A server that listens but does not serve yet; port 0 takes a free one."""
    activate()
    os.environ["MOTO_ACCOUNT_ID"] = account_id
    application = ControlledApplication(DomainDispatcherApplication(create_backend_app), account_id, region)
    server = make_server(host, port, application, threaded=True, request_handler=MotoRequestHandler)
    # Parts of moto call their own server back and look for it here.
    os.environ["MOTO_PORT"] = str(server.server_port)
    return server


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
