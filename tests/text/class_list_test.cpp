// Class lists as people write them.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "test_support.h"
#include "text/limits.h"

namespace relprompt {
namespace {

using Names = std::vector<std::vector<std::string>>;

TEST(ClassList, CommasAndLineBreaksSeparateClasses) {
  const Names expected = {{"road"}, {"sky"}, {"car", "vehicle"}, {"traffic light"}};
  EXPECT_EQ(parse_class_list("road, sky,car ; vehicle,  traffic \t light").names, expected);
  EXPECT_EQ(parse_class_list("road\nsky\r\n\r\ncar;vehicle\rtraffic light\n").names, expected);
  EXPECT_EQ(parse_class_list("road, sky,\ncar;vehicle, traffic light,\n").names, expected);
  EXPECT_TRUE(parse_class_list("road").seen.empty());
  EXPECT_EQ(parse_class_list("road, car;vehicle").title(1), "car");
}

TEST(ClassList, CommentsStartAfterWhiteSpaceOnly) {
  EXPECT_EQ(parse_class_list("# head\nC#, F#m # languages, not this\n\t#x\nroad").names,
            (Names{{"C#"}, {"F#m"}, {"road"}}));
}

TEST(ClassList, KeepsOtherScriptsAndSkipsAByteOrderMark) {
  EXPECT_EQ(parse_class_list("\xEF\xBB\xBF\u732B\u3000, stra\u00DFe").names,
            (Names{{"\u732B"}, {"stra\u00DFe"}}));
}

TEST(ClassList, NeedsAClass) {
  for (const char* text : {"", "  \n\t", "# only this", "\xEF\xBB\xBF"}) {
    EXPECT_ERROR(parse_class_list(text), ErrorCode::kBadClassList, "no classes");
  }
}

TEST(ClassList, RefusesEmptyNames) {
  EXPECT_ERROR(parse_class_list("road,,sky"), ErrorCode::kBadClassList,
               "line 1: class 2, '', has an empty name");
  EXPECT_ERROR(parse_class_list(",road"), ErrorCode::kBadClassList, "class 1");
  EXPECT_ERROR(parse_class_list(","), ErrorCode::kBadClassList, "class 1");
  EXPECT_ERROR(parse_class_list("road\nsky, , tree"), ErrorCode::kBadClassList, "line 2: class 3");
  EXPECT_ERROR(parse_class_list("car;"), ErrorCode::kBadClassList, "class 1, 'car;', has an empty name");
  EXPECT_ERROR(parse_class_list("car;;van"), ErrorCode::kBadClassList, "empty name");
}

TEST(ClassList, RefusesDuplicates) {
  EXPECT_ERROR(parse_class_list("road\nsky, Road"), ErrorCode::kBadClassList,
               "line 2: 'Road' (class 3) occurs twice; first as class 1 on line 1");
  EXPECT_ERROR(parse_class_list("traffic light, traffic   LIGHT"), ErrorCode::kBadClassList, "twice");
  EXPECT_ERROR(parse_class_list("STRASSE, stra\u00DFe"), ErrorCode::kBadClassList, "twice");
  EXPECT_ERROR(parse_class_list("caf\u00E9, cafe\u0301"), ErrorCode::kBadClassList, "twice");
  EXPECT_ERROR(parse_class_list("car;van, truck;car"), ErrorCode::kBadClassList, "first as class 1");
  EXPECT_ERROR(parse_class_list("car;car"), ErrorCode::kBadClassList, "twice");
}

TEST(ClassList, RefusesBytesThatAreNoText) {
  EXPECT_ERROR(parse_class_list("road\nsk\xFFy"), ErrorCode::kBadClassList,
               "line 2: 'sk?y' is not valid UTF-8");
  EXPECT_ERROR(parse_class_list(std::string_view("a\0b", 3)), ErrorCode::kBadClassList, "control character");
  EXPECT_ERROR(parse_class_list("\x1B[31mred"), ErrorCode::kBadClassList, "'?[31mred', contains a control");
}

std::string many_classes(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "class " + std::to_string(i) + "\n";
  return text;
}

TEST(ClassList, TakesAsManyClassesAsLabelsAllow) {
  EXPECT_EQ(parse_class_list(many_classes(5000)).size(), 5000u);
  const ClassList most = parse_class_list(many_classes(kMaxClasses));
  EXPECT_EQ(most.size(), kMaxClasses);
  EXPECT_EQ(most.title(65534), "class 65534");
  EXPECT_ERROR(parse_class_list(many_classes(kMaxClasses + 1)), ErrorCode::kBadClassList,
               "line 65536: more than 65535 classes");
}

TEST(ClassFile, IsReadAndNamedInErrors) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "good.txt", "road\ncar;vehicle\n");
  EXPECT_EQ(read_class_file(folder / "good.txt").names, (Names{{"road"}, {"car", "vehicle"}}));
  test::write_text(folder / "bad.txt", "road\nroad\n");
  EXPECT_ERROR(read_class_file(folder / "bad.txt"), ErrorCode::kBadClassList, "bad.txt, line 2");
  test::write_text(folder / "empty.txt", "");
  EXPECT_ERROR(read_class_file(folder / "empty.txt"), ErrorCode::kBadClassList, "empty.txt: no classes");
  EXPECT_ERROR(read_class_file(folder / "gone.txt"), ErrorCode::kBadClassList, "gone.txt");
  EXPECT_ERROR(read_class_file(folder.path()), ErrorCode::kBadClassList, "not a regular file");
  test::write_text(folder / "huge.txt", std::string(text::kMaxClassListBytes + 1, '\n'));
  EXPECT_ERROR(read_class_file(folder / "huge.txt"), ErrorCode::kBadClassList, "at most 4194304");
}

}  // namespace
}  // namespace relprompt
