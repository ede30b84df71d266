"""A real web server on loopback that can be told to misbehave, request by request."""

import dataclasses
import hashlib
import http.server
import random
import re
import threading
import time
from contextlib import contextmanager

from galdask.catalog.fetch import fetch, receipt
from galdask.catalog.fetch.patience import Patience
from galdask.catalog.release import parse_release
from galdask.config import parse

#: waits of milliseconds, as few as a test needs
HASTY = Patience(tries=5, offline_tries=2, silence=20.0, base=0.002, cap=0.01, quiet=0.4)
BODY = random.Random(1).randbytes(3_000_000)
PATH = "/sas/dr/a.bin"
SHA1 = hashlib.sha1(BODY).hexdigest()
FORM = """
galdask_release: 1
name: mine
star_id: star_id
tables:
  main: {file: a.bin, format: fits, source: {url: "https://example.org/sas/dr/a.bin"}}
  near: {file: b.csv, optional: true, join: {rows: {ID: star_id}}}
columns:
  star_id: {column: ID, type: string}
"""


def release(**known):
    made = parse_release(parse(FORM, "mine.yaml"))
    source = dataclasses.replace(made.sources["main"][0], **{"sha1": SHA1, **known})
    return dataclasses.replace(made, sources={"main": (source,)})


class Server(http.server.ThreadingHTTPServer):
    """Serves `files`; the n-th GET of a path takes the n-th of its `moods`, then the plain way."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {}
        self.moods = {}
        self.asked = []  # (method, path, Range, If-Range)
        self.ranges = True
        self.marks = True
        self.lengths = True
        self.lock = threading.Lock()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_port}"

    def gets(self, path):
        return [one[2] for one in self.asked if one[:2] == ("GET", path)]

    def handle_error(self, request, address):
        """A client that goes away is no fault."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_HEAD(self):
        self.answer("HEAD")

    def do_GET(self):
        self.answer("GET")

    def answer(self, method):
        server = self.server
        with server.lock:
            server.asked.append((method, self.path, self.headers["Range"], self.headers["If-Range"]))
            moods = server.moods.get(self.path, [])
            mood = moods.pop(0) if moods and method == "GET" else {}
        self.close_connection = True
        if "status" in mood:
            return self.plain(mood["status"], mood.get("headers", {}), b"no")
        if self.path not in server.files:
            return self.plain(404, {}, b"no")
        whole = mood.get("body", server.files[self.path])
        tag = f'"{hashlib.sha1(whole).hexdigest()}"'
        start, status = 0, 200
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        if asked and server.ranges and self.headers["If-Range"] in (None, tag):
            start, status = int(asked[1]), 206
        if start >= len(whole) and status == 206:
            return self.plain(416, {"Content-Range": f"bytes */{len(whole)}"}, b"")
        body = whole[start:]
        self.send_response(status)
        if server.lengths:
            self.send_header("Content-Length", str(mood.get("says", len(body))))
        if server.marks:
            self.send_header("ETag", tag)
        if status == 206:
            first = mood.get("first", start)
            self.send_header("Content-Range", f"bytes {first}-{len(whole) - 1}/{len(whole)}")
        for name, value in mood.get("headers", {}).items():
            self.send_header(name, value)
        self.end_headers()
        if method == "GET":
            self.wfile.write(body[: mood.get("sends", len(body))])
            self.wfile.flush()
            time.sleep(mood.get("stalls", 0.0))
        return None

    def plain(self, status, headers, body):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@contextmanager
def serving():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def get(server, folder, known=None, **more):
    more = {"patience": HASTY, "base": server.base + "/sas", **more}
    return fetch(release(**(known or {})), folder, **more)


def whole(folder):
    names = {path.name for path in folder.iterdir()}
    return names == {"a.bin", ".lock", receipt.NAME} and (folder / "a.bin").read_bytes() == BODY
