#include "serve/segment_request.h"

#include <gtest/gtest.h>

#include "serve/base64.h"
#include "test_support.h"

namespace relprompt::serve {
namespace {

class SegmentRequestTest : public testing::Test {
 protected:
  SegmentRequest parse(const std::string& type, const std::string& body,
                       std::map<std::string, std::string> query = {}) {
    Request request;
    request.headers["content-type"] = type;
    request.body = body;
    request.query = std::move(query);
    return parse_segment(request, settings_);
  }
  SegmentRequest json(const std::string& fields) {
    return parse("application/json", "{\"image\": \"" + to_base64("pixels") + "\", " + fields + "}");
  }

  /// The status of a refusal and its message.
  template <class Work>
  std::pair<int, std::string> refusal(const Work& work) {
    try {
      work();
    } catch (const HttpError& error) {
      return {error.status(), error.what() + (" " + error.hint())};
    } catch (const Error& error) {
      return {http_error(error).status(), error.what()};
    }
    return {200, ""};
  }
  std::pair<int, std::string> json_refusal(const std::string& fields) {
    return refusal([&] { json(fields); });
  }

  ServerSettings settings_;
};

TEST_F(SegmentRequestTest, ThreeWaysToSayTheSame) {
  const std::string boundary = "--xx\r\nContent-Disposition: form-data; name=";
  const auto multipart = boundary + "image; filename=\"a.png\"\r\n\r\npixels\r\n" + boundary +
                         "classes\r\n\r\nroad, car\r\n" + boundary + "unknown\r\n\r\n0.25\r\n" + boundary +
                         "window\r\n\r\n64\r\n" + boundary + "alpha\r\n\r\n0.75\r\n" + boundary +
                         "keep\r\n\r\ntrue\r\n" + boundary + "outputs\r\n\r\nlabels, overlay\r\n--xx--";
  const std::vector<SegmentRequest> all = {
      json(
          R"("classes": ["road", "car"], "unknown": 0.25, "window": 64, "overlay": {"alpha": 0.75}, "keep": true,
              "outputs": ["labels", "overlay"])"),
      parse("multipart/form-data; boundary=xx", multipart),
      parse("image/png", "pixels",
            {{"classes", "road, car"},
             {"unknown", "0.25"},
             {"window", "64"},
             {"alpha", "0.75"},
             {"keep", "true"},
             {"outputs", "labels,overlay"},
             {"progress", "12345678"}})};
  for (const auto& request : all) {
    EXPECT_EQ(request.image, "pixels");
    EXPECT_EQ(request.classes.size(), 2u);
    EXPECT_FLOAT_EQ(request.protocol.unknown_threshold.value(), 0.25f);
    EXPECT_EQ(request.protocol.window, 64);
    EXPECT_FLOAT_EQ(request.output_options.overlay.alpha, 0.75f);
    EXPECT_TRUE(request.keep);
    EXPECT_EQ(request.outputs, (std::vector<std::string>{"labels", "overlay"}));
    EXPECT_FALSE(request.text.use_cache) << "requests must not fill the disk";
  }
  EXPECT_EQ(all[1].file_name, "a.png");
}

TEST_F(SegmentRequestTest, EveryFieldIsRead) {
  const auto request = json(
      R"("vocabulary": "voc-20", "model": "m", "head": "naclip", "background": "background;wall", "contrast": false,
         "templates": ["a {}"], "names": "max", "seen": "auto", "calibration": 0.2, "min_area": 0.05, "refine": "pamr",
         "short_side": 100, "stride": 20, "window": "whole", "logit_scale": 50, "simplify": 1.5, "min_polygon": 9, "mean": "probabilities")");
  EXPECT_EQ(request.classes.size(), 20u);
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.head, "naclip");
  EXPECT_EQ(request.background.background, "background;wall");
  EXPECT_FALSE(request.background.contrast);
  EXPECT_EQ(request.text.templates, std::vector<std::string>{"a {}"});
  EXPECT_EQ(request.text.names, NameRule::kMax);
  EXPECT_EQ(request.protocol.seen.size(), 15u);
  EXPECT_FLOAT_EQ(request.protocol.calibration, 0.2f);
  EXPECT_FLOAT_EQ(request.protocol.min_area.value(), 0.05f);
  EXPECT_EQ(request.protocol.refine, Refinement::kPamr);
  EXPECT_EQ(request.protocol.short_side, 100);
  EXPECT_EQ(request.protocol.stride, 20);
  EXPECT_EQ(request.protocol.window, kWholeImage);
  EXPECT_FLOAT_EQ(request.protocol.logit_scale, 50);
  EXPECT_EQ(request.protocol.mean, WindowMean::kProbabilities);
  EXPECT_EQ(request.output_options.simplify, 1.5);
  EXPECT_EQ(request.output_options.min_polygon, 9u);
  EXPECT_EQ(request.outputs, std::vector<std::string>{"labels"});
}

TEST_F(SegmentRequestTest, NoOutputsMayBeAskedFor) {
  EXPECT_TRUE(json(R"("classes": "a", "outputs": [])").outputs.empty());
  EXPECT_TRUE(json(R"("classes": "a", "outputs": "")").outputs.empty());
}

TEST_F(SegmentRequestTest, BadFieldsAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("classes": "a", "clases": 1)", "clases"},
      {R"("classes": "a", "vocabulary": "voc-20")", "twice"},
      {R"("unknown": 1)", "no classes"},
      {R"("vocabulary": "voc-2")", "voc-20"},
      {R"("vocabulary": 7)", "vocabulary"},
      {R"("classes": "a", "calibration": 2)", "calibration"},
      {R"("classes": "a", "calibration": "x")", "calibration"},
      {R"("classes": "a", "min_area": 1)", "min_area"},
      {R"("classes": "a", "window": -1)", "window"},
      {R"("classes": "a", "window": "all")", "window"},
      {R"("classes": "a", "stride": 1e9)", "stride"},
      {R"("classes": "a", "mean": "median")", "mean"},
      {R"("classes": "a", "refine": true)", "refine"},
      {R"("classes": "a", "outputs": "label")", "labels, palette"},
      {R"("classes": "a", "outputs": ["labels", "labels"])", "twice"},
      {R"("classes": "a", "outputs": 7)", "outputs"},
      {R"("classes": "a", "templates": "/etc/passwd")", "/etc/passwd"},
      {R"("classes": "a", "keep": "yes")", "keep"},
      {R"("classes": "a", "overlay": {"alfa": 1})", "alfa"},
      {R"("classes": "a", "overlay": 1)", "overlay"},
  };
  for (const auto& [fields, word] : cases) {
    const auto [status, message] = json_refusal(fields);
    EXPECT_EQ(status, 400) << fields;
    EXPECT_NE(message.find(word), std::string::npos) << fields << ": " << message;
  }
}

