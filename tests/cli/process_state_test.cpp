// The program and librelprompt have a copy of src/base each: what the library's copy notices must reach the
// program's.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "test_support.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

using testing::HasSubstr;

class ProcessState : public TinySegment {
 protected:
  /// Embeddings of class names that the program has kept.
  std::vector<std::filesystem::path> kept() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(place_.cache() / "relprompt" / "text")) {
      if (entry.path().filename() != "lock") files.push_back(entry.path());
    }
    return files;
  }
};

TEST_F(ProcessState, TheLibrarysNotesAreShown) {
  write_test_image(place_ / "a.png");
  ASSERT_EQ(segment_road_and_sky({"a.png"}).status, 0);
  const auto files = kept();
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  const auto outcome = segment_road_and_sky({"a.png"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("damaged and are computed again"));
}

}  // namespace
}  // namespace relprompt::test
