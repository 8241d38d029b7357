// `relprompt segment` on WebDataset tars: what comes out, that a killed run goes on to the same bytes, and
// what is refused.
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <zlib.h>

#include "tar_maker.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string gzip(const std::string& bytes) {
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

std::string gunzip(const std::string& packed) {
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
    fs::remove(path);
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
  json report(const std::string& tar, const std::string& name) const {
    for (const auto& [member, content] : members(tar))
      if (member == name) return json::parse(content);
    return {};
  }
  void expect_refused(const std::string& tar, const std::string& message) const {
    write_text(place_ / "bad/x.tar", tar);
    const auto outcome = run("refused", {"bad/x.tar"});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("bad/x.tar")) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message)) << outcome;
    EXPECT_THAT(place_.files("refused"), testing::Not(testing::Contains("x.tar")));
  }
  std::vector<std::string> left_over(const std::string& output) const {
    return place_.files(output + "/.relprompt-tars");
  }
};

TEST_F(Tars, GiveTarsOfTheSameNames) {
  write_shards();
  const auto outcome = run("out", {"s/{000..002}.tar", "--save", "labels,json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("s/001.tar: 4 samples\n"));
  EXPECT_THAT(place_.files("out"), ElementsAre("000.tar", "001.tar", "002.tar"));
  EXPECT_THAT(names("out/001.tar"),
              ElementsAre("1004.labels.png", "1004.json", "1005.labels.png", "1005.json", "1006.labels.png",
                          "1006.json", "1007.labels.png", "1007.json"));
  const json about = report("out/001.tar", "1006.json");
  EXPECT_EQ(about["status"], "done");
  EXPECT_EQ(about["key"], "1006");
  EXPECT_EQ(about["image"], "1006.png");
  EXPECT_EQ(about["height"], 66);
  EXPECT_EQ(about["files"]["labels"], "1006.labels.png");
  std::uint64_t pixels = about["unknown"]["pixels"];
  for (const auto& row : about["classes"]) pixels += row["pixels"].get<std::uint64_t>();
  EXPECT_EQ(pixels, 66U * 80U);
}

TEST_F(Tars, LabelsAreThoseOfAFolder) {
  write_shards();
  for (int i = 0; i < 12; ++i) write_text(place_ / ("in/" + key(i) + ".png"), image(i));
  ASSERT_EQ(run("folder", {"in", "--save", "labels,palette"}).status, 0);
  ASSERT_EQ(run("out", {"s/*.tar", "--save", "labels,palette"}).status, 0);
  int compared = 0;
  for (const char* tar : {"out/000.tar", "out/001.tar", "out/002.tar"}) {
    for (const auto& [name, content] : members(tar)) {
      EXPECT_EQ(content, read_text(place_ / ("folder/" + name))) << name;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 24);
}

TEST_F(Tars, HeadersHoldNothingOfTheMachine) {
  write_shards();
  ASSERT_EQ(run("out", {"s/000.tar", "--save", "labels"}).status, 0);
  const std::string tar = read_text(place_ / "out/000.tar");
  EXPECT_EQ(tar.substr(100, 7), "0000644");
  EXPECT_EQ(tar.substr(136, 11), "00000000000") << "time";
  EXPECT_EQ(std::stoull(tar.substr(108, 6), nullptr, 8) + std::stoull(tar.substr(116, 6), nullptr, 8), 0U);
  ASSERT_EQ(run("again", {"s/000.tar", "--save", "labels", "--threads", "1"}).status, 0);
  EXPECT_EQ(read_text(place_ / "again/000.tar"), tar);
}

TEST_F(Tars, ArePackedAsTheirNamesSay) {
  write_text(place_ / "s/0.tar", samples(0, 3) + tar_end());
  write_text(place_ / "s/1.tar.gz", gzip(samples(0, 3) + tar_end()));
  write_text(place_ / "s/2.tar.zst", samples(0, 3) + tar_end());  // its content is told by its bytes
  ASSERT_EQ(run("out", {"s/*.tar*", "--save", "labels"}).status, 0);
  EXPECT_THAT(place_.files("out"), ElementsAre("0.tar", "1.tar.gz", "2.tar.zst"));
  const std::string plain = read_text(place_ / "out/0.tar");
  EXPECT_EQ(gunzip(read_text(place_ / "out/1.tar.gz")), plain);
  EXPECT_EQ(read_text(place_ / "out/2.tar.zst").substr(0, 4), "\x28\xb5\x2f\xfd");
  const auto outcome =
      run("chain", {"out/2.tar.zst", "--image-member", "labels.png", "--save", "json", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["totals"]["samples"], 3);
  EXPECT_THAT(run("out", {"out/2.tar.zst"}).err, HasSubstr("would replace the input out/2.tar.zst"));
}

TEST_F(Tars, SamplesThatFailAreRecorded) {
  const std::string png = image(0);
  write_text(place_ / "s/0.tar",
             sample(0) + tar_member("a.txt", "x") + tar_member("b.png", png) + tar_member("b.jpg", png) +
                 tar_member("c.png", png.substr(0, png.size() / 2)) + tar_member("d.png", "no image") +
                 sample(1) + tar_member("a.png", png) + tar_end());
  const auto outcome = run("out", {"s/0.tar", "--save", "labels,json", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(names("out/0.tar"), ElementsAre("1000.labels.png", "1000.json", "a.json", "b.json", "c.json",
                                              "d.json", "1001.labels.png", "1001.json"));
  EXPECT_EQ(report("out/0.tar", "a.json")["code"], "not_an_image");
  EXPECT_EQ(report("out/0.tar", "c.json")["code"], "truncated_image");
  EXPECT_THAT(report("out/0.tar", "b.json")["message"].get<std::string>(),
              HasSubstr("several images (png, jpg)"));
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["tars"][0]["failed_samples"], 5);
  EXPECT_EQ(document["errors"].size(), 5U);
  EXPECT_EQ(document["totals"]["samples"], 7);
  EXPECT_THAT(outcome.err, HasSubstr("s/0.tar, sample a: its members do not stand together")) << outcome;
  const auto chosen = run("png", {"s/0.tar", "--save", "labels", "--image-member", ".PNG"});
  EXPECT_THAT(names("png/0.tar"), testing::Contains("b.labels.png"));
  const auto again = run("out", {"s/0.tar", "--save", "labels,json", "--resume"});
  EXPECT_EQ(again.status, 3) << again;
  EXPECT_THAT(again.err, HasSubstr("5 of 7 samples failed in an earlier run")) << again;
}

TEST_F(Tars, HostileOnesAreRefused) {
  const std::string good = sample(0);
  expect_refused(good + tar_member("/etc/x.png", "x") + tar_end(), "is absolute");
  expect_refused(good + tar_member("a/../../x.png", "x") + tar_end(), "holds \"..\"");
  expect_refused(good + tar_header("x.png", 0, '2', "/etc/passwd") + tar_end(), "found a link: \"x.png\"");
  expect_refused(good + tar_header("x.png", 0, '1', "1000.png") + tar_end(), "found a link: \"x.png\"");
  expect_refused(good + tar_header("x.png", 0, '3') + tar_end(), "found a device or pipe");
  std::string huge = tar_header("x.png", 0);
  huge.replace(124, 12, std::string("\x80\0\0\0\0\0\x08\0\0\0\0\0", 12));  // 8 TiB, in binary
  huge.replace(148, 8, "        ");
  std::uint64_t sum = 0;
  for (const char c : huge) sum += static_cast<unsigned char>(c);
  put_octal(huge, 148, 6, sum);
  expect_refused(good + huge + tar_end(), "found one of 8796093022208");
}

TEST_F(Tars, DamagedOnesAreRefusedAndTheOthersDone) {
  const std::string good = samples(0, 3);
  expect_refused("", "");
  expect_refused("no tar at all", "");
  expect_refused(good.substr(0, good.size() - 700) + "", "");
  expect_refused(good, "without the zeros that end a tar");
  std::string changed = good + tar_end();
  changed[kTarBlock * 2 + 20] ^= 1;  // in the second header
  expect_refused(changed, "damaged");
  const std::string packed = gzip(good + tar_end());
  expect_refused(packed.substr(0, packed.size() / 2), "");
  write_shards();
  write_text(place_ / "s/001.tar", good);
  const auto outcome = run("out", {"s/*.tar", "s/{003..004}.tar", "--save", "labels", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(place_.files("out"), testing::IsSupersetOf({"000.tar", "002.tar"}));
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["totals"]["done"], 2);
  EXPECT_EQ(document["tars"][1]["status"], "failed");
  EXPECT_THAT(outcome.err, HasSubstr("s/003.tar does not exist")) << outcome;
  write_text(place_ / "s/001.tar", good + tar_end());
  const auto mended = run("out", {"s/*.tar", "--save", "labels", "--resume", "--json"});
  ASSERT_EQ(mended.status, 0) << mended;
  EXPECT_EQ(json::parse(mended.out)["totals"]["skipped"], 2);
  EXPECT_THAT(left_over("out"), IsEmpty());
}

TEST_F(Tars, BombsEnd) {
  std::string bomb = tar_header("x.txt", std::uint64_t{6} << 30);
  // 6 GiB of zeros in 6 MB would take long to make; a member of gzip may be any number of streams in a row.
  std::string zeros = gzip(std::string(std::size_t{64} << 20, '\0')), packed = gzip(sample(0) + bomb);
  for (int i = 0; i < 96; ++i) packed += zeros;
  write_text(place_ / "bad/x.tar.gz", packed);
  const auto outcome = run("out", {"bad/x.tar.gz"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("expected at most 200 times the bytes of the file")) << outcome;
}

TEST_F(Tars, WhatCannotBeIsSaidBeforeTheModelIsOpened) {
  write_shards();
  write_text(place_ / "in/a.png", image(0));
  const std::pair<std::vector<std::string>, std::string> bad[] = {
      {{"s/000.tar", "in/a.png"}, "s/000.tar is a tar and in/a.png is not"},
      {{"s/000.tar", "--save", "labels,coco"}, "--save coco makes a file about all images (coco.json)"},
      {{"s/000.tar", "--save", "scores"}, "--save scores: expected images in folders"},
      {{"in", "--image-member", "png"}, "--image-member png: expected tars"},
      {{"s/{0..2000000}.tar"}, "at most 1000000 words"}};
  for (const auto& [arguments, message] : bad) {
    fs::remove(place_ / "tiny.safetensors");
    const auto outcome = run("out", arguments);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message)) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "out"));
  }
  write_text(place_ / "out/000.tar", "mine");
  const auto outcome = run("out", {"s/000.tar"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_EQ(read_text(place_ / "out/000.tar"), "mine");
}

TEST_F(Tars, NeedTheirLibrary) {
  write_shards();
  place_.environment["RELPROMPT_TAR"] = "off";
  const auto outcome = run("out", {"s/000.tar"});
  EXPECT_EQ(outcome.status, 5) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("scripts/install_dependencies.sh --tar")) << outcome;
}

TEST_F(Tars, ResumeSkipsWhatIsWholeAndUnchanged) {
  write_shards();
  const std::vector<std::string> arguments = {"s/*.tar", "--save", "labels,json", "--resume", "--json"};
  ASSERT_EQ(run("out", arguments).status, 0);
  const auto skipped = [&](const std::vector<std::string>& more = {}) {
    auto all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    const auto outcome = run("out", all);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return json::parse(outcome.out)["totals"]["skipped"].get<int>();
  };
  EXPECT_EQ(skipped(), 3);
  const std::string tar = read_text(place_ / "out/001.tar");
  fs::remove(place_ / "out/001.tar");
  EXPECT_EQ(skipped(), 2);
  EXPECT_EQ(read_text(place_ / "out/001.tar"), tar);
  const std::string input = read_text(place_ / "s/001.tar");
  fs::remove(place_ / "s/001.tar");
  write_text(place_ / "s/001.tar", input);
  EXPECT_EQ(skipped(), 3) << "another file of the same content";
  write_text(place_ / "s/001.tar", samples(20, 4) + tar_end());
  EXPECT_EQ(skipped(), 2);
  EXPECT_EQ(names("out/001.tar").front(), "1020.labels.png");
  EXPECT_EQ(skipped({"--unknown", "0.9"}), 0);
  EXPECT_EQ(skipped({"--unknown", "0.9"}), 3);
  std::string changed = read_text(place_ / "out/002.tar");
  changed[600] ^= 1;
  write_text(place_ / "out/002.tar", changed);
  auto all = arguments;
  all.insert(all.end(), {"--unknown", "0.9"});
  const auto outcome = run("out", all);
  EXPECT_EQ(outcome.status, 3) << "a file that somebody changed stays" << outcome;
  EXPECT_EQ(read_text(place_ / "out/002.tar"), changed);
}

class KilledTars : public Tars {
 protected:
  static constexpr int kSamples = 200;

  /// One tar in which few samples have an image, which takes time, and one behind it.
  void SetUp() override {
    Tars::SetUp();
    const std::string one = image(0);
    std::string tar;
    for (int i = 0; i < kSamples; ++i)
      tar += i % 10 == 0 ? tar_member(key(i) + ".png", one) : tar_member(key(i) + ".txt", "no image");
    write_text(place_ / "s/0.tar", tar + tar_end());
    write_text(place_ / "s/1.tar.gz", gzip(samples(0, 3) + tar_end()));
  }
  std::vector<std::string> command(const std::string& output) const {
    return words(output, {"s/*.tar*", "--save", "labels,json", "--resume", "--json"});
  }
  /// Lines of the journal of the first tar.
  int groups() const {
    std::error_code ignored;
    if (!fs::exists(place_ / "out/.relprompt-tars/0.jsonl", ignored)) return 0;
    const std::string text = read_text(place_ / "out/.relprompt-tars/0.jsonl");
    return static_cast<int>(std::count(text.begin(), text.end(), '\n')) - 1;
  }
  void stop_and_resume(int signal, int status) const {
    const auto whole = place_.run(command("whole"));
    ASSERT_EQ(whole.status, 3) << whole;
    const pid_t process = place_.start(command("out"));
    for (int tries = 0; tries < 60'000 && groups() < 1; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ::kill(process, signal);
    const Outcome stopped = place_.wait(process);
    ASSERT_EQ(stopped.status, status) << stopped;
    ASSERT_GE(groups(), 1);
    EXPECT_THAT(place_.files("out"), testing::Not(testing::Contains("0.tar"))) << "it would not be whole";
    const auto rest = place_.run(command("out"));
    ASSERT_EQ(rest.status, 3) << rest;
    for (const char* tar : {"/0.tar", "/1.tar.gz"})
      EXPECT_EQ(read_text(place_ / ("out" + std::string(tar))),
                read_text(place_ / ("whole" + std::string(tar))));
    EXPECT_THAT(left_over("out"), IsEmpty());
    auto mine = json::parse(rest.out), others = json::parse(whole.out);
    EXPECT_EQ(mine["errors"], others["errors"]) << "also those from before";
    EXPECT_EQ(mine["totals"]["samples"], kSamples + 3);
  }
};

TEST_F(KilledTars, GoOnToTheSameBytes) {
  stop_and_resume(SIGKILL, 128 + SIGKILL);
}

TEST_F(KilledTars, InterruptedOnesLoseNothing) {
  stop_and_resume(SIGINT, 128 + SIGINT);
}

TEST_F(KilledTars, FullDiskEndsTheRunAndItGoesOn) {
  ASSERT_EQ(place_.run(command("whole")).status, 3);
  place_.file_size_limit = 100'000;
  const auto full = place_.run(command("out"));
  EXPECT_EQ(full.status, 3) << full;
  EXPECT_THAT(full.err, HasSubstr("0.tar")) << full;
  place_.file_size_limit = 0;
  ASSERT_EQ(place_.run(command("out")).status, 3);
  EXPECT_EQ(read_text(place_ / "out/0.tar"), read_text(place_ / "whole/0.tar"));
}

class ShardedTars : public Tars {};

TEST_F(ShardedTars, JoinToTheAccountOfOneRun) {
  write_shards();
  write_text(place_ / "s/001.tar", samples(4, 2) + tar_member("a.txt", "x") + tar_end());
  write_text(place_ / "s/broken.tar", "no tar");
  const auto whole = run("whole", {"s/*.tar", "--save", "labels", "--json"});
  ASSERT_EQ(whole.status, 3) << whole;
  write_text(place_ / "list.txt", "s/000.tar\ns/001.tar\ns/002.tar\ns/broken.tar\n");
  int worked = 0;
  for (const char* shard : {"0/2", "1/2"}) {
    const auto part =
        run("out", {"--manifest", "list.txt", "--save", "labels", "--shard", shard, "--resume", "--json"});
    worked += json::parse(part.out)["totals"]["done"].get<int>();
  }
  EXPECT_EQ(worked, 3);
  for (const char* tar : {"/000.tar", "/001.tar", "/002.tar"})
    EXPECT_EQ(read_text(place_ / ("out" + std::string(tar))),
              read_text(place_ / ("whole" + std::string(tar))));
  const auto merged = place_.run({"merge", "out"});
  EXPECT_EQ(merged.status, 3) << merged;
  EXPECT_THAT(merged.err, HasSubstr("3 tars of 2 shards in out: run.json")) << merged;
  EXPECT_THAT(merged.err, HasSubstr("s/001.tar, sample a: it has no image")) << merged;
  EXPECT_THAT(merged.err, HasSubstr("s/broken.tar")) << merged;
  const json run = json::parse(read_text(place_ / "out/run.json")), one = json::parse(whole.out);
  EXPECT_EQ(run["totals"]["samples"], 11);
  EXPECT_EQ(run["totals"]["failed_samples"], 1);
  EXPECT_EQ(run["totals"]["failed"], 1);
  EXPECT_EQ(run["errors"], one["errors"]);
  ASSERT_EQ(run["tars"].size(), 4U);
  EXPECT_EQ(run["tars"][2]["output_sha256"], one["tars"][2]["output_sha256"]);
}

}  // namespace
}  // namespace relprompt::test
