// Damaged models and caches through the whole program: an answer with a name, never masks of one class.
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit_tensor.h"
#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DamagedNumbers : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
    write_test_image(place_ / "good.png", 64, 64);
  }

  Outcome segment(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"segment", "good.png", "--model",   "model",  "-o",
                                      "out",     "-c",       "road, sky", "--save", "labels"};
    words.insert(words.end(), more.begin(), more.end());
    return place_.run(words);
  }

  void refused(const std::string& fragment) const {
    for (const char* precision : {"fp32", "bf16", "int8"}) {
      const Outcome outcome = segment({"--precision", precision});
      EXPECT_EQ(outcome.status, 4) << precision << "\n" << outcome;
      EXPECT_THAT(outcome.err, HasSubstr(fragment)) << precision;
      EXPECT_FALSE(fs::exists(place_ / "out")) << precision;
    }
  }

  Workplace place_;
};

TEST_F(DamagedNumbers, WeightsAreNamed) {
  const std::string name = "visual.transformer.resblocks.0.attn.out_proj.weight";
  edit_tensor(place_ / "model/clip.safetensors", name,
              [](float) { return std::numeric_limits<float>::quiet_NaN(); });
  refused("model/clip.safetensors: the tensor " + name + " holds NaN");
  const Outcome import = place_.run({"import", "model", "-o", "copy"});
  EXPECT_EQ(import.status, 4) << import;
  EXPECT_THAT(import.err, HasSubstr(name)) << import;
  EXPECT_FALSE(fs::exists(place_ / "copy"));
}

TEST_F(DamagedNumbers, ATextProjectionOfZerosIsNamed) {
  edit_tensor(place_ / "model/clip.safetensors", "text_projection", [](float) { return 0.0f; });
  refused("the tensor text_projection holds nothing but zeros");
}

TEST_F(DamagedNumbers, ClassesWithoutAnEmbeddingAreNamed) {
  for (const char* name : {"ln_final.weight", "ln_final.bias"}) {
    edit_tensor(place_ / "model/clip.safetensors", name, [](float) { return 0.0f; });
  }
  refused("no usable embedding of 'a photo of a road'");
}

TEST_F(DamagedNumbers, TheImageIsNamedWhereScoresOverflow) {
  const std::string block = "visual.transformer.resblocks.0.";
  for (const char* name : {"ln_1.weight", "attn.in_proj_weight", "attn.out_proj.weight"}) {
    edit_tensor(place_ / "model/clip.safetensors", block + name, [](float x) { return x * 1e14f; });
  }
  const Outcome outcome = segment();
  EXPECT_EQ(outcome.status, 4) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("good.png: the model computes features of patches")) << outcome;
  EXPECT_THAT(place_.files("out"), IsEmpty());
}

TEST_F(DamagedNumbers, ADeviationOfZeroIsRefused) {
  for (const char* std : {"0", "1e-60"}) {
    auto text = read_text(place_ / "model/config.json");
    const auto at = text.find("\"std\"");
    text.replace(at, text.find(']', at) + 1 - at, "\"std\": [68, " + std::string(std) + ", 70]");
    write_text(place_ / "model/config.json", text);
    refused("'std' should be three numbers above 0");
  }
}

class TextCache : public DamagedNumbers {
 protected:
  /// Files in the program's cache: with embeddings, or in another folder of it.
  std::vector<fs::path> files(const std::string& folder = "text") const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(place_.cache() / "relprompt" / folder)) {
      if (entry.path().filename() != "lock") found.push_back(entry.path());
    }
    return found;
  }
};

TEST_F(TextCache, DamageIsNotedAndMended) {
  ASSERT_EQ(segment().status, 0);
  const std::string labels = read_text(place_ / "out/good.labels.png");
  ASSERT_EQ(files().size(), 1u);
  const std::string whole = read_text(files().front());
  auto damaged = whole;
  for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 20; ++i) damaged[i] = '?';
  write_text(files().front(), damaged);
  fs::remove_all(place_ / "out");
  const Outcome outcome = segment();
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("text embeddings are damaged and are computed again")) << outcome;
  EXPECT_EQ(read_text(place_ / "out/good.labels.png"), labels);
  EXPECT_EQ(read_text(files().front()), whole);
  fs::remove_all(place_ / "out");
  EXPECT_THAT(segment().err, Not(HasSubstr("damaged")));
}

TEST_F(TextCache, NamedPipesDoNotHoldTheProgramUp) {
  ASSERT_EQ(segment().status, 0);
  const std::string labels = read_text(place_ / "out/good.labels.png");
  ASSERT_FALSE(files("hashes").empty());
  for (const char* folder : {"text", "hashes"}) {
    for (const auto& file : files(folder)) {
      fs::remove(file);
      ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    }
  }
  fs::remove_all(place_ / "out");
  const Outcome outcome = segment();
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(read_text(place_ / "out/good.labels.png"), labels);
}

TEST_F(TextCache, AnotherActivationHasItsOwnEmbeddings) {
  ASSERT_EQ(segment().status, 0);
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "gelu", "--activation", "gelu"}).status, 0);
  const auto of_gelu = [&](const char* output, std::vector<std::string> more) {
    std::vector<std::string> words = {"segment", "good.png", "--model",   "gelu",   "-o",
                                      output,    "-c",       "road, sky", "--save", "scores"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(place_.run(words).status, 0);
    return read_text(place_ / (std::string(output) + "/good.scores.npy"));
  };
  EXPECT_EQ(of_gelu("cached", {}), of_gelu("fresh", {"--no-cache"}));
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(TextCache, WithoutAHomeNothingIsSharedInTheTemporaryFolder) {
  const fs::path temporary = place_ / "tmp";
  fs::create_directory(temporary);
  const char* home = std::getenv("HOME");
  const std::string before = home != nullptr ? home : "";
  ::unsetenv("HOME");
  ::setenv("TMPDIR", temporary.c_str(), 1);
  place_.no_cache_folder = true;
  const Outcome outcome = segment();
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_FALSE(fs::exists(temporary / "relprompt-cache"));
  const auto mine = temporary / ("relprompt-" + std::to_string(::geteuid()));
  EXPECT_EQ(fs::status(mine).permissions(), fs::perms::owner_all);
  ::unsetenv("TMPDIR");
  if (!before.empty()) ::setenv("HOME", before.c_str(), 1);
}

}  // namespace
}  // namespace relprompt::test
