// Model folders: configs, importing, random weights, prompts over a CLIP elsewhere, the embedding cache.
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "measure/flops.h"
#include "model/clip_tensors.h"
#include "model/import_model.h"
#include "model/model_config.h"
#include "model/model_files.h"
#include "model/presets.h"
#include "model/prompt_tensors.h"
#include "model/random_model.h"
#include "network/network.h"
#include "network/torch_scorer.h"
#include "segmenter/embedding_cache.h"
#include "segmenter/text_encoder.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using network::Network;

namespace fs = std::filesystem;
using test::close;

ModelConfig tiny_model(model::Variant variant = model::Variant::kPaper) {
  ModelConfig config;
  config.clip = test::tiny_config();
  config.prompts = test::tiny_prompts(variant, config.clip);
  config.test = TestProtocol::for_tower(config.clip.vision);
  return config;
}

/// Sends the cache to a folder of the test's own.
class Model : public testing::Test {
 protected:
  Model() { ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1); }
  test::TemporaryFolder scratch_;
};

TEST_F(Model, ConfigSurvivesItsFile) {
  auto config = tiny_model(model::Variant::kOfficial);
  config.source = "a \"test\"";
  config.clip.activation = Activation::kGelu;
  config.prompts->rpm.layers = {1, 3};
  config.prompts->rpm.m2oe.gate = false;
  config.prompts->lpm.form = model::Form::kB;
  config.image = Normalisation::image_net();
  config.clip_path = "../clip";
  config.clip_sha256 = "abc";
  const auto text = to_json(config);
  EXPECT_EQ(to_json(parse_config(text, "config.json")), text);
  config.prompts.reset();
  const auto bare = to_json(config);
  EXPECT_EQ(to_json(parse_config(bare, "config.json")), bare);
}

TEST_F(Model, APathThatIsNoUtf8ComesBack) {
  ModelConfig config = tiny_model();
  config.clip_path = "../clips \xFF%/clip.safetensors";
  EXPECT_EQ(parse_config(to_json(config), "config.json").clip_path, config.clip_path);
  EXPECT_ERROR(parse_config(R"({"clip": {"path_bytes": "%F"}})", "config.json"), ErrorCode::kBadModelConfig,
               "'path_bytes' is no percent-encoded text");
}

TEST_F(Model, BadConfigsNameFileAndKey) {
  const auto bad = [](const std::string& text, const std::string& fragment) {
    EXPECT_ERROR(parse_config(text, "dir/config.json"), ErrorCode::kBadModelConfig, fragment);
  };
  bad("{", "dir/config.json: not valid JSON");
  bad("[]", "expected keys with values, found array");
  bad(R"({"format": "other"})", "'format' should be one of relprompt");
  bad(R"({"format_version": 2})", "'format_version'");
  bad(R"({"clip": {"layers": -1}})", "'layers' should be a whole number from 1");
  bad(R"({"clip": {"width": 1e9}})", "'width'");
  bad(R"({"clip": {"width": 100, "heads": 3}})", "'heads' should divide");
  bad(R"({"clip": {"text": {"vocab": "many"}}})", "'text': 'vocab'");
  bad(R"({"clip": {"colour": 1}})", "unknown key 'colour'");
  bad(R"({"image": {"std": [1, 0, 1]}})", "'std' should be three numbers above 0");
  bad(R"({"prompts": {"variant": "new"}})", "one of paper, official");
  bad(R"({"prompts": {"m2oe": {"top_k": 9}}})", "'top_k'");
  bad(R"({"test": {"stride": 600}})", "'stride'");
}

TEST_F(Model, RandomWeightsAreThoseOfTheReference) {
  // hash_uniform("image", 3) of tools/reference.
  const auto u = test::uniform("image", {3});
  EXPECT_TRUE(close(random_weights("x.bias", {4}, 0), 0.1 * test::uniform("x.bias", {4}), 0));
  EXPECT_TRUE(close(random_weights("ln.weight", {4}, 0), 1 + 0.1 * test::uniform("ln.weight", {4}), 1e-7));
  EXPECT_TRUE(close(random_weights("h", {12, 2}, 0), 0.5 * test::uniform("h", {12, 2}), 1e-7));
  EXPECT_TRUE(close(random_weights("c.weight", {2, 3, 2, 2}, 0),
                    0.5 * test::uniform("c.weight", {2, 3, 2, 2}), 1e-7));
  EXPECT_NE(random_weights("h", {12, 2}, 1).values(), random_weights("h", {12, 2}, 2).values());
  EXPECT_LT(u.abs().max().item<float>(), 1.0f);
}

