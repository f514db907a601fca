"""The paths of the local Connect: all paths, because the service answers unknown ones too.

moto finds this module by its name, in the package of the backend class. Its router finds the operation of a
path.
"""

from .responses import LocalConnectResponse

url_bases = [r"https?://connect\.(.+)\.amazonaws\.com(\.cn)?"]

url_paths = {"{0}/.*$": LocalConnectResponse.dispatch}
