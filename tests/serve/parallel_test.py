"""Many clients of several workers at once, over fewer kept sessions than they ask for: every answer is the one that
a client alone gets, and the server ends well. Under ThreadSanitizer (docs/development/README.md) a race ends it with 66."""
import base64
import threading
import unittest

from serving import CLASSES, Server, main, scene

NAMES = CLASSES.split(", ")
LISTS = [", ".join(NAMES[:i]) for i in range(2, len(NAMES) + 1)] + [CLASSES + ", thing;object"]
CLIENTS, ROUNDS = 6, 4


class Parallel(unittest.TestCase):
    def setUp(self):
        # Fewer sessions than are in use at a time: they are made and dropped all along.
        self.server = Server("--workers", "3", "--sessions", "2", "--queue", "50", threads=3)
        self.expected = {classes: self.labels(classes=classes) for classes in LISTS}
        self.strict = {classes: self.labels(classes=classes, unknown=0.5) for classes in LISTS}
        self.problems = []

    def tearDown(self):
        self.assertEqual(self.server.stop(), 0, self.server.messages)

    def labels(self, **fields):
        answer = self.server.segment(**fields)
        self.assertEqual(answer.status, 200, answer.body[:300])
        return base64.b64decode(answer.json["labels"])

    def client(self, number):
        try:
            for turn in range(ROUNDS):
                classes = LISTS[(number + turn) % len(LISTS)]
                self.assertEqual(self.labels(classes=classes), self.expected[classes])
                kept = self.server.segment(classes=classes, keep=True)
                self.assertEqual(base64.b64decode(kept.json["labels"]), self.expected[classes])
                session = kept.json["session"]
                again = self.server.post(f"/v1/sessions/{session}/relabel", {"unknown": 0.5})
                self.assertIn(again.status, (200, 404), "or others took its place")
                if again.status == 200:
                    self.assertEqual(base64.b64decode(again.json["labels"]), self.strict[classes])
                self.assertEqual(self.server.get(f"/v1/sessions/{session}/scores/0.png").status in (200, 404), True)
                self.assertEqual(self.server.segment(image=b"none", classes=classes).status, 400)
                tasks = {"tasks": [{"data": {"image": base64.b64encode(scene()).decode()}}], "label_config":
                         '<View><Image name="i" value="$image"/><PolygonLabels name="l" toName="i"><Label value="sky"/>'
                         '<Label value="grass"/></PolygonLabels></View>'}
                self.assertEqual(self.server.post("/predict", tasks).status, 200)
                self.assertEqual(self.server.get("/metrics").status, 200)
                self.assertEqual(self.server.get("/v2/health/ready").status, 200)
        except BaseException as problem:
            self.problems.append(problem)

    def test_answers_are_those_of_a_client_alone(self):
        clients = [threading.Thread(target=self.client, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if self.problems:
            raise self.problems[0]
        self.assertEqual(self.server.metric("relprompt_queue_requests"), 0)


if __name__ == "__main__":
    main()