TEST_F(Model, TrainableNumbersOfVitB16) {
  auto clip = model::preset("ViT-B-16");
  clip.vision.grid = 32;
  const auto count = [&](model::Variant variant) {
    std::int64_t total = 0;
    for (const auto& row : prompt_rows(clip, test::tiny_prompts(variant, clip, 10))) total += row.elements();
    return total;
  };
  EXPECT_EQ(count(model::Variant::kOfficial), 2522880);
  EXPECT_EQ(count(model::Variant::kPaper), 2228817);
}

TEST_F(Model, ArithmeticOfVitB16IsNearTheMeasuredCount) {
  ModelConfig config;
  config.clip = model::preset("ViT-B-16");
  config.prompts = PromptConfig();
  const double gflop = measure::flop_per_window(config, 512, 20) / 1e9;
  // 221 of the encoder and 10 of the projections into the joint space, less 4 as prompts give keys and values
  // only.
  EXPECT_NEAR(gflop, 227, 3);
  // From 439 classes on a class more costs a layer E D multiply-adds instead of N (E + D), beside its keys,
  // values and scores; one layer has no prompts, and LPM grows as well.
  const auto more = [&](std::int64_t classes) {
    return measure::flop_per_window(config, 512, classes + 1) -
           measure::flop_per_window(config, 512, classes);
  };
  EXPECT_NEAR(more(300) - more(500), 11 * 2.0 * (1024 * (512 + 768) - 512 * 768), 1e3);
  config.prompts.reset();
  EXPECT_NEAR(measure::flop_per_window(config, 224, 20) / 1e9, 35.2,
              0.5);  // twice the published 17.6 G multiply-adds
}

TEST_F(Model, PromptsOverAClipElsewhere) {
  test::write_hashed_model(scratch_ / "whole", tiny_model());
  const auto whole = open_model(scratch_ / "whole");
  fs::create_directories(scratch_ / "clip");
  fs::create_directories(scratch_ / "prompts");
  fs::rename(scratch_ / "whole/clip.safetensors", scratch_ / "clip/clip.safetensors");
  fs::rename(scratch_ / "whole/merges.txt", scratch_ / "clip/merges.txt");
  fs::rename(scratch_ / "whole/prompts.safetensors", scratch_ / "prompts/prompts.safetensors");
  auto config = whole.config;
  config.clip_path = "../clip";
  const auto write_config = [&] { test::write_text(scratch_ / "prompts/config.json", to_json(config)); };
  config.clip_sha256 = std::string(64, '0');
  write_config();
  EXPECT_ERROR(open_model(scratch_ / "prompts"), ErrorCode::kBadModelConfig,
               "trained on a CLIP with SHA-256 000");
  std::string right;
  try {
    open_model(scratch_ / "prompts");
  } catch (const Error& error) {
    const std::string text = error.what();
    const auto at = text.find(" has ") + 5;
    right = text.substr(at, 64);
  }
  config.clip_sha256 = right;
  write_config();
  const auto split = open_model(scratch_ / "prompts");
  EXPECT_FALSE(split.tokenizer.empty());
  fs::remove(scratch_ / "clip/clip.safetensors");
  EXPECT_ERROR(open_model(scratch_ / "prompts"), ErrorCode::kModelNotFound, "does not exist");
}

TEST_F(Model, FoldersThatAreNoModel) {
  EXPECT_ERROR(open_model(scratch_ / "nowhere"), ErrorCode::kModelNotFound, "nowhere");
  fs::create_directories(scratch_ / "empty");
  EXPECT_THROW(open_model(scratch_ / "empty"), Error);
  test::write_hashed_model(scratch_ / "model", tiny_model());
  fs::remove(scratch_ / "model/prompts.safetensors");
  EXPECT_ERROR(open_model(scratch_ / "model"), ErrorCode::kModelNotFound, "prompts.safetensors");
}

