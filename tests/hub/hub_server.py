"""A small hub for tests: repositories are folders ROOT/ORG/NAME, served as the Hugging Face hub serves them.

    hub_server.py ROOT

Two ports of 127.0.0.1 are opened and written to ROOT/ports: the hub's, and that of the other host to which it
redirects large files. What goes wrong stands in ROOT/faults.json, a list read at each request:

    {"path": "model.safetensors", "where": "cdn", "method": "GET", "times": 2, "do": "drop", "after": 1000}

A fault is for requests whose path ends with "path" ("" for all), at most "times" times (absent: always).
Each request is a line of ROOT/log: place, method, path, Range header, "token" if one was sent.
"""
import hashlib
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGE = (".safetensors", ".bin", ".pt")
REVISIONS = ("main", "v1")


def commit_of(repository):
    return hashlib.sha1(repository.encode()).hexdigest()


def etag_of(data, large):
    if large:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class State:
    def __init__(self, root):
        self.root = root
        self.lock = threading.Lock()
        self.used = {}
        self.ports = {}

    def log(self, line):
        with self.lock, open(os.path.join(self.root, "log"), "a") as file:
            file.write(line + "\n")

    def fault(self, where, method, path):
        with self.lock:
            try:
                with open(os.path.join(self.root, "faults.json")) as file:
                    faults = json.load(file)
            except FileNotFoundError:
                return {}
            for number, fault in enumerate(faults):
                if fault.get("where", where) != where or fault.get("method", method) != method:
                    continue
                if not path.split("?")[0].endswith(fault.get("path", "")):
                    continue
                key = json.dumps(fault, sort_keys=True) + str(number)
                if self.used.get(key, 0) >= fault.get("times", 1 << 60):
                    continue
                self.used[key] = self.used.get(key, 0) + 1
                return fault
        return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    where = "hub"
    state = None

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        token = "token" if self.headers.get("Authorization") else "-"
        self.state.log(f"{self.where} {self.command} {self.path} {self.headers.get('Range', '-')} {token}")
        self.fault = self.state.fault(self.where, self.command, self.path)
        do = self.fault.get("do")
        if do == "status":
            return self.send(self.fault["status"], b"", {"X-Error-Code": self.fault.get("code", "")})
        if do == "redirect":
            to = self.fault["to"].format(hub=self.base("hub"), cdn=self.base("cdn"))
            return self.send(302, b"", {"Location": to, **self.fault.get("headers", {})})
        if do == "hang":
            time.sleep(self.fault["seconds"])
        if do == "close":
            self.close_connection = True
            return None
        if do == "text":
            return self.send(200, self.fault["text"].encode() * self.fault.get("repeat", 1), {})
        if self.where == "cdn":
            return self.serve_bytes(self.path.split("?")[0].lstrip("/"))
        return self.serve_hub()

    def base(self, where):
        return f"http://127.0.0.1:{self.state.ports[where]}"

    def serve_hub(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[:2] == ["api", "models"] and len(parts) == 6:
            return self.serve_list("/".join(parts[2:4]), parts[5])
        if parts[:2] == ["api", "moved"]:
            return self.serve_file("/".join(parts[2:4]), "/".join(parts[4:]))
        if len(parts) >= 5 and parts[2] == "resolve":
            repository = "/".join(parts[:2])
            if not self.known(repository, parts[3]):
                return self.send(404, b"", {"X-Error-Code": "RepoNotFound"})
            return self.serve_file(repository, "/".join(parts[4:]))
        return self.send(404, b"", {})

    def known(self, repository, revision):
        folder = os.path.join(self.state.root, repository)
        return os.path.isdir(folder) and revision in REVISIONS + (commit_of(repository),)

    def serve_list(self, repository, revision):
        if self.fault.get("do") == "no_list":
            return self.send(404, b"", {})
        if not self.known(repository, revision):
            return self.send(404, b"", {"X-Error-Code": "RepoNotFound"})
        folder = os.path.join(self.state.root, repository)
        names = []
        for parent, _, files in os.walk(folder):
            names += [os.path.relpath(os.path.join(parent, name), folder) for name in files]
        names += self.fault.get("more", [])
        body = {"id": repository, "sha": commit_of(repository), "siblings": [{"rfilename": n} for n in sorted(names)]}
        return self.send(200, json.dumps(body).encode(), {})

    def serve_file(self, repository, name):
        path = os.path.join(self.state.root, repository, name)
        if not os.path.isfile(path):
            return self.send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit_of(repository)})
        with open(path, "rb") as file:
            data = file.read()
        facts = {"X-Repo-Commit": commit_of(repository)}
        if name.endswith(LARGE):
            facts["X-Linked-Etag"] = '"%s"' % etag_of(data, True)
            facts["X-Linked-Size"] = str(self.fault.get("size", len(data)))
            facts["Location"] = f"{self.base('cdn')}/{repository}/{name}?signature=secret"
            return self.send(302, b"moved", facts)
        facts["ETag"] = '"%s"' % etag_of(data, False)
        return self.serve_bytes(f"{repository}/{name}", facts)

    def serve_bytes(self, name, facts=None):
        with open(os.path.join(self.state.root, name), "rb") as file:
            data = file.read()
        do = self.fault.get("do")
        if do == "wrong":
            data = bytes([data[0] ^ 1]) + data[1:]
        start, status, headers = 0, 200, dict(facts or {})
        wanted = self.headers.get("Range")
        if wanted and do != "no_ranges":
            start = int(wanted.split("=")[1].rstrip("-"))
            if start >= len(data):
                return self.send(416, b"", {})
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        if do == "longer":
            body += b"x" * 100_000
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if do == "endless":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return None
        if do == "drop":
            body = body[: self.fault["after"]]
            self.close_connection = True
        if do == "slow":
            for at in range(0, len(body), self.fault["chunk"]):
                self.wfile.write(body[at : at + self.fault["chunk"]])
                self.wfile.flush()
                time.sleep(self.fault["seconds"])
            return None
        self.wfile.write(body)
        while do == "endless":
            self.wfile.write(b"x" * 65536)
        return None

    def send(self, status, body, headers):
        self.send_response(status)
        for key, value in headers.items():
            if value != "":
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that hang up are part of the tests


def main():
    state = State(os.path.abspath(sys.argv[1]))
    servers = {}
    for where in ("hub", "cdn"):
        handler = type(where, (Handler,), {"where": where, "state": state})
        servers[where] = Server(("127.0.0.1", 0), handler)
        state.ports[where] = servers[where].server_address[1]
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = os.path.join(state.root, "ports")
    with open(ports + ".new", "w") as file:
        file.write(f"{state.ports['hub']} {state.ports['cdn']}\n")
    os.rename(ports + ".new", ports)
    while os.getppid() != 1:
        time.sleep(0.2)


main()
