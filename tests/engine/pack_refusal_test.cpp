// Packed weights that are stale, foreign or damaged: never computed with, said in a note, made again.
#include <fcntl.h>
#include <unistd.h>

#include "model/pack_file.h"
#include "pack_cache_support.h"

namespace relprompt::engine {
namespace {

using kernels::Precision;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(PackCaches, DamagedOnesAreMadeAgain) {
  scores(kKeepTiny);
  const auto whole = test::read_text(only_pack());
  test::write_text(only_pack(), whole.substr(0, whole.size() / 2));
  expect_made_again("cut in half", "it is damaged");
  test::write_text(only_pack(), "");
  expect_made_again("emptied", "no file of packed weights");
  std::string problem;
  const FileHandle file(::open(only_pack().c_str(), O_RDONLY));
  const auto blocks = model::PackFile::open(file, only_pack(), problem)->blocks();
  // pack_file_test.cpp changes every byte of a smaller file.
  for (std::size_t i = 0; i < blocks.size(); i += 7) {
    auto damaged = whole;
    damaged[blocks[i].offset + blocks[i].bytes / 2] ^= 1;
    test::write_text(only_pack(), damaged);
    expect_made_again("block " + std::to_string(i), "it is damaged");
  }
  auto other = whole;
  other[16] = 2;
  test::write_text(only_pack(), other);
  expect_made_again("another version", "another version");
}

TEST_F(PackCaches, OfChangedWeightsAreMadeAgain) {
  scores(kKeepTiny);
  const auto file = scratch_ / "model/clip.safetensors";
  const auto time = fs::last_write_time(file);
  const auto size = fs::file_size(file);
  change_weights();
  fs::last_write_time(file, time);
  ASSERT_EQ(fs::file_size(file), size);
  expect_made_again("same size, same time of modification", "another model");
  // Another file with the same weights is the same model.
  fs::copy(file, scratch_ / "copy");
  fs::rename(scratch_ / "copy", file);
  expect_believed("copied");
}

TEST_F(PackCaches, OfAFileThatChangesMeanwhileAreNotKept) {
  const auto model = model::open_model(scratch_ / "model");
  change_weights();
  const Network network(model, Precision::kFp32, kKeepTiny);
  EXPECT_THAT(packs(), IsEmpty());
}

TEST_F(PackCaches, OfAnotherPrecisionAreNotBelieved) {
  scores(kKeepTiny, Precision::kBf16);
  const auto half = only_pack();
  fs::rename(half, scratch_ / "half");
  scores(kKeepTiny);
  fs::copy_file(scratch_ / "half", only_pack(), fs::copy_options::overwrite_existing);
  expect_made_again("bf16 under the name of fp32", "packed for other products");
}

TEST_F(PackCaches, OfOthersAreNotBelieved) {
  scores(kKeepTiny);
  ::chmod(only_pack().c_str(), 0666);
  expect_made_again("others may write it", "somebody else may have written it");
  const auto whole = test::read_text(only_pack());
  test::write_text(scratch_ / "planted", whole);
  fs::remove(only_pack());
  const auto name = [&] {
    scores(kKeepTiny);
    return only_pack();
  }();
  fs::remove(name);
  fs::create_symlink(scratch_ / "planted", name);
  listen();
  EXPECT_EQ(scores(kKeepTiny), scores(kOff));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("is not used")));
  EXPECT_FALSE(fs::is_symlink(name)) << "a file of our own in its place";
  EXPECT_EQ(test::read_text(scratch_ / "planted"), whole);
  if (::geteuid() != 0) return;
  constexpr uid_t kSomebodyElse = 12345;
  ASSERT_EQ(::chown(name.c_str(), kSomebodyElse, kSomebodyElse), 0);
  expect_made_again("somebody else's", "somebody else may have written it");
}

}  // namespace
}  // namespace relprompt::engine
