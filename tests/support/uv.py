"""uv, which installs the lowest versions of ranges as well; it is in the environment of the tests."""

import sys
from pathlib import Path
from typing import Final

UV: Final = str(Path(sys.executable).with_name("uv"))
# The certificates of the system, as pip takes them: behind a proxy that inspects, only they know its issuer.
INSTALL: Final = (UV, "pip", "install", "--quiet", "--system-certs")
