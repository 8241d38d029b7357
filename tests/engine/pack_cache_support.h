// A model whose packed weights are kept in a cache of the test's own.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/notes.h"
#include "engine/network.h"
#include "golden_support.h"
#include "model/pack_cache.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {

namespace fs = std::filesystem;

inline constexpr model::PackCacheRules kKeepTiny = {/*use=*/true, /*least_bytes=*/0};
inline constexpr model::PackCacheRules kOff = {/*use=*/false};

inline ino_t inode_of(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

class PackCaches : public testing::Test {
 protected:
  PackCaches() {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    model::ModelConfig config;
    config.clip = test::micro_config();
    config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
    test::write_hashed_model(scratch_ / "model", config);
    listen();
  }
  ~PackCaches() override {
    set_note_listener({});
    ::unsetenv("XDG_CACHE_HOME");
    ::unsetenv("RELPROMPT_PACK_CACHE");
  }

  void listen() {
    notes_.clear();
    set_note_listener([this](const std::string& text) { notes_.push_back(text); });
  }

  /// Opens the model and scores an image.
  std::vector<float> scores(const model::PackCacheRules& rules,
                            kernels::Precision precision = kernels::Precision::kFp32) const {
    const auto model = model::open_model(scratch_ / "model");
    return scores_of(Network(model, precision, rules), images_of(image_), text_);
  }

  std::vector<fs::path> packs() const {
    std::vector<fs::path> all;
    if (!fs::exists(folder())) return all;
    for (const auto& entry : fs::directory_iterator(folder())) all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
  }
  fs::path folder() const { return scratch_ / "cache/relprompt/packs"; }
  fs::path only_pack() const {
    const auto all = packs();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? fs::path() : all.front();
  }

  /// The pack is as something did it; opening the model says so, gives the right scores and packs afresh.
  void expect_made_again(const std::string& what, const std::string& reason) {
    listen();
    const auto before = inode_of(only_pack());
    EXPECT_EQ(scores(kKeepTiny), scores(kOff)) << what;
    EXPECT_THAT(notes_, testing::ElementsAre(testing::HasSubstr(reason))) << what;
    EXPECT_NE(inode_of(only_pack()), before) << what;
    expect_believed(what);
  }
  void expect_believed(const std::string& what) {
    listen();
    const auto before = inode_of(only_pack());
    EXPECT_EQ(scores(kKeepTiny), scores(kOff)) << what;
    EXPECT_THAT(notes_, testing::IsEmpty()) << what;
    EXPECT_EQ(inode_of(only_pack()), before) << what;
  }

  /// Changes the last bytes of the towers' file in place.
  void change_weights() const {
    std::fstream file(scratch_ / "model/clip.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-static_cast<int>(sizeof(float)), std::ios::end);
    const float value = 0.125f;
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
  }

  const test::TemporaryFolder scratch_;
  const model::Tensor image_{{1, 3, 32, 32}, test::uniform_numbers("image", 3 * 32 * 32)};
  const model::Tensor text_{{5, 32}, test::unit_rows("text", 5, 32)};
  std::vector<std::string> notes_;
};

}  // namespace relprompt::engine
