#include "hub/wanted_files.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace relprompt::hub {
namespace {

using Names = std::vector<std::string>;

// A folder that `relprompt` wrote has its own names; it comes first, for its config.json is no other's.
const Names kOurWeights = {"clip.safetensors"};
const Names kOpenClipWeights = {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors",
                                "open_clip_pytorch_model.bin", "open_clip_pytorch_model.pt"};
const Names kHuggingFaceWeights = {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                   "pytorch_model.bin.index.json"};
const Names kTokenizers = {"merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz",
                           "bpe_simple_vocab_16e6.txt"};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

class Choice {
 public:
  Choice(const Look& look, WantedFiles& wanted) : look_(look), wanted_(wanted) {}

  /// The first that is there; empty if none is.
  std::string first_of(const Names& names) const {
    for (const auto& name : names) {
      if (look_(name) == Presence::kThere) return name;
    }
    return "";
  }

  /// Takes a file that is there; what is known of others is written down.
  void take(const std::string& name) {
    const auto presence = look_(name);
    if (presence == Presence::kThere) wanted_.files.push_back(name);
    if (presence == Presence::kAbsent) wanted_.absent.push_back(name);
    if (presence == Presence::kUnknown) wanted_.unknown.push_back(name);
  }

  void take_tokenizer() {
    const auto found = first_of(kTokenizers);
    if (found.empty()) {
      for (const auto& name : kTokenizers) take(name);
      return;
    }
    wanted_.files.push_back(found);
    if (found == "merges.txt" && look_("vocab.json") == Presence::kThere)
      wanted_.files.push_back("vocab.json");
  }

 private:
  const Look& look_;
  WantedFiles& wanted_;
};

}  // namespace

WantedFiles choose_files(const Look& look, const std::vector<std::string>& others) {
  WantedFiles wanted;
  Choice choice(look, wanted);
  auto weights = choice.first_of(kOurWeights);
  if (!weights.empty()) {
    for (const char* name : {"config.json", "prompts.safetensors", "int8.safetensors", "training.json"})
      choice.take(name);
  } else if (look("open_clip_config.json") == Presence::kThere) {
    weights = choice.first_of(kOpenClipWeights);
    choice.take("open_clip_config.json");
  }
  if (weights.empty()) {
    weights = choice.first_of(kHuggingFaceWeights);
    if (weights.empty()) weights = choice.first_of(kOpenClipWeights);
    if (weights.empty() && others.size() == 1) weights = others.front();
    for (const char* name : {"config.json", "preprocessor_config.json"}) choice.take(name);
  }
  choice.take_tokenizer();
  wanted.weights = weights;
  wanted.index = ends_with(weights, ".index.json");
  if (!weights.empty()) wanted.files.push_back(weights);
  return wanted;
}

std::uint64_t largest_size(const std::string& file) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  for (const char* end : {".safetensors", ".bin", ".pt", ".pth"}) {
    if (ends_with(file, end)) return 64 * 1024 * kMiB;  // the largest published CLIP has 20 GB
  }
  return ends_with(file, ".index.json") || ends_with(file, "tokenizer.json") ? 32 * kMiB : 8 * kMiB;
}

}  // namespace relprompt::hub