TEST_F(SegmentRequestTest, AFileIsNoClassList) {
  // The command line reads such a file; a request may not.
  const auto request = json(R"("classes": "@/etc/passwd, x")");
  EXPECT_EQ(request.classes.names[0][0], "@/etc/passwd");
}

TEST_F(SegmentRequestTest, LimitsOfClasses) {
  settings_.max_classes = 2;
  settings_.max_names = 3;
  settings_.max_name_bytes = 5;
  EXPECT_EQ(json_refusal(R"("classes": "a, b;c")").first, 200);
  EXPECT_EQ(json_refusal(R"("classes": "a, b, c")").first, 422);
  EXPECT_EQ(json_refusal(R"("classes": "a;b, c;d")").first, 422);
  EXPECT_EQ(json_refusal(R"("classes": "abcdef")").first, 422);
}

TEST_F(SegmentRequestTest, ImagesInTexts) {
  EXPECT_EQ(image_from_text("cGl4ZWxz", "image"), "pixels");
  EXPECT_EQ(image_from_text("data:image/png;base64,cGl4ZWxz", "image"), "pixels");
  const std::pair<const char*, const char*> cases[] = {{"/etc/passwd", "path or URL"},
                                                       {"street.jpg", "path or URL"},
                                                       {"file:///etc/passwd", "path or URL"},
                                                       {"http://a/b.jpg", "path or URL"},
                                                       {"../street", "path or URL"},
                                                       {"data:image/png,abc", "without base64"},
                                                       {"data:image/png;base64", "without base64"},
                                                       {"***", "no base64"},
                                                       {"", "no image"}};
  for (const auto& [text, word] : cases) {
    const auto [status, message] = refusal([&, given = text] { image_from_text(given, "image"); });
    EXPECT_EQ(status, 400) << text;
    EXPECT_NE(message.find(word), std::string::npos) << text << ": " << message;
  }
}

TEST_F(SegmentRequestTest, BodiesThatAreNone) {
  const auto status = [&](const std::string& type, const std::string& body) {
    return refusal([&] { parse(type, body); }).first;
  };
  EXPECT_EQ(status("application/json", ""), 400);
  EXPECT_EQ(status("application/json", "{"), 400);
  EXPECT_EQ(status("application/json", "[]"), 400);
  EXPECT_EQ(status("application/json", "{\"classes\": \"a\"}"), 400) << "no image";
  EXPECT_EQ(status("application/json", std::string(1'000'000, '[')), 400);
  EXPECT_EQ(status("application/json", "{\"image\": 7, \"classes\": \"a\"}"), 400);
  EXPECT_EQ(status("multipart/form-data; boundary=xx", "--xx"), 400);
  EXPECT_EQ(status("image/png", "pixels"), 400) << "no classes";
}

TEST_F(SegmentRequestTest, RelabellingChangesWhatItNames) {
  auto before = json(R"("classes": "road, car", "unknown": 0.5, "calibration": 0.3, "outputs": ["overlay"])");
  Request request;
  request.body = R"({"unknown": null, "seen": ["car"]})";
  parse_relabel(request, settings_, before);
  EXPECT_FALSE(before.protocol.unknown_threshold);
  EXPECT_EQ(before.protocol.seen, std::vector<std::size_t>{1});
  EXPECT_FLOAT_EQ(before.protocol.calibration, 0.3f);
  EXPECT_EQ(before.outputs, std::vector<std::string>{"overlay"});
  request.body = R"({"window": 64})";
  EXPECT_EQ(refusal([&] { parse_relabel(request, settings_, before); }).first, 400);
}

}  // namespace
}  // namespace relprompt::serve