TEST_F(Model, ImportKeepsEveryNumberAndAppearsWhole) {
  test::write_hashed_model(scratch_ / "source", tiny_model(model::Variant::kOfficial));
  const auto notes = import_checkpoint(scratch_ / "source", scratch_ / "copy", {});
  EXPECT_TRUE(notes.empty());
  const auto source = open_model(scratch_ / "source"), copy = open_model(scratch_ / "copy");
  for (const auto& row : source.image_rows())
    EXPECT_TRUE(close(copy.clip->read(row), source.clip->read(row), 0));
  for (const auto& row : source.prompt_rows()) {
    EXPECT_TRUE(close(copy.prompts->read(row), source.prompts->read(row), 0));
  }
  for (const auto& entry : fs::directory_iterator(scratch_.path())) {
    EXPECT_NE(entry.path().filename().string().front(), '.') << "left behind: " << entry.path();
  }
  // A folder that is no model is never replaced.
  test::write_text(scratch_ / "images/a.txt", "mine");
  EXPECT_ERROR(import_checkpoint(scratch_ / "source", scratch_ / "images", {}), ErrorCode::kNotWritable,
               "images/a.txt");
  EXPECT_EQ(test::read_text(scratch_ / "images/a.txt"), "mine");
  // A model is, if asked for: importing again is how one updates it.
  EXPECT_ERROR(import_checkpoint(scratch_ / "source", scratch_ / "copy", {}), ErrorCode::kNotWritable,
               "holds a model already");
  ImportOptions options;
  options.replace = true;
  import_checkpoint(scratch_ / "source", scratch_ / "copy", options);
  EXPECT_NO_THROW(open_model(scratch_ / "copy"));
}

