// What each dense head costs over maskclip's window, in turns within one run: on a machine that others use,
// two runs are not to be compared.
//
//   bench_heads MODEL [fp32|bf16|int8] [ROUNDS] [WINDOW] [HEAD...]
//
// MODEL's prompts are left out. Wall time is a window's median; processor time is that of all threads, which
// waiting for others does not touch.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "relprompt/error.h"

#include "engine/dense_head.h"
#include "engine/network.h"
#include "model/model_files.h"

namespace {

using relprompt::engine::Network;

struct Times {
  std::vector<double> wall, processor;  ///< seconds
};

double median(std::vector<double> all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

/// Numbers without order in [-1, 1), the same in every run.
std::vector<float> noise(std::size_t count) {
  std::vector<float> values(count);
  std::uint32_t state = 1;
  for (auto& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state) / 2147483648.0f - 1.0f;
  }
  return values;
}

class Window {
 public:
  Window(std::int64_t side, std::int64_t joint)
      : side_(side),
        joint_(joint),
        pixels_(noise(static_cast<std::size_t>(3 * side * side))),
        texts_(noise(static_cast<std::size_t>(kClasses * joint))) {}

  void run(const Network& network, relprompt::engine::Workspace& workspace, Times& times) {
    scores_.resize(static_cast<std::size_t>(kClasses * network.grid_of(side_, side_).size()));
    const auto start = std::chrono::steady_clock::now();
    const auto processor = std::clock();
    network.patch_scores({pixels_.data(), 1, side_, side_}, {texts_.data(), kClasses}, scores_.data(),
                         workspace);
    times.processor.push_back(static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC);
    times.wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }

 private:
  static constexpr std::int64_t kClasses = 20;
  std::int64_t side_, joint_;
  std::vector<float> pixels_, texts_, scores_;
};

relprompt::kernels::Precision precision_of(const std::string& name) {
  using relprompt::kernels::Precision;
  return name == "int8" ? Precision::kInt8 : name == "bf16" ? Precision::kBf16 : Precision::kFp32;
}

std::vector<std::string> heads_of(int count, char** words) {
  std::vector<std::string> heads(words + std::min(count, 5), words + count);
  if (heads.empty()) heads = relprompt::engine::dense_head_names();
  return heads;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 2) {
    std::fprintf(stderr, "bench_heads MODEL [fp32|bf16|int8] [ROUNDS] [WINDOW] [HEAD...]\n");
    return 2;
  }
  const auto precision = precision_of(count > 2 ? words[2] : "fp32");
  const int rounds = count > 3 ? std::atoi(words[3]) : 15;
  auto model = relprompt::model::open_model(words[1]);
  if (model.config.prompts) relprompt::model::drop_prompts(model);
  Window window(count > 4 ? std::atoi(words[4]) : 224, model.config.clip.joint);
  const auto network_of = [&](const std::string& head) {
    model.config.head = head;
    return Network(model, precision);
  };
  const auto base = network_of("maskclip");
  std::printf("%-20s %9s %9s %15s %20s\n", "head", "ms", "maskclip", "ratio of walls", "of processor times");
  for (const auto& head : heads_of(count, words)) {
    const auto network = network_of(head);
    Times ours, theirs;
    relprompt::engine::Workspace first, second;
    for (int round = -1; round < rounds; ++round) {
      if (round == 0) ours = theirs = {};  // the first one warms up
      window.run(network, first, ours);
      window.run(base, second, theirs);
    }
    std::printf("%-20s %9.1f %9.1f %15.3f %20.3f\n", head.c_str(), 1e3 * median(ours.wall),
                1e3 * median(theirs.wall), median(ours.wall) / median(theirs.wall),
                median(ours.processor) / median(theirs.processor));
  }
  return 0;
} catch (const relprompt::Error& error) {
  std::fprintf(stderr, "bench_heads: %s\n", error.what());
  return 1;
}
