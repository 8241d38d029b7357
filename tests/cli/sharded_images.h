// A dozen images with a manifest, and `relprompt segment` on shards of them.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tiny_segment.h"

namespace relprompt::test {

class ShardedImages : public TinySegment {
 protected:
  static constexpr int kImages = 12;
  static constexpr int kShards = 3;

  void SetUp() override {
    TinySegment::SetUp();
    for (int i = 0; i < kImages; ++i)
      write_test_image(place_ / ("in/" + name(i) + ".png"), 60 + i, 80, i + 1);
    write_text(place_ / "list.txt", manifest(kImages));
  }

  static std::string name(int i) { return "street" + std::to_string(i); }

  static std::string manifest(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "in/" + name(i) + ".png\n";
    return text;
  }

  /// `segment --manifest list.txt`, with results in `output`; what `more` holds goes before.
  Outcome run(const std::string& output, const std::vector<std::string>& more) const {
    return place_.run(words(output, more));
  }

  static std::vector<std::string> words(const std::string& output, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"segment", "-o", output};
    const std::pair<const char*, const char*> usual[] = {
        {"--manifest", "list.txt"}, {"-c", "road, sky"},           {"--model", "tiny.safetensors"},
        {"--vocab", "merges.txt"},  {"--short-side", "64"},        {"--window", "64"},
        {"--stride", "16"},         {"--save", "labels,json,coco"}};
    for (const auto& [option, value] : usual) {
      if (std::find(more.begin(), more.end(), option) == more.end())
        words.insert(words.end(), {option, value});
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Outcome run_shard(const std::string& output, int index, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--shard", std::to_string(index) + "/" + std::to_string(kShards)});
    return run(output, more);
  }

  void run_all(const std::string& output) const {
    for (int i = 0; i < kShards; ++i) {
      const Outcome outcome = run_shard(output, i);
      ASSERT_EQ(outcome.status, 0) << outcome;
    }
  }

  Outcome merge(std::vector<std::string> words) const {
    words.insert(words.begin(), "merge");
    return place_.run(words);
  }

  /// Content of the label files and coco.json by their names: what does not depend on time.
  std::map<std::string, std::string> results(const std::string& output) const {
    std::map<std::string, std::string> files;
    for (const auto& file : place_.files(output)) {
      const bool labels = file.find(".labels.png") != std::string::npos;
      if (labels || file == "coco.json") files[file] = read_text(place_ / (output + "/" + file));
    }
    return files;
  }

  std::string journal(const std::string& output, int index) const {
    return output + "/.relprompt-shards/" + std::to_string(index) + "-of-" + std::to_string(kShards) +
           ".jsonl";
  }
};

}  // namespace relprompt::test
