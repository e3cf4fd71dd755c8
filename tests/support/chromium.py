"""A headless Chromium without a network, spoken to over its DevTools protocol."""

import asyncio
import base64
import contextlib
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

BINARY = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
START_S, WAIT_S = 60, 60


@dataclass
class Tab:
    """One page. errors: what it wrote to its console as errors, and requests that were not to a file."""

    socket: aiohttp.ClientWebSocketResponse
    errors: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def send(self, method: str, **parameters: Any) -> Any:
        """Call a method of the protocol; its result."""
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            event = await self.socket.receive_json(timeout=WAIT_S)
            self._notice(event)
            if event.get("id") == number:
                assert "error" not in event, event
                return event["result"]

    def _notice(self, event: dict[str, Any]) -> None:
        method, about = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(str(about["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            self.errors.append(str(about["args"]))
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.errors.append(about["entry"]["text"])
        elif method == "Network.requestWillBeSent" and not about["request"]["url"].startswith(("file:", "data:")):
            self.errors.append(f"a request to {about['request']['url']}")

    async def open(self, path: Path, *, width: int, height: int, dark: bool, phone: bool = False) -> None:
        """Load a file and wait until its script says that it is ready."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.send(f"{domain}.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        await self.send("Emulation.setDeviceMetricsOverride", **size)
        await self.send("Page.navigate", url=path.resolve().as_uri())
        for _ in range(WAIT_S * 10):
            if await self.evaluate("document.readyState === 'complete'"):
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(path)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        event = await self.send("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in event, event
        return event["result"].get("value")

    async def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Write what is shown as PNG."""
        event = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        if whole:
            size = (await self.send("Page.getLayoutMetrics"))["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 9000), "scale": 1}
            event = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(event["data"]))


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Tab]:
    """One tab of a browser of its own."""
    assert BINARY is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
        flags += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
        flags += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        running = subprocess.Popen([BINARY, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as event:
                    pages = [page for page in await event.json() if page["type"] == "page"]
                address = pages[0]["webSocketDebuggerUrl"]
                async with session.ws_connect(address, max_msg_size=1 << 28) as socket:
                    yield Tab(socket)
        finally:
            running.terminate()
            running.wait(30)


async def _port(file: Path) -> int:
    for _ in range(START_S * 10):
        if file.exists() and (event := file.read_text().split()):
            return int(event[0])
        await asyncio.sleep(0.1)
    raise TimeoutError("chromium did not start")
