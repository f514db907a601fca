"""The one place where the local Connect plugs into moto.

Called by `LocalConnect` and by the server; a test (`test_hook.py`) fails with a message if moto moves what is
used here.
"""

from moto.connect.models import connect_backends

from .models import LocalConnectBackend


def activate() -> None:
    """Makes moto create `LocalConnectBackend` for the service `connect`; may be called any number of times.

    Existing Connect data of moto is dropped the first time, because it lives in backends of the old class.
    """
    if connect_backends.backend is LocalConnectBackend:
        return
    # Not a documented extension point: moto's registry of backends keeps the class to instantiate in this
    # attribute, and a backend finds its paths in the `urls` module beside its own. Setting it is enough for
    # mock_aws, for the server and for moto's other services, because all of them reach Connect through this
    # one registry.
    connect_backends.backend = LocalConnectBackend
    connect_backends.clear()
