"""Images by their addresses: fetched from the hosts that --allow-fetch names, and never from any other."""
import http.server
import os
import socket
import threading
import time
import unittest

from serving import CLASSES, PROGRAM, Server, main, png, scene

SECRET = b"a secret of the inner network"
LIBRARY = os.path.join(os.path.dirname(os.path.dirname(PROGRAM)), "lib", "librelprompt-hub.so")


class Images(http.server.BaseHTTPRequestHandler):
    """Serves images, and everything that is none."""
    protocol_version = "HTTP/1.1"
    asked = []
    other = 0  # the port of the host that is not allowed

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.asked.append((self.server.server_port, self.path, dict(self.headers)))
        path = self.path.split("?")[0]
        if path.startswith("/to/"):
            places = {"here": "/scene.png", "other": f"http://127.0.0.1:{self.other}/scene.png", "file": "file:///etc/passwd",
                      "loop": "/to/loop", "user": f"http://me@127.0.0.1:{self.server.server_port}/scene.png"}
            return self.send(302, SECRET, {"Location": places[path[4:]]})
        if path == "/slow.png":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b"x" * 100)
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                self.asked.append("gone")
            return None
        bodies = {"/scene.png": scene(), "/text": SECRET, "/empty": b"", "/large": b"x" * 700_000,
                  "/huge.png": png(1100, 300, lambda x, y: (1, 2, 3)), "/half.png": scene()[:5000]}
        if path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return None
        return self.send(200 if path in bodies else 404, bodies.get(path, SECRET))

    def send(self, status, body, headers=None):
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


def host():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Images)
    server.handle_error = lambda *arguments: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@unittest.skipUnless(os.path.exists(LIBRARY), "librelprompt-hub.so is not built")
