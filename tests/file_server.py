"""Servers on loopback, for tests of downloads: a hostile one, and one like the Hub."""

import hashlib
import http.server
import json
import re
import socket
import threading
from contextlib import contextmanager
from pathlib import PurePosixPath
from urllib.parse import unquote

BODY = bytes(range(256)) * 9000  # 2.3 MB: several chunks
DIGEST = hashlib.sha256(BODY).hexdigest()


class Server:
    """What the server answers: each request takes the next of `answers`, then whole.

    An answer is a status, "cut" (half of what was asked for), "cut N" (N bytes of it),
    "reset" (half, and the connection is broken off), "stall" or an address to redirect
    to.
    """

    def __init__(self, answers=(), body=BODY, ranges=True):
        self.answers, self.body, self.ranges = list(answers), body, ranges
        self.requests, self.sent = [], 0

    def answer(self, handler):
        self.requests.append((handler.path, dict(handler.headers)))
        kind = self.answers.pop(0) if self.answers else "whole"
        if callable(kind):
            kind = kind(self) or "whole"
        if isinstance(kind, int):
            handler.send_response(kind)
            handler.send_header("Retry-After", "7")
            handler.end_headers()
            return
        if "/" in kind:
            handler.send_response(302)
            handler.send_header("Location", kind)
            handler.end_headers()
            return
        header = handler.headers.get("Range", "") if self.ranges else ""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", header)
        start = int(asked[1]) if asked else 0
        body = self.body[start : int(asked[2]) + 1 if asked and asked[2] else None]
        handler.send_response(206 if asked else 200)
        if asked:
            span = f"bytes {start}-{start + len(body) - 1}/{len(self.body)}"
            handler.send_header("Content-Range", span)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        cut = int(kind[4:] or len(body) // 2) if "cut" in kind else len(body) // 2
        part = body if kind == "whole" else body[:cut]
        self.sent += len(part)
        handler.wfile.write(part)
        if kind == "stall":
            handler.wfile.flush()
            threading.Event().wait(1)
        if kind == "reset":
            handler.wfile.flush()
            linger = b"\1\0\0\0\0\0\0\0"
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()


class Hub(Server):
    """A server of files in one dataset, as huggingface_hub asks for them.

    Parameters
    ----------
    files
        Servers by path in the dataset; `sha256` states their checksums, which default
        to those of their bodies, None for a file outside large-file storage.
    answers
        To requests of the API: statuses, then the truth.
    """

    DATASET = "hf://datasets/owner/name@1a2b"

    def __init__(self, files, answers=(), sha256=None):
        super().__init__(answers)
        self.files, self.sha256 = files, sha256 or {}

    def answer(self, handler):
        path = unquote(handler.path.partition("?")[0])
        if not path.startswith("/api/"):
            name = path.removeprefix("/datasets/owner/name/resolve/1a2b/")
            self.files[name].answer(handler)
            return
        if self.answers:
            super().answer(handler)
            return
        self.requests.append((handler.path, dict(handler.headers)))
        found = re.fullmatch(
            r"/api/datasets/owner/name/(revision|tree)/1a2b(?:/(.*))?", path
        )
        if found is None:
            self.send(handler, {"error": "Not found"}, 404, "RepoNotFound")
        elif found[1] == "revision":
            self.send(handler, {"id": "owner/name", "sha": "1a2b"})
        elif entries := list(self.entries(PurePosixPath(found[2] or "."))):
            self.send(handler, entries)
        else:
            self.send(handler, {"error": "Not found"}, 404, "EntryNotFound")

    def entries(self, folder):
        """What lies in a folder."""
        for name in self.files:
            if PurePosixPath(name).parent == folder:
                yield self.file_entry(name)
            elif folder in PurePosixPath(name).parents:
                below = PurePosixPath(name).relative_to(folder).parts[0]
                yield {"type": "directory", "path": str(folder / below), "oid": "5e6f"}

    def file_entry(self, name):
        body = self.files[name].body
        sha256 = self.sha256.get(name, hashlib.sha256(body).hexdigest())
        entry = {"type": "file", "path": name, "size": len(body), "oid": "3c4d"}
        if sha256:
            entry["lfs"] = {"oid": sha256, "size": len(body), "pointerSize": 1}
        return entry

    def send(self, handler, answer, status=200, code=None):
        handler.send_response(status)
        if code:
            handler.send_header("X-Error-Code", code)
        handler.end_headers()
        handler.wfile.write(json.dumps(answer).encode())


@contextmanager
def serving(server):
    """The server's address, for as long as it runs."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.answer(self)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.handle_error = lambda *_: None
        threading.Thread(
            target=running.serve_forever, args=(0.01,), daemon=True
        ).start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
