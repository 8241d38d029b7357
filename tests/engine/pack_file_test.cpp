// Files of packed weights: what was written comes back, and no damaged byte is believed.
#include "model/pack_file.h"

#include <cstring>
#include <numeric>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/file_handle.h"
#include "test_support.h"

namespace relprompt::model {
namespace {

using kernels::PackedArray;

class PackFiles : public testing::Test {
 protected:
  /// A file of five arrays, one of them empty, none of a multiple of 64 bytes.
  void SetUp() override {
    for (const std::int64_t size : {3, 100, 0, 17, 1}) {
      std::vector<float> numbers(static_cast<std::size_t>(size));
      std::iota(numbers.begin(), numbers.end(), static_cast<float>(size));
      arrays_.emplace_back(std::move(numbers));
    }
    const FileHandle file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600));
    PackWriter writer(file, origin_);
    for (auto& array : arrays_) writer.array(array, array.size());
    ASSERT_TRUE(writer.finish());
  }

  std::shared_ptr<const PackFile> open() {
    const FileHandle file(::open(path_.c_str(), O_RDONLY));
    return PackFile::open(file, path_, problem_);
  }

  const test::TemporaryFolder scratch_;
  const std::filesystem::path path_ = scratch_ / "weights.pack";
  const PackOrigin origin_ = {"fp32: 3 layers", "/a/path with blanks 12 34\n", "5:0123abc"};
  std::vector<PackedArray<float>> arrays_;
  std::string problem_;
};

TEST_F(PackFiles, GiveBackWhatWasWritten) {
  const auto file = open();
  ASSERT_TRUE(file) << problem_;
  EXPECT_EQ(file->origin().parameters, origin_.parameters);
  EXPECT_EQ(file->origin().sources, origin_.sources);
  EXPECT_EQ(file->origin().content, origin_.content);
  PackReader reader(file);
  for (const auto& expected : arrays_) {
    PackedArray<float> found;
    reader.array(found, expected.size());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(found.data()) % 64, 0u);
    EXPECT_EQ(std::vector<float>(found.data(), found.data() + found.size()),
              std::vector<float>(expected.data(), expected.data() + expected.size()));
    EXPECT_EQ(found.owner(), file) << "the file stays mapped as long as anyone looks at it";
  }
  PackedArray<float> more;
  EXPECT_ERROR(reader.array(more, 1), ErrorCode::kInternal, "another size");
}

TEST_F(PackFiles, OfAnotherLayoutAreNotRead) {
  PackReader reader(open());
  PackedArray<float> found;
  EXPECT_ERROR(reader.array(found, 4), ErrorCode::kInternal, "another size");
}

TEST_F(PackFiles, NoChangedByteIsBelieved) {
  const auto bytes = test::read_text(path_);
  const auto whole = open();
  ASSERT_TRUE(whole);
  // All but the bytes between the blocks, which nobody reads.
  std::vector<bool> matters(bytes.size(), true);
  auto end = whole->blocks().front().offset;
  const auto text_end = 64 + bytes.substr(64).find(origin_.content) + origin_.content.size();
  std::fill(matters.begin() + static_cast<std::ptrdiff_t>(text_end),
            matters.begin() + static_cast<std::ptrdiff_t>(end), false);
  for (const auto& block : whole->blocks()) {
    std::fill(matters.begin() + static_cast<std::ptrdiff_t>(end),
              matters.begin() + static_cast<std::ptrdiff_t>(block.offset), false);
    end = block.offset + block.bytes;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    test::write_text(path_, damaged);
    EXPECT_EQ(open() == nullptr, static_cast<bool>(matters[i])) << "byte " << i << ": " << problem_;
  }
}

TEST_F(PackFiles, OfAnotherLengthAreNotBelieved) {
  const auto bytes = test::read_text(path_);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    test::write_text(path_, bytes.substr(0, size));
    EXPECT_FALSE(open()) << size;
  }
  test::write_text(path_, bytes + '\0');
  EXPECT_FALSE(open());
}

TEST_F(PackFiles, SayWhatIsWrong) {
  auto bytes = test::read_text(path_);
  bytes[16] = 9;  // the version stands behind 16 bytes that name the format
  test::write_text(path_, bytes);
  EXPECT_FALSE(open());
  EXPECT_EQ(problem_, "it is of another version of relprompt");
  test::write_text(path_, std::string(1000, 'x'));
  EXPECT_FALSE(open());
  EXPECT_EQ(problem_, "it is no file of packed weights");
}

TEST_F(PackFiles, UnfinishedOnesAreNone) {
  const auto path = scratch_ / "unfinished";
  const FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
  PackWriter writer(file, origin_);
  for (auto& array : arrays_) writer.array(array, array.size());
  EXPECT_FALSE(PackFile::open(file, path, problem_));
}

TEST_F(PackFiles, AFullDiskIsNoticed) {
  const FileHandle full(::open("/dev/full", O_WRONLY));
  if (!full) GTEST_SKIP() << "no /dev/full";
  PackWriter writer(full, origin_);
  for (auto& array : arrays_) writer.array(array, array.size());
  EXPECT_FALSE(writer.finish());
}

}  // namespace
}  // namespace relprompt::model