class Fetch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in list(os.environ):
            if name.lower().endswith("_proxy"):
                del os.environ[name]
        cls.images, cls.other = host(), host()
        Images.other = cls.other.server_port
        cls.place = f"127.0.0.1:{cls.images.server_port}"
        cls.server = Server("--allow-fetch", "images.invalid", "--allow-fetch", "HTTP://" + cls.place,
                            "--max-body", "600K", "--max-pixels", "300000")

    @classmethod
    def tearDownClass(cls):
        for one in (cls.images, cls.other):
            one.shutdown()
            one.server_close()
        assert cls.server.stop() == 0, cls.server.messages

    def setUp(self):
        Images.asked.clear()

    def ask(self, image, server=None, **fields):
        answer = (server or self.server).post("/v1/segment", {"image": image, "classes": CLASSES, **fields})
        self.assertNotIn(SECRET, answer.body)
        return answer

    def refused(self, answer, status, words="", code=None):
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assertIn(words, answer.error["message"] + " " + answer.error.get("hint", ""))
        if code:
            self.assertEqual(answer.error["code"], code)

    def test_an_image_of_a_named_host(self):
        expected = self.server.segment()
        for address in ("/scene.png", "/scene.png?signature=1#part", "/to/here"):
            answer = self.ask(f"http://{self.place}{address}", outputs=["labels", "coco"], keep=True)
            self.assertEqual(answer.status, 200, answer.body[:300])
            self.assertEqual(answer.json["labels"], expected.json["labels"])
            self.assertGreater(answer.json["seconds"]["fetch"], 0)
        self.assertNotIn("fetch", expected.json["seconds"])
        for _, _, headers in Images.asked:
            self.assertFalse({"authorization", "cookie", "referer"} & {name.lower() for name in headers}, headers)

    def test_hosts_that_are_not_named(self):
        other = f"127.0.0.1:{self.other.server_port}"
        for address in (f"http://{other}/scene.png", f"https://{self.place}/scene.png", "http://images.invalid/a.png",
                        f"http://localhost:{self.images.server_port}/scene.png", f"http://{self.place}0/scene.png",
                        "https://a.images.invalid/a.png", "https://images.invalid.evil.example/a.png",
                        "https://images.invalid:444/a.png", f"http://{self.place}.evil.example/a.png"):
            self.refused(self.ask(address), 400, "--allow-fetch", "bad_argument")
        for address in (f"http://me@{self.place}/scene.png", f"http://{self.place}@{other}/scene.png", "http://", "http:///a",
                        f"http://{other}\\@{self.place}/a.png", f"http://{self.place}/a b", f"http://{self.place}\r\n/a"):
            self.refused(self.ask(address), 400, "no address")
        for address in ("file:///etc/passwd", f"ftp://{self.place}/a.png", f"gopher://{self.place}/x", "/etc/passwd",
                        f"//{self.place}/scene.png"):
            self.refused(self.ask(address), 400, "path or URL")
        self.assertEqual(Images.asked, [])

    def test_redirects_to_hosts_that_are_not_named(self):
        for place in ("other", "file", "user"):
            answer = self.ask(f"http://{self.place}/to/{place}")
            self.refused(answer, 400, "redirects")
            self.assertNotIn(str(self.other.server_port), answer.body.decode())
        self.assertFalse([asked for asked in Images.asked if asked[0] == self.other.server_port])
        self.refused(self.ask(f"http://{self.place}/to/loop"), 502)

    def test_what_is_no_image(self):
        self.refused(self.ask(f"http://{self.place}/text"), 400, code="not_an_image")
        self.refused(self.ask(f"http://{self.place}/half.png"), 400, code="truncated_image")
        self.refused(self.ask(f"http://{self.place}/huge.png"), 413, code="image_too_large")
        self.refused(self.ask(f"http://{self.place}/empty"), 502, "empty")

    def test_hosts_that_fail(self):
        self.refused(self.ask(f"http://{self.place}/nothing"), 502, "404", "not_found")
        for path in ("/large", "/endless"):
            self.refused(self.ask(f"http://{self.place}{path}"), 502, "longer than", "unreadable")
        self.refused(self.ask("https://images.invalid/a.png"), 502, "cannot be reached", "no_network")
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{closed.getsockname()[1]}"
            with Server("--allow-fetch", "http://" + place) as server:
                answer = self.ask(f"http://{place}/a.png", server)
        self.refused(answer, 502, "cannot be reached", "no_network")

    def test_the_deadline_counts(self):
        with Server("--allow-fetch", "http://" + self.place, "--timeout", "0.5") as server:
            start = time.monotonic()
            self.assertEqual(self.ask(f"http://{self.place}/slow.png", server).status, 504)
            self.assertLess(time.monotonic() - start, 5)

    def test_a_client_that_goes_away_ends_the_transfer(self):
        connection = self.server.connect()
        connection.request("POST", "/v1/segment", f'{{"image": "http://{self.place}/slow.png", "classes": "a"}}',
                           {"Content-Type": "application/json"})
        end = time.monotonic() + 20
        while not Images.asked and time.monotonic() < end:
            time.sleep(0.02)
        connection.close()
        while "gone" not in Images.asked and time.monotonic() < end:
            time.sleep(0.02)
        self.assertIn("gone", Images.asked)

    def test_label_studio(self):
        config = ('<View><Image name="i" value="$photo"/><BrushLabels name="b" toName="i"><Label value="circle"/>'
                  '<Label value="square"/></BrushLabels></View>')

        def predict(address):
            return self.server.post("/predict", {"tasks": [{"data": {"photo": address}}], "label_config": config})
        answer = predict(f"http://{self.place}/scene.png")
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.assertEqual(len(answer.json["results"]), 1)
        self.refused(predict(f"http://127.0.0.1:{self.other.server_port}/scene.png"), 400, "--allow-fetch")
        self.refused(predict(f"http://{self.place}/nothing"), 502)
        self.refused(predict("/data/upload/1/a.png"), 400, "path or URL")

    def test_without_the_option_nothing_is_fetched(self):
        with Server() as server:
            self.refused(self.ask(f"http://{self.place}/scene.png", server), 400, "--allow-fetch")
        self.assertEqual(Images.asked, [])


if __name__ == "__main__":
    main()
