// Prompt templates: built-in sets, files, and what is refused.
#include "text/templates.h"

#include <nlohmann/json.hpp>
#include <set>

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::text {
namespace {

TEST(Templates, BuiltInSetsAreValid) {
  EXPECT_EQ(single_template(), std::vector<std::string>{"a photo of a {}"});
  EXPECT_EQ(paper_templates().size(), 15u);
  for (const std::string& sentence : paper_templates()) EXPECT_NO_THROW(check_template(sentence));
  EXPECT_EQ(std::set<std::string>(paper_templates().begin(), paper_templates().end()).size(), 15u);
}

TEST(Templates, PaperSetMakesTheSentencesOfTheGoldens) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto goldens = nlohmann::json::parse(test::read_text(shared / "golden/tokenizer.json"));
  std::set<std::string> sentences;
  for (const auto& golden : goldens) sentences.insert(golden["text"].get<std::string>());
  for (const std::string& sentence : paper_templates()) {
    EXPECT_EQ(sentences.count(fill(sentence, "wall-concrete")), 1u) << sentence;
  }
}

TEST(Templates, FillReplacesTheGap) {
  EXPECT_EQ(fill("a photo of a {}.", "cat"), "a photo of a cat.");
  EXPECT_EQ(fill("{}", "a {} b"), "a {} b");
  EXPECT_ERROR(fill("no gap", "cat"), ErrorCode::kBadTemplate, "found 0");
}

TEST(Templates, NeedExactlyOneGap) {
  EXPECT_NO_THROW(check_template("{a} {} {b"));
  EXPECT_ERROR(check_template("an image"), ErrorCode::kBadTemplate, "'an image': expected exactly one {}");
  EXPECT_ERROR(check_template("{} and {}"), ErrorCode::kBadTemplate, "found 2");
  EXPECT_ERROR(check_template(""), ErrorCode::kBadTemplate, "found 0");
  EXPECT_ERROR(check_template("\xFF {}"), ErrorCode::kBadTemplate, "not valid UTF-8");
}

TEST(Templates, FileHasOneALine) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "t.txt", "\xEF\xBB\xBF# mine\r\n  one {}  # first\n\ntwo {}.");
  EXPECT_EQ(read_templates(folder / "t.txt"), (std::vector<std::string>{"one {}", "two {}."}));
  EXPECT_EQ(resolve_templates((folder / "t.txt").string()).size(), 2u);
}

TEST(Templates, FileErrorsNameTheLine) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "t.txt", "one {}\n# two\nthree\n");
  EXPECT_ERROR(read_templates(folder / "t.txt"), ErrorCode::kBadTemplate, "t.txt, line 3: template 'three'");
  test::write_text(folder / "none.txt", "# nothing\n");
  EXPECT_ERROR(read_templates(folder / "none.txt"), ErrorCode::kBadTemplate, "none.txt: no template");
  EXPECT_ERROR(read_templates(folder / "gone.txt"), ErrorCode::kBadTemplate, "gone.txt");
  EXPECT_ERROR(read_templates(folder.path()), ErrorCode::kBadTemplate, "not a regular file");
  std::string many;
  for (std::size_t i = 0; i < kMaxTemplates; ++i) many += "{}\n";
  test::write_text(folder / "many.txt", many);
  EXPECT_EQ(read_templates(folder / "many.txt").size(), kMaxTemplates);
  test::write_text(folder / "many.txt", many + "{}\n");
  EXPECT_ERROR(read_templates(folder / "many.txt"), ErrorCode::kBadTemplate, "line 1001: more than 1000");
}

TEST(Templates, ResolveKnowsTheSets) {
  EXPECT_EQ(resolve_templates("single"), single_template());
  EXPECT_EQ(resolve_templates("paper"), paper_templates());
  EXPECT_EQ(resolve_templates("imagenet"), imagenet_templates());
  EXPECT_ERROR(resolve_templates("papr"), ErrorCode::kBadTemplate, "did you mean paper?");
  EXPECT_ERROR(resolve_templates("no/such/file"), ErrorCode::kBadTemplate,
               "the sets are single, paper and imagenet");
}

TEST(Templates, ImageNetHasEighty) {
  const auto& templates = imagenet_templates();
  EXPECT_EQ(std::set<std::string>(templates.begin(), templates.end()).size(), 80u);
  for (const std::string& sentence : templates) EXPECT_NO_THROW(check_template(sentence));
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto known = nlohmann::json::parse(test::read_text(shared / "vocab/imagenet_templates.json"));
  EXPECT_EQ(templates, known.get<std::vector<std::string>>());
}

}  // namespace
}  // namespace relprompt::text
