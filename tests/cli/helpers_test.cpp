// The small pieces of the program that have corners of their own.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "json_report.h"
#include "numbers.h"
#include "output_folder.h"
#include "progress.h"
#include "terminal.h"
#include "test_support.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

/// What a bar on the terminal has shown.
template <class Work>
std::string shown(Work&& work) {
  testing::internal::CaptureStderr();
  {
    Progress progress(1, Progress::Style::kBar);
    progress.begin("large.tif");
    std::this_thread::sleep_for(
        std::chrono::milliseconds(120));  // a bar is redrawn ten times a second at most
    work(progress);
  }
  return testing::internal::GetCapturedStderr();
}

TEST(Progress, ShowsTheWindowsOfALargeImageAndTheTimeLeft) {
  const auto text = shown([](Progress& progress) {
    progress.part(25, 100);
    progress.part(26, 100);  // at once
  });
  EXPECT_THAT(text, testing::ContainsRegex("large.tif: 25/100 windows, .*s left"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("26/100")));
  EXPECT_THAT(shown([](Progress& progress) { progress.part(3, 7); }),
              testing::Not(testing::HasSubstr("windows")))
      << "of an image that is done in a moment";
}

TEST(Numbers, ThousandsHaveSeparators) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(2522880), "2,522,880");
  EXPECT_EQ(with_separators(UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted(1, "image"), "1 image");
  EXPECT_EQ(counted(1200, "image"), "1,200 images");
}

TEST(Numbers, FileSizesChangeUnitBeforeFourDigits) {
  EXPECT_EQ(file_size(999), "999 bytes");
  EXPECT_EQ(file_size(1000), "1.0 kB");
  EXPECT_EQ(file_size(999'949), "999.9 kB");
  EXPECT_EQ(file_size(999'960), "1.0 MB");
  EXPECT_EQ(file_size(598'641'023), "598.6 MB");
}

TEST(Numbers, DurationsNeverShowSixtySeconds) {
  EXPECT_EQ(duration(0.42), "0.42 s");
  EXPECT_EQ(duration(9.96), "10 s");
  EXPECT_EQ(duration(59.6), "1 min 00 s");
  EXPECT_EQ(duration(185), "3 min 05 s");
  EXPECT_EQ(duration(7800), "2 h 10 min");
}

TEST(Terminal, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("road"), 4);
  EXPECT_EQ(display_width("caf\xC3\xA9"), 4);
  EXPECT_EQ(display_width("cafe\xCC\x81"), 4);              // e and a combining accent
  EXPECT_EQ(display_width("\xE8\xA1\x97\xE8\xA7\x92"), 4);  // two wide characters
  EXPECT_EQ(display_width("\xFF"), 1);
}

TEST(Terminal, FitNeverCutsACharacter) {
  const std::string wide = "\xE8\xA1\x97\xE8\xA7\x92\xE8\xA1\x97";
  EXPECT_EQ(fit(wide, 6), wide);
  EXPECT_EQ(fit(wide, 5), "\xE8\xA1\x97\xE8\xA7\x92\xE2\x80\xA6");
  EXPECT_EQ(fit(wide, 4), "\xE8\xA1\x97\xE2\x80\xA6");
  EXPECT_EQ(pad(wide, 8), wide + "  ");
}

TEST(Terminal, PrintableDisarmsControlCharacters) {
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  EXPECT_EQ(printable("a\nb", true), "a\nb");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\x9b31m");  // the one-character form of ESC [
  EXPECT_EQ(printable("a\xFF"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(JsonReport, BrokenTextDoesNotThrow) {
  EXPECT_EQ(to_text(Json{{"name", "a\xFF"}}),
            "{\n  \"name\": \"a\xEF\xBF\xBD\",\n  \"name_bytes\": \"a%FF\"\n}\n");
}

TEST(OutputFolder, DisappearsIfNothingCameOfIt) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "old");
  { const OutputFolder deep(folder / "old/new/er"); }
  EXPECT_TRUE(fs::is_empty(folder / "old"));
  { const OutputFolder kept(folder / "old"); }
  EXPECT_TRUE(fs::exists(folder / "old")) << "it was there before";
  {
    const OutputFolder used(folder / "results/");
    test::write_text(folder / "results/file", "x");
  }
  EXPECT_TRUE(fs::exists(folder / "results/file"));
}

}  // namespace
}  // namespace relprompt::cli
