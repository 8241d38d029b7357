// Which files of a repository are read.
#include "hub/wanted_files.h"

#include <set>

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A repository that has these files and no others.
Look with(const std::set<std::string>& files) {
  return [files](const std::string& file) {
    return files.count(file) > 0 ? Presence::kThere : Presence::kAbsent;
  };
}

TEST(WantedFiles, HuggingFace) {
  const auto wanted = choose_files(
      with({"config.json", "preprocessor_config.json", "model.safetensors", "pytorch_model.bin", "merges.txt",
            "vocab.json", "tokenizer.json", "flax_model.msgpack", "tokenizer_config.json"}));
  EXPECT_THAT(wanted.files, ElementsAre("config.json", "preprocessor_config.json", "merges.txt", "vocab.json",
                                        "model.safetensors"));
  EXPECT_EQ(wanted.weights, "model.safetensors");
  EXPECT_FALSE(wanted.index);
  EXPECT_THAT(wanted.absent, IsEmpty());
}

TEST(WantedFiles, SafetensorsBeforeBinBeforePt) {
  EXPECT_EQ(choose_files(with({"pytorch_model.bin", "model.safetensors.index.json"})).weights,
            "model.safetensors.index.json");
  EXPECT_TRUE(choose_files(with({"pytorch_model.bin", "model.safetensors.index.json"})).index);
  EXPECT_EQ(choose_files(with({"pytorch_model.bin"}), {"ViT-B-16.pt"}).weights, "pytorch_model.bin");
  EXPECT_EQ(choose_files(with({}), {"ViT-B-16.pt"}).weights, "ViT-B-16.pt");
  EXPECT_EQ(choose_files(with({}), {"a.pt", "b.pt"}).weights, "");
}

TEST(WantedFiles, OpenClipBeforeATowerOfTimm) {
  const auto wanted = choose_files(with({"open_clip_config.json", "open_clip_pytorch_model.bin",
                                         "config.json", "model.safetensors", "tokenizer.json"}));
  EXPECT_THAT(wanted.files,
              ElementsAre("open_clip_config.json", "tokenizer.json", "open_clip_pytorch_model.bin"));
}

TEST(WantedFiles, FolderOfRelprompt) {
  const auto wanted =
      choose_files(with({"config.json", "clip.safetensors", "prompts.safetensors", "merges.txt"}));
  EXPECT_THAT(wanted.files,
              ElementsAre("config.json", "prompts.safetensors", "merges.txt", "clip.safetensors"));
  EXPECT_THAT(wanted.absent, ElementsAre("int8.safetensors", "training.json"));
}

TEST(WantedFiles, UnknownMeansAskTheHub) {
  const auto look = [](const std::string& file) {
    return file == "model.safetensors" || file == "config.json" ? Presence::kThere : Presence::kUnknown;
  };
  const auto wanted = choose_files(look);
  EXPECT_EQ(wanted.weights, "model.safetensors");
  EXPECT_THAT(wanted.unknown, ElementsAre("preprocessor_config.json", "merges.txt", "tokenizer.json",
                                          "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"));
}

}  // namespace
}  // namespace relprompt::hub