TEST_F(Model, ImportChecksTheFileBeforeTheVocabulary) {
  test::write_text(scratch_ / "bad.pt", "nonsense");
  ImportOptions options;
  options.vocab = scratch_ / "missing-vocab.txt";
  try {
    import_checkpoint(scratch_ / "bad.pt", scratch_ / "out", options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(exit_status(error.code()), 4) << error.what();
  }
  test::write_hashed_model(scratch_ / "good", tiny_model());
  EXPECT_ERROR(import_checkpoint(scratch_ / "good", scratch_ / "out", options), ErrorCode::kBadVocabulary,
               "missing-vocab");
  EXPECT_FALSE(fs::exists(scratch_ / "out"));
}

TEST_F(Model, EmbeddingsComeFromTheCacheTheSecondTime) {
  test::write_hashed_model(scratch_ / "model", tiny_model());
  const auto model = open_model(scratch_ / "model");
  const torch::InferenceMode no_gradients;
  const ClassList classes = {{{"road"}, {"car", "vehicle"}}, {}};
  const auto first = encode_classes(model, {}, classes, {});
  const auto second = encode_classes(model, {}, classes, {});
  EXPECT_TRUE(first.tower_ran);
  EXPECT_FALSE(second.tower_ran);
  EXPECT_EQ(first.embeddings.rows, second.embeddings.rows);
  EXPECT_EQ(first.embeddings.texts().count, 2);
  // Other templates are another key; known names of another list are not computed again.
  TextOptions other;
  other.templates = {"a drawing of a {}"};
  EXPECT_TRUE(encode_classes(model, {}, classes, other).tower_ran);
  EXPECT_FALSE(encode_classes(model, {}, {{{"vehicle"}, {"road"}}, {}}, {}).tower_ran);
  TextOptions uncached;
  uncached.use_cache = false;
  EXPECT_TRUE(encode_classes(model, {}, classes, uncached).tower_ran);
}

TEST_F(Model, DamagedCachesOnlyCostTime) {
  test::write_hashed_model(scratch_ / "model", tiny_model());
  const auto model = open_model(scratch_ / "model");
  const torch::InferenceMode no_gradients;
  const ClassList classes = {{{"road"}}, {}};
  const auto good = encode_classes(model, {}, classes, {});
  for (const auto& entry : fs::directory_iterator(scratch_ / "cache/relprompt/text")) {
    test::write_text(entry.path(), "damaged");
  }
  const auto again = encode_classes(model, {}, classes, {});
  EXPECT_TRUE(again.tower_ran);
  EXPECT_EQ(again.embeddings.rows, good.embeddings.rows);
  EXPECT_FALSE(encode_classes(model, {}, classes, {}).tower_ran);
  test::write_text(scratch_ / "no-folder", "");
  ::setenv("XDG_CACHE_HOME", (scratch_ / "no-folder").c_str(), 1);
  EXPECT_TRUE(encode_classes(model, {}, classes, {}).tower_ran);
}

TEST_F(Model, NamesAreAveragedOrKeptApart) {
  test::write_hashed_model(scratch_ / "model", tiny_model());
  const auto model = open_model(scratch_ / "model");
  const torch::InferenceMode no_gradients;
  const ClassList classes = {{{"road"}, {"car", "vehicle"}}, {}};
  TextOptions apart;
  apart.names = NameRule::kMax;
  const auto rows = encode_classes(model, {}, classes, apart).embeddings;
  EXPECT_EQ(rows.first, (std::vector<std::size_t>{0, 1, 3}));
  const auto all = network::DeviceClasses(torch::kCPU).rows(rows);
  const auto mean = (all[1] + all[2]) / 2;
  const auto averaged =
      network::DeviceClasses(torch::kCPU).rows(encode_classes(model, {}, classes, {}).embeddings);
  EXPECT_TRUE(close(averaged[1], mean / mean.norm(), 1e-6));
}

TEST_F(Model, TextProblemsAreNamed) {
  test::write_hashed_model(scratch_ / "model", tiny_model());
  auto model = open_model(scratch_ / "model");
  const torch::InferenceMode no_gradients;
  EXPECT_ERROR(encode_classes(model, {}, {}, {}), ErrorCode::kBadClassList, "empty");
  const ClassList longest = {{{std::string(100, 'x')}}, {}};
  EXPECT_ERROR(encode_classes(model, {}, longest, {}), ErrorCode::kTextTooLong, "77");
  TextOptions cut;
  cut.truncate = true;
  EXPECT_NO_THROW(encode_classes(model, {}, longest, cut));
  TextOptions bad;
  bad.templates = {"no gap"};
  EXPECT_ERROR(encode_classes(model, {}, {{{"road"}}, {}}, bad), ErrorCode::kBadTemplate, "no gap");
  model.tokenizer.clear();
  EXPECT_ERROR(encode_classes(model, {}, {{{"road"}}, {}}, {}), ErrorCode::kBadVocabulary, "no tokenizer");
  model.config.clip.text.layers = 0;
  EXPECT_ERROR(encode_classes(model, {}, {{{"road"}}, {}}, {}), ErrorCode::kBadVocabulary, "no text tower");
}

TEST_F(Model, AnotherActivationGetsEmbeddingsOfItsOwn) {
  auto config = tiny_model();
  config.prompts.reset();
  test::write_hashed_model(scratch_ / "source", config);
  const auto embeddings = [&](const std::string& activation, bool fresh) {
    ImportOptions options;
    options.towers.activation = activation;
    options.replace = true;
    import_checkpoint(scratch_ / "source", scratch_ / "model", options);
    const auto encoded = encode_classes(open_model(scratch_ / "model"), {}, {{{"road"}, {"sky"}}, {}}, {});
    EXPECT_EQ(encoded.tower_ran, fresh) << activation;
    return encoded.embeddings.rows;
  };
  const auto quick = embeddings("quick_gelu", true), exact = embeddings("gelu", true);
  EXPECT_NE(quick, exact);
  EXPECT_EQ(embeddings("quick_gelu", false), quick) << "both are kept";
  EXPECT_EQ(embeddings("gelu", false), exact);
  const auto heads =
      encode_classes(open_model(scratch_ / "model", {0, 2, ""}), {}, {{{"road"}, {"sky"}}, {}}, {});
  EXPECT_TRUE(heads.tower_ran);
  EXPECT_NE(heads.embeddings.rows, exact);
}

TEST_F(Model, ABareClipGivesDistributionsWithoutTraining) {
  auto config = tiny_model();
  config.prompts.reset();
  test::write_hashed_model(scratch_ / "clip", config);
  auto model = open_model(scratch_ / "clip");
  EXPECT_EQ(variant_name(model.config), "none");
  EXPECT_ERROR(Network(model, torch::kCPU, Precision::kFp32), ErrorCode::kBadArgument, "maskclip");
  model.config.head = "maskclip";
  Network network(model, torch::kCPU, Precision::kFp32);
  const torch::InferenceMode no_gradients;
  const auto texts = test::uniform("texts", {5, 64});
  const auto scores =
      network.patch_scores(test::uniform("image", {2, 3, 64, 64}), texts / texts.norm(2, -1, true));
  EXPECT_EQ(scores.sizes(), torch::IntArrayRef({2, 5, 4, 4}));
  EXPECT_TRUE(close(scores.sum(1), torch::ones({2, 4, 4}), 1e-5));
}

TEST_F(Model, Bfloat16StaysNearFp32) {
  test::write_hashed_model(scratch_ / "model", tiny_model());
  const auto model = open_model(scratch_ / "model");
  Network exact(model, torch::kCPU, Precision::kFp32), rounded(model, torch::kCPU, Precision::kBf16);
  const torch::InferenceMode no_gradients;
  const auto image = test::uniform("image", {1, 3, 64, 64});
  auto texts = test::uniform("texts", {5, 64});
  texts = texts / texts.norm(2, -1, true);
  const auto a = exact.patch_scores(image, texts).sigmoid(), b = rounded.patch_scores(image, texts).sigmoid();
  EXPECT_TRUE(close(b, a, 0.05));
  EXPECT_FALSE(torch::equal(a, b));
}

}  // namespace
}  // namespace relprompt::segmenter
