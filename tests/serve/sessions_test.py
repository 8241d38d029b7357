"""Kept sessions: other thresholds give the labels of a new request, and views of scores and attention."""
import base64
import time
import unittest

from serving import CLASSES, Server, main, png, program_files, read_grey, scene


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--sessions", "3", "--session-time", "3")

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def keep(self, **fields):
        answer = self.server.segment(keep=True, **fields)
        self.assertEqual(answer.status, 200, answer.body[:300])
        return answer.json["session"]

    def relabel(self, session, **fields):
        return self.server.post(f"/v1/sessions/{session}/relabel", fields)

    def test_relabelling_is_a_new_request(self):
        first = CLASSES.split(", ")[0]
        session = self.keep()
        for fields, flags in (({}, []), ({"unknown": 0.7}, ["--unknown", "0.7"]),
                              ({"unknown": None, "seen": [first], "calibration": 0.6}, ["--seen", first, "--calibration", "0.6"]),
                              ({"min_area": 0.3}, ["--min-area", "0.3"])):
            expected = program_files(scene(), "-c", CLASSES, *flags, save="labels,overlay")
            answer = self.relabel(session, outputs=["labels", "overlay"], **fields)
            self.assertEqual(answer.status, 200, answer.body[:300])
            self.assertEqual(base64.b64decode(answer.json["labels"]), expected[".labels.png"], fields)
            self.assertEqual(base64.b64decode(answer.json["overlay"]), expected[".overlay.jpg"], fields)
            self.assertEqual(answer.json["session"], session)

    def test_scores(self):
        session = self.keep()
        answer = self.relabel(session, outputs=["confidence"]).json
        _, _, best = read_grey(base64.b64decode(answer["confidence"]))
        planes = []
        for label in range(len(answer["classes"])):
            view = self.server.get(f"/v1/sessions/{session}/scores/{label}.png")
            self.assertEqual(view.headers["content-type"], "image/png")
            width, height, samples = read_grey(view.body)
            self.assertEqual((width, height), (answer["width"], answer["height"]))
            planes.append(samples)
        self.assertEqual([max(column) for column in zip(*planes)], best)
        heat = self.server.get(f"/v1/sessions/{session}/scores/0.png?style=heat&alpha=0.5").body
        self.assertEqual(heat[25], 2, "a PNG in colours")
        for path in ("scores/99.png", "scores/x.png", "scores/-1.png", "scores/1.jpg"):
            self.assertEqual(self.server.get(f"/v1/sessions/{session}/{path}").status, 404)
        for query in ("style=x", "style=heat&alpha=2", "style=heat&alpha="):
            self.assertEqual(self.server.get(f"/v1/sessions/{session}/scores/0.png?{query}").status, 400)

    def test_attention(self):
        session = self.keep()
        about = self.server.get(f"/v1/sessions/{session}/attention").json
        self.assertEqual(about["classes"], len(CLASSES.split(", ")))
        self.assertEqual(len(about["ranges"]), len(about["layers"]))
        for low, high in about["ranges"]:
            self.assertLess(low, high)
        layer = about["layers"][-1]
        view = self.server.get(f"/v1/sessions/{session}/attention/{layer}/1.png?style=grey")
        width, height, samples = read_grey(view.body)
        self.assertEqual((width, height), (about["width"], about["height"]))
        self.assertGreater(len(set(samples)), 3)
        self.assertEqual(self.server.get(f"/v1/sessions/{session}/attention/{layer}/1.png").body[25], 2)
        for path in (f"attention/{layer}/99.png", "attention/99/0.png", "attention/0/0.png"):
            self.assertEqual(self.server.get(f"/v1/sessions/{session}/{path}").status, 404)

    def test_a_bare_clip_has_no_such_maps(self):
        with Server("--training-free") as server:
            session = server.segment(keep=True).json["session"]
            answer = server.get(f"/v1/sessions/{session}/attention")
            self.assertEqual(answer.status, 404)
            self.assertIn("without relationship prompts", answer.error["message"])

    def test_sessions_are_bounded_and_end(self):
        image = png(8, 8, lambda x, y: (x, y, 0))
        ids = [self.server.segment(image, keep=True).json["session"] for _ in range(4)]
        self.assertEqual(len(set(ids)), 4)
        self.assertEqual(self.relabel(ids[0]).status, 404, "three at most")
        self.assertEqual(self.relabel(ids[3]).status, 200)
        self.assertEqual(self.server.ask("DELETE", "/v1/sessions/" + ids[3]).status, 204)
        self.assertEqual(self.server.ask("DELETE", "/v1/sessions/" + ids[3]).status, 404)
        self.assertEqual(self.relabel(ids[3]).status, 404)
        time.sleep(3.2)
        self.assertEqual(self.relabel(ids[2]).status, 404, "its time is over")
        self.assertEqual(self.server.metric("relprompt_sessions"), 0)

    def test_what_is_too_large_is_not_kept(self):
        with Server("--session-memory", "1K") as server:
            answer = server.segment(keep=True)
            self.assertEqual(answer.status, 200)
            self.assertIsNone(answer.json["session"])

    def test_bad_fields(self):
        session = self.keep()
        for fields in ({"window": 3}, {"classes": "a"}, {"unknown": 7}, {"outputs": ["x"]}, {"seen": ["nobody"]}):
            self.assertEqual(self.relabel(session, **fields).status, 400, fields)
        self.assertEqual(self.server.get(f"/v1/sessions/{session}").status, 405)


if __name__ == "__main__":
    main()
