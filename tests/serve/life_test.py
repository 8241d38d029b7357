"""Queue, deadlines, clients that go away, and the end of the server."""
import base64
import contextlib
import http.client
import json
import signal
import socket
import threading
import time
import unittest

from serving import CLASSES, Server, main, png, scene

# Many windows: seconds of work, that can be stopped between any two.
SLOW = {"short_side": 512, "window": 64, "stride": 8, "refine": "none"}


def body(**fields):
    return json.dumps({"image": base64.b64encode(scene()).decode(), "classes": CLASSES, **fields})


def send(server, **fields):
    """A request whose answer is not read yet."""
    connection = server.connect()
    connection.request("POST", "/v1/segment", body(**fields), {"Content-Type": "application/json"})
    return connection


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen")
        time.sleep(0.02)


class Queue(unittest.TestCase):
    def test_a_full_queue_says_so_at_once(self):
        with Server("--queue", "1") as server:
            running = send(server, **SLOW)
            wait_for(lambda: server.metric("relprompt_running_requests") == 1)
            waiting = send(server, **SLOW)
            wait_for(lambda: server.metric("relprompt_queue_requests") == 1)
            start = time.monotonic()
            refused = server.segment()
            self.assertEqual(refused.status, 503)
            self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
            self.assertEqual(refused.headers["connection"], "close", "its body was not read")
            self.assertLess(time.monotonic() - start, 2)
            self.assertEqual(server.get("/v1/models").status, 200, "what costs nothing is answered")
            waiting.close(), running.close()
            wait_for(lambda: server.metric("relprompt_running_requests") == 0)
            self.assertEqual(server.segment().status, 200)

    def test_progress(self):
        with Server() as server:
            self.assertEqual(server.get("/v1/progress/abcdefgh").status, 404)
            connections = []
            for word in ("first-word", "second-word"):
                connection = server.connect()
                connection.request("POST", "/v1/segment?progress=" + word, body(**SLOW), {"Content-Type": "application/json"})
                connections.append(connection)
                wait_for(lambda: server.get("/v1/progress/" + word).status == 200)
            wait_for(lambda: server.get("/v1/progress/first-word").json.get("windows", 0) > 1)
            running = server.get("/v1/progress/first-word").json
            self.assertEqual(running["state"], "running")
            self.assertGreater(running["of"], running["windows"])
            self.assertEqual(server.get("/v1/progress/second-word").json, {"state": "waiting", "before": 0})
            for connection in connections:
                connection.close()
            wait_for(lambda: server.get("/v1/progress/first-word").status == 404)

    def test_a_client_that_goes_away_stops_its_work(self):
        with Server() as server:
            connection = send(server, **SLOW)
            wait_for(lambda: server.metric("relprompt_running_requests") == 1)
            connection.close()
            wait_for(lambda: server.metric("relprompt_running_requests") == 0, 5)
            self.assertEqual(server.metric("relprompt_windows_total"), 0, "it did not finish")

    def test_a_client_that_goes_away_while_it_waits(self):
        with Server() as server:
            first = send(server, **SLOW)
            wait_for(lambda: server.metric("relprompt_running_requests") == 1)
            send(server, **SLOW).close()
            first.close()
            wait_for(lambda: server.metric("relprompt_running_requests") == 0 and server.metric("relprompt_queue_requests") == 0)
            self.assertEqual(server.metric("relprompt_windows_total"), 0)

    def test_a_deadline(self):
        with Server("--timeout", "0.5") as server:
            start = time.monotonic()
            answer = server.segment(**SLOW)
            self.assertEqual(answer.status, 504)
            self.assertIn("--timeout", answer.error["message"])
            self.assertLess(time.monotonic() - start, 10)
            wait_for(lambda: server.metric("relprompt_running_requests") == 0, 10)

    def test_many_clients_at_once_get_their_own_answers(self):
        images = [png(24, 16, lambda x, y, i=i: (x * 10, y * 15, 40 * i)) for i in range(6)]
        with Server("--workers", "2", threads=2) as server:
            expected = [server.segment(image).json["labels"] for image in images]
            wrong = []

            def ask(number):
                for i in range(12):
                    which = (number + i) % len(images)
                    answer = server.segment(images[which])
                    if answer.status != 200 or answer.json["labels"] != expected[which]:
                        wrong.append((number, i, answer.status))

            clients = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            self.assertEqual(wrong, [])


class End(unittest.TestCase):
    def end(self, number):
        server = Server()
        running = send(server, stride=32, window=64, short_side=160)
        waiting = send(server)
        wait_for(lambda: server.metric("relprompt_running_requests") == 1)
        with contextlib.closing(socket.create_connection(("127.0.0.1", server.port))):  # an idle client
            server.process.send_signal(number)
            seen = set()
            with contextlib.suppress(OSError, http.client.HTTPException):
                while True:
                    seen.add(server.get("/v2/health/ready").status)
                    late = server.segment()
                    self.assertIn(late.status, (200, 503))
                    if late.status == 503:
                        self.assertNotIn("retry-after", late.headers)
                    time.sleep(0.02)
            for connection in (running, waiting):
                self.assertEqual(connection.getresponse().status, 200, "what runs and waits is finished")
        self.assertEqual(server.process.wait(timeout=30), 0)
        server.stop()
        return seen

    def test_sigterm(self):
        self.end(signal.SIGTERM)

    def test_sigint(self):
        self.end(signal.SIGINT)

    def test_readiness_is_false_first(self):
        server = Server()
        running = send(server, **SLOW)
        wait_for(lambda: server.metric("relprompt_running_requests") == 1)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: server.get("/v2/health/ready").status == 503)
        self.assertEqual(server.get("/v2/health/live").status, 200)
        self.assertEqual(server.segment().status, 503)
        running.close()
        self.assertEqual(server.process.wait(timeout=30), 0)
        server.stop()

    def test_an_idle_server_ends_at_once(self):
        server = Server()
        start = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - start, 5)


if __name__ == "__main__":
    main()
