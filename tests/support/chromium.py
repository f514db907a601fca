"""A real Chromium without a window, driven over a pipe by the protocol of its developer tools.

`--dump-dom` and `--screenshot` show a page, but press no key. The usual libraries for that bring a browser of
their own or a driver that must fit the browser; the protocol over a pipe needs neither, nor a port.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
MISSING: Final = "there is no Chromium on the path (Debian: apt-get install chromium)"
_TIMEOUT: Final = 60.0
_KEYS: Final = {"Tab": 9, "Enter": 13, " ": 32}


def executable() -> str | None:
    """Return the browser on the path, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running(profile: Path) -> Iterator["Page"]:
    """Yield an empty page of a browser that keeps its files in `profile`, and end the browser."""
    program = executable()
    assert program, MISSING
    (its_in, ours_out), (ours_in, its_out) = os.pipe(), os.pipe()
    # Above the numbers that they get in the end.
    lent = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (its_in, its_out)]
    # As root, as in a container, Chromium refuses to start with its sandbox.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    options = ["--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync"]
    options += ["--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    # The browser reads from 3 and writes to 4.
    script = f'exec "$@" 3<&{lent[0]} 4>&{lent[1]}'
    process = subprocess.Popen(
        ["bash", "-c", script, "bash", program, *options, *sandbox, "about:blank"],
        pass_fds=lent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for each in (its_in, its_out, *lent):
        os.close(each)
    try:
        yield Page(_Pipe(ours_in, ours_out))
    finally:
        os.close(ours_out)
        os.close(ours_in)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Pipe:
    """Messages are JSON, each with a NUL at its end."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._in, self._out = incoming, outgoing
        self._read = b""
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        data = json.dumps({**message, "sessionId": session} if session else message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        until = time.monotonic() + _TIMEOUT
        while (answer := self._next(until)).get("id") != self._last:
            self.events.append(answer)
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._in], [], [], max(0, until - time.monotonic()))
            assert ready, f"Chromium did not answer within {_TIMEOUT:.0f} s"
            data = os.read(self._in, 1 << 20)
            assert data, "Chromium has ended"
            self._read += data
        message, _, self._read = self._read.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told


class Page:
    """One page: what it shows, and what a person does to it."""

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe, self._session = pipe, ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol."""
        return self._pipe.call(method, self._session, parameters)

    def open(self, file: Path) -> None:
        """Load a file, and wait until its script has run."""
        self._pipe.events.clear()
        self.call("Page.navigate", url=file.as_uri())
        self.wait("document.readyState === 'complete' && location.protocol === 'file:'")

    def evaluate(self, expression: str) -> Any:
        """Return what an expression of the page's language is, in JSON's types."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until the expression is true."""
        until = time.monotonic() + _TIMEOUT
        while not self.evaluate(expression):
            assert time.monotonic() < until, f"never true: {expression}"
            time.sleep(0.02)

    def emulate(self, media: str = "", **features: str) -> None:
        """Show the page as on paper, or for somebody who prefers dark colours (`prefers_color_scheme`)."""
        asked = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", media=media, features=asked)

    def resize(self, width: int, height: int = 900) -> None:
        """Give the page a window of that size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def press(self, key: str) -> None:
        """Press a key."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        code = {"windowsVirtualKeyCode": _KEYS[key], "key": key, "code": "Space" if key == " " else key}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", **code)

    def write(self, text: str) -> None:
        """Write into what has the focus."""
        self.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click the middle of an element."""
        x, y = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center', behavior: 'instant'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, file: Path, *, whole: bool = False) -> None:
        """Write what the page shows as a PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))

    def paper(self, file: Path) -> None:
        """Write what the page prints as a PDF."""
        asked = {"preferCSSPageSize": True, "printBackground": False}
        file.write_bytes(base64.b64decode(self.call("Page.printToPDF", **asked)["data"]))

    def spoken(self) -> list[tuple[str, str]]:
        """Return role and name of everything that a screen reader finds."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (each["role"]["value"], (each.get("name") or {}).get("value", ""))
            for each in nodes
            if not each["ignored"]
        ]

    def complaints(self) -> list[str]:
        """Return the errors and warnings of the page so far, a breach of its policy among them."""
        self.evaluate("0")
        return [
            json.dumps(each["params"])
            for each in self._pipe.events
            if each["method"] == "Runtime.exceptionThrown"
            or (
                each["method"] == "Log.entryAdded"
                and each["params"]["entry"]["level"] in {"error", "warning"}
            )
        ]

    def requests(self) -> list[str]:
        """Return the addresses that the page has asked for; not those that its policy has stopped."""
        self.evaluate("0")
        sent = self._told("Network.requestWillBeSent")
        stopped = {
            each["requestId"] for each in self._told("Network.loadingFailed") if "blockedReason" in each
        }
        return [each["request"]["url"] for each in sent if each["requestId"] not in stopped]

    def _told(self, event: str) -> list[dict[str, Any]]:
        return [each["params"] for each in self._pipe.events if each["method"] == event]
