"""Connects the local Connect to moto.

No other module changes moto. `test_local_hook.py` fails with a message if moto no longer works this way.
"""

from moto.connect.models import connect_backends

from .models import LocalConnectBackend


def activate() -> None:
    """Makes moto create `LocalConnectBackend` for the service `connect`; repeated calls do nothing.

    The first call drops existing Connect data of moto, because backends of the old class hold it.
    """
    if connect_backends.backend is LocalConnectBackend:
        return
    # This extension point is not documented: moto's registry of backends keeps the class to instantiate in
    # this attribute, and a backend finds its paths in the `urls` module of its package. mock_aws, the server
    # and moto's other services all use this registry.
    connect_backends.backend = LocalConnectBackend
    connect_backends.clear()
