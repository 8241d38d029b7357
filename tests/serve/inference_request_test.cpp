// What v2_test.py cannot see over HTTP: where the tensors' bytes lie, and every refusal by itself.
#include "serve/inference_request.h"

#include <gtest/gtest.h>

namespace relprompt::serve {
namespace {

int status_of(const std::string& body, const std::string& length = "") {
  try {
    parse_inference(body, length);
  } catch (const HttpError& error) {
    return error.status();
  } catch (const Error& error) {
    return http_error(error).status();
  }
  return 200;
}

TEST(InferenceRequest, BytesLieBehindTheJsonInTheOrderOfTheInputs) {
  const std::string head =
      R"({"id": "7", "inputs": [{"name": "a", "datatype": "UINT8", "shape": [2], "parameters": {"binary_data_size": 2}},)"
      R"({"name": "b", "datatype": "BYTES", "shape": [1], "data": ["x"]},)"
      R"({"name": "c", "datatype": "UINT8", "shape": [1], "parameters": {"binary_data_size": 1}}],)"
      R"("outputs": [{"name": "labels"}, {"name": "pixels", "parameters": {"binary_data": false}}],)"
      R"("parameters": {"unknown": 0.5, "binary_data_output": true}})";
  const auto body = head + "123";
  const auto request = parse_inference(body, std::to_string(head.size()));
  EXPECT_EQ(request.id, "7");
  ASSERT_EQ(request.inputs.size(), 3u);
  EXPECT_EQ(request.inputs[0].bytes, "12");
  EXPECT_FALSE(request.inputs[1].binary);
  EXPECT_EQ(request.inputs[2].bytes, "3");
  ASSERT_EQ(request.outputs.size(), 2u);
  EXPECT_TRUE(request.outputs[0].binary);
  EXPECT_FALSE(request.outputs[1].binary);
  EXPECT_EQ(request.parameters, nlohmann::json({{"unknown", 0.5}}));
  EXPECT_EQ(status_of(head + "12", std::to_string(head.size())), 400) << "too few bytes";
  EXPECT_EQ(status_of(head + "1234", std::to_string(head.size())), 400) << "too many";
  EXPECT_EQ(status_of(head), 400) << "none at all";
}

TEST(InferenceRequest, WhatIsMalformedIsRefused) {
  EXPECT_EQ(status_of(R"({"inputs": []})"), 200);
  for (
      const char* body :
      {"", "7", "{}", R"({"inputs": {}})", R"({"inputs": [[]]})", R"({"inputs": [{"name": 7}]})",
       R"({"inputs": [{"name": "a", "datatype": "UINT8", "shape": 7, "data": []}]})",
       R"({"inputs": [{"name": "a", "datatype": "UINT8", "shape": [1.5], "data": []}]})",
       R"({"inputs": [{"name": "a", "datatype": "UINT8", "shape": [1]}]})",
       R"({"inputs": [{"name": "a", "datatype": "UINT8", "shape": [1], "data": 7}]})",
       R"({"inputs": [{"name": "a", "datatype": "UINT8", "shape": [0], "data": [], "parameters": {"binary_data_size": 0}}]})",
       R"({"inputs": [], "outputs": 7})", R"({"inputs": [], "outputs": [{}]})",
       R"({"inputs": [], "parameters": 7})", R"({"inputs": [], "parameters": {"binary_data_output": 7}})",
       R"({"inputs": [], "id": 7})"})
    EXPECT_EQ(status_of(body), 400) << body;
  for (const char* length : {"-1", "x", "15", "1e1", " 14", "99999999999999999999"})
    EXPECT_EQ(status_of(R"({"inputs": []})", length), 400) << length;
}

}  // namespace
}  // namespace relprompt::serve
