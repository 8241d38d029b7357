// Tars of samples for `relprompt segment`, and what it makes of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <zlib.h>

#include "tar_maker.h"
#include "tiny_segment.h"

namespace relprompt::test {

inline std::string gzip(const std::string& bytes) {
  z_stream stream = {};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::string gunzip(const std::string& packed) {
  z_stream stream = {};
  inflateInit2(&stream, 15 + 16);
  std::string bytes(std::size_t{8} << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

class Tars : public TinySegment {
 protected:
  static std::string key(int i) { return std::to_string(1000 + i); }

  std::string image(int i) const {
    const auto path = place_ / "image.png";
    write_test_image(path, 60 + i % 7, 80, static_cast<std::uint64_t>(i + 1));
    std::string bytes = read_text(path);
    std::filesystem::remove(path);
    return bytes;
  }
  std::string sample(int i) const {
    return tar_member(key(i) + ".json", "{}") + tar_member(key(i) + ".png", image(i)) +
           tar_member(key(i) + ".txt", "a street");
  }
  /// Samples from `first` on.
  std::string samples(int first, int count) const {
    std::string tar;
    for (int i = first; i < first + count; ++i) tar += sample(i);
    return tar;
  }
  void write_shards() const {
    for (int i = 0; i < 3; ++i)
      write_text(place_ / ("s/00" + std::to_string(i) + ".tar"), samples(4 * i, 4) + tar_end());
  }

  Outcome run(const std::string& output, const std::vector<std::string>& more) const {
    return place_.run(words(output, more));
  }
  static std::vector<std::string> words(const std::string& output, const std::vector<std::string>& more) {
    std::vector<std::string> all = {
        "segment", "-o",         output,         "-c", "road, sky", "--model", "tiny.safetensors",
        "--vocab", "merges.txt", "--short-side", "64", "--window",  "64",      "--stride",
        "53"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::vector<std::pair<std::string, std::string>> members(const std::string& tar) const {
    return read_tar(read_text(place_ / tar));
  }
  std::vector<std::string> names(const std::string& tar) const {
    std::vector<std::string> result;
    for (const auto& [name, content] : members(tar)) result.push_back(name);
    return result;
  }
  nlohmann::json report(const std::string& tar, const std::string& name) const {
    for (const auto& [member, content] : members(tar))
      if (member == name) return nlohmann::json::parse(content);
    return {};
  }
  void expect_refused(const std::string& tar, const std::string& message) const {
    write_text(place_ / "bad/x.tar", tar);
    const auto outcome = run("refused", {"bad/x.tar"});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, testing::HasSubstr("bad/x.tar")) << outcome;
    EXPECT_THAT(outcome.err, testing::HasSubstr(message)) << outcome;
    EXPECT_THAT(place_.files("refused"), testing::Not(testing::Contains("x.tar")));
  }
  std::vector<std::string> left_over(const std::string& output) const {
    return place_.files(output + "/.relprompt-tars");
  }
};

}  // namespace relprompt::test
