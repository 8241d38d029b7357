#include "tar/sample_reader.h"

#include <cstring>

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::tar {
namespace {

using testing::HasSubstr;

struct Made {
  Member member;
  std::string content;
};

Made file(const std::string& name, const std::string& content = "x") {
  return {{name, MemberKind::kFile, content.size()}, content};
}

/// Members without a tar.
class List : public MemberSource {
 public:
  explicit List(std::vector<Made> members, ReadStatus end = ReadStatus::kEnd)
      : members_(std::move(members)), end_(end) {}

  ReadStatus next(Member& member) override {
    ended_more_than_once_ = ended_more_than_once_ || ended_;
    if (next_ == members_.size()) {
      ended_ = true;
      return end_;
    }
    member = members_[next_++].member;
    done_ = 0;
    return ReadStatus::kOk;
  }
  ReadStatus read(void* data, std::size_t size, std::size_t& got) override {
    const std::string& content = members_[next_ - 1].content;
    got = std::min(size, content.size() - done_);
    std::memcpy(data, content.data() + done_, got);
    done_ += got;
    return ReadStatus::kOk;
  }
  std::string words() const override { return "broken"; }
  bool ended_more_than_once() const { return ended_more_than_once_; }

 private:
  std::vector<Made> members_;
  ReadStatus end_;
  std::size_t next_ = 0, done_ = 0;
  bool ended_ = false, ended_more_than_once_ = false;
};

bool is_image(const std::string& extension) {
  return extension == "jpg" || extension == "png";
}

class Samples : public testing::Test {
 protected:
  static std::vector<Sample> read(std::vector<Made> members, ReadStatus end = ReadStatus::kEnd,
                                  bool keep = true) {
    List list(std::move(members), end);
    SampleReader reader(list, "a.tar", is_image, [] { return std::uint64_t{1000}; });
    std::vector<Sample> samples;
    for (Sample sample; reader.next(sample, keep);) samples.push_back(sample);
    EXPECT_FALSE(reader.next(samples.emplace_back())) << "it stays at its end";
    samples.pop_back();
    EXPECT_FALSE(list.ended_more_than_once());
    return samples;
  }
  static std::string text(const Sample& sample) { return {sample.bytes.begin(), sample.bytes.end()}; }
};

TEST_F(Samples, AreMembersOfOneKey) {
  const auto samples = read({file("a.json"),
                             file("a.jpg", "image a"),
                             file("README"),
                             {{"d", MemberKind::kFolder, 0}, ""},
                             file("d/b.PNG", "image b"),
                             file("d/b.seg.png"),
                             file("__x__"),
                             file("c.jpg")});
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].key, "a");
  EXPECT_EQ(samples[0].image, "a.jpg");
  EXPECT_EQ(text(samples[0]), "image a");
  EXPECT_EQ(samples[1].key, "d/b");
  EXPECT_EQ(text(samples[1]), "image b");
  EXPECT_EQ(samples[2].image, "c.jpg");
  for (const auto& sample : samples) EXPECT_EQ(sample.problem, "");
  EXPECT_TRUE(read({}).empty());
  EXPECT_EQ(read({file("a.jpg")}, ReadStatus::kEnd, false)[0].bytes.size(), 0U);
}

TEST_F(Samples, WithoutOneImageHaveAProblem) {
  const auto samples = read({file("a.txt"), file("a.json"), file("b.jpg"), file("b.png"), file("c.jpg"),
                             file("c.jpg"), file("d.jpg")});
  ASSERT_EQ(samples.size(), 4U);
  EXPECT_EQ(samples[0].problem, "it has no image (its members: txt, json)");
  EXPECT_EQ(samples[1].problem, "it has several images (jpg, png)");
  EXPECT_EQ(samples[2].problem, "it has several images (jpg, jpg)");
  EXPECT_EQ(samples[3].problem, "");
  EXPECT_EQ(samples[1].image, "");
  EXPECT_TRUE(samples[1].bytes.empty());
}

TEST_F(Samples, MustStandTogether) {
  const auto samples = read({file("a.jpg"), file("b.jpg"), file("a.txt")});
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_TRUE(samples[2].repeated);
  EXPECT_THAT(samples[2].problem, HasSubstr("do not stand together"));
  EXPECT_FALSE(samples[0].repeated);
}

TEST_F(Samples, HostileMembersEndTheTar) {
  const auto special = [](const char* name, MemberKind kind, std::uint64_t size = 0) {
    return Made{{name, kind, size}, ""};
  };
  EXPECT_ERROR(read({file("/etc/a.jpg")}), ErrorCode::kUnreadable,
               "a.tar: expected names inside the tar, found one");
  EXPECT_ERROR(read({file("../a.jpg")}), ErrorCode::kUnreadable, "holds \"..\"");
  EXPECT_ERROR(read({special("../d", MemberKind::kFolder)}), ErrorCode::kUnreadable, "holds \"..\"");
  EXPECT_ERROR(read({special("a.jpg", MemberKind::kLink)}), ErrorCode::kUnreadable,
               "found a link: \"a.jpg\"");
  EXPECT_ERROR(read({special("a.jpg", MemberKind::kSpecial)}), ErrorCode::kUnreadable, "a device or pipe");
  EXPECT_ERROR(read({special("a.txt", MemberKind::kFile, std::uint64_t{1} << 42)}), ErrorCode::kUnreadable,
               "found one of 4398046511104: \"a.txt\"");
  std::vector<Made> many;
  for (int i = 0; i < 1001; ++i) many.push_back(file("a.x" + std::to_string(i)));
  EXPECT_ERROR(read(many), ErrorCode::kUnreadable, "at most 1000 members of a sample");
}

TEST_F(Samples, EndsAreChecked) {
  EXPECT_ERROR(read({file("a.jpg")}, ReadStatus::kNoMark), ErrorCode::kUnreadable,
               "it ends after \"a.jpg\" without");
  EXPECT_ERROR(read({}, ReadStatus::kNoMark), ErrorCode::kUnreadable, "at its start");
  EXPECT_ERROR(read({file("a.jpg")}, ReadStatus::kDamaged), ErrorCode::kUnreadable,
               "after \"a.jpg\": broken");
  EXPECT_ERROR(read({file("a.jpg")}, ReadStatus::kNoMemory), ErrorCode::kOutOfMemory, "a.tar");
}

TEST_F(Samples, LargeImagesAreLeftOut) {
  const auto samples = read({{{"a.jpg", MemberKind::kFile, kMaxImageBytes + 1}, "x"}, file("b.jpg")});
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_TRUE(samples[0].too_large);
  EXPECT_EQ(samples[1].problem, "");
}

/// A member that goes on for ever, out of a thousand bytes.
class Bomb : public MemberSource {
 public:
  ReadStatus next(Member& member) override {
    member = {"a.txt", MemberKind::kFile, kMaxMemberBytes};
    return ReadStatus::kOk;
  }
  ReadStatus read(void*, std::size_t size, std::size_t& got) override {
    got = size;
    return ReadStatus::kOk;
  }
  std::string words() const override { return ""; }
};

TEST_F(Samples, BombsEnd) {
  Bomb bomb;
  SampleReader reader(bomb, "a.tar", is_image, [] { return std::uint64_t{1000}; });
  Sample sample;
  EXPECT_ERROR(reader.next(sample), ErrorCode::kUnreadable,
               "a.tar: expected at most 200 times the bytes of the file");
}

}  // namespace
}  // namespace relprompt::tar
