// What a second session of a model costs and brings: its memory, and how much faster two sessions with one
// thread each label than one.
//
//   bench_sessions MODEL [fp32|bf16|int8] [IMAGES] [WINDOWS COMPUTED TOGETHER]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <relprompt/relprompt.h>

namespace {

constexpr std::size_t kClasses = 20;

/// Resident memory of the process, 10^6 bytes.
double resident_mb() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::atof(line.c_str() + 6) * 1024 / 1e6;
  }
  return 0;
}

/// Numbers without order, the same in every run.
std::vector<std::uint32_t> noise(std::size_t count) {
  std::vector<std::uint32_t> values(count);
  std::uint32_t state = 1;
  for (auto& value : values) value = state = state * 1664525u + 1013904223u;
  return values;
}

/// Two windows of a real CLIP's protocol.
relprompt::Image make_image() {
  relprompt::Image image{512, 768, {}};
  for (const auto value : noise(512 * 768 * 3)) image.rgb.push_back(static_cast<std::uint8_t>(value >> 24));
  return image;
}

relprompt::ClassSet classes_of(const relprompt::Model& model) {
  std::vector<float> rows;
  for (const auto value : noise(kClasses * static_cast<std::size_t>(model.joint_width()))) {
    rows.push_back(static_cast<float>(value) / 4294967296.0f - 0.5f);
  }
  return {model, rows.data(), kClasses};
}

template <typename Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int count, char** words) try {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench_sessions MODEL [PRECISION] [IMAGES] [BATCH]\n");
    return 2;
  }
  relprompt::ModelOptions options;
  options.precision = count > 2 ? words[2] : "fp32";
  options.threads = 1;
  const int images = count > 3 ? std::atoi(words[3]) : 5;
  relprompt::SegmentOptions protocol;
  protocol.window_batch = count > 4 ? std::atoi(words[4]) : 0;
  const auto image = make_image();
  const auto label = [&](relprompt::Segmenter& session) {
    for (int i = 0; i < images; ++i) session.segment(image, protocol);
  };

  const relprompt::Model model(words[1], options);
  const auto classes = classes_of(model);
  const double opened = resident_mb();
  relprompt::Segmenter first(model, classes), second(model, classes);
  double one = 0, with_first = 0, two = 0, with_second = 0;
  first.segment(image, protocol);
  with_first = resident_mb();
  one = seconds([&] { label(first); });
  // Both at work in threads of their own, so that what a thread keeps is counted too.
  two = seconds([&] {
    std::thread other([&] { label(second), with_second = resident_mb(); });
    label(first);
    other.join();
  });
  std::printf("%s: model %.0f MB, first session %.0f MB, second session %.0f MB\n", options.precision.c_str(),
              opened, with_first - opened, with_second - with_first);
  std::printf("one session %.3f s an image; two sessions label %.2f times as fast\n", one / images,
              2 * one / two);
} catch (const relprompt::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return relprompt::exit_status(error.code());
}
