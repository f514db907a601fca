"""The paths of the local Connect: those of moto's Connect and those of users.

Found by moto itself, which looks for a `urls` module beside the module of the backend class.
"""

from moto.connect.urls import url_bases
from moto.connect.urls import url_paths as moto_url_paths

from .responses import LocalConnectResponse

__all__ = ["url_bases", "url_paths"]

url_paths = dict.fromkeys(moto_url_paths, LocalConnectResponse.dispatch) | {
    # Greedy, because the server hands over paths decoded, and an ARN given as an identifier has slashes then. Which
    # operation it is, moto's router decides from the path as it was sent.
    "{0}/users/(?P<rest>.+)$": LocalConnectResponse.dispatch,
    "{0}/users-summary/(?P<rest>.+)$": LocalConnectResponse.dispatch,
    "{0}/search-users$": LocalConnectResponse.dispatch,
}
