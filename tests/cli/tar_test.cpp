// `relprompt segment` on WebDataset tars: what comes out and what is refused.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "tars.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace relprompt::test
