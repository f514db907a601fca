"""The paths of the local Connect: all of them, since an unknown path has an answer of the service, too.

Found by moto itself, which looks for a `urls` module beside the module of the backend class. Which operation
it is, moto's router decides from the path as it was sent.
"""

from .responses import LocalConnectResponse

url_bases = [r"https?://connect\.(.+)\.amazonaws\.com(\.cn)?"]

url_paths = {"{0}/.*$": LocalConnectResponse.dispatch}
