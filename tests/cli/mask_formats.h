// Two images and `relprompt segment --save` on them.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tiny_segment.h"

namespace relprompt::test {

class MaskFormats : public TinySegment {
 protected:
  void SetUp() override {
    TinySegment::SetUp();
    write_test_image(place_ / "in/a.png", 70, 90, 1);
    write_test_image(place_ / "in/deep/b.png", 64, 64, 2);
  }

  Outcome save(const std::string& formats, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"in", "-c", "road, sky, car", "--save", formats});
    return segment(more);
  }

  nlohmann::json document(const std::string& name) const {
    return nlohmann::json::parse(read_text(place_ / ("out/" + name)));
  }

  std::vector<std::string> names_in(const std::string& name) const {
    std::vector<std::string> names;
    const nlohmann::json whole = document(name);
    for (const nlohmann::json& image : whole.at("images")) names.push_back(image.at("file_name"));
    return names;
  }

  bool wait_for(const std::string& name) const {
    for (int tries = 0; tries < 30'000 && !std::filesystem::exists(place_ / name); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::filesystem::exists(place_ / name);
  }
};

}  // namespace relprompt::test
