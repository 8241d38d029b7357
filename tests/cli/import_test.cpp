// relprompt import and info: what is recognised, and that no bad file gets through or leaves anything.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "image/label_files.h"
#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Expects exit status 4 from import, info and segment, and nothing left behind.
void expect_bad_model(const Workplace& place, const std::string& model) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"import", model, "-o", "made/model"},
           {"info", model},
           {"segment", "a.png", "-m", model, "-c", "road, sky", "-o", "made/out"}}) {
    const Outcome outcome = place.run(arguments);
    EXPECT_EQ(outcome.status, 4) << arguments[0] << " " << model << ": " << outcome;
    EXPECT_THAT(outcome.err, StartsWith("relprompt: error: ")) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(model)) << outcome;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_FALSE(fs::exists(place / "made/model")) << arguments[0];
    EXPECT_FALSE(fs::exists(place / "made/out")) << arguments[0];
  }
}

class Import : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_test_image(place_ / "a.png");
  }

  Workplace place_;
};

TEST_F(Import, MakesAModelAndNamesTheNextStep) {
  const Outcome outcome = place_.run({"import", "tiny.safetensors", "-o", "model"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("recognised: ")) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("bare CLIP")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("relprompt segment IMAGE --model model")) << outcome;
  EXPECT_THAT(place_.files("model"), Contains("config.json"));
  EXPECT_THAT(place_.files("model"), Contains("merges.txt")) << "found beside the source";
}

TEST_F(Import, HalfPrecisionHalvesTheFile) {
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "full"}).status, 0);
  ASSERT_EQ(place_.run({"import", "full", "-o", "half", "--half"}).status, 0);
  const auto size = [&](const char* name) { return fs::file_size(place_ / name / "clip.safetensors"); };
  EXPECT_LT(size("half"), size("full") * 6 / 10);
  for (const std::string model : {"full", "half"}) {
    const auto outcome =
        place_.run({"segment", "a.png", "-m", model, "-c", "road, tree, sky", "-o", model + "-out"});
    EXPECT_EQ(outcome.status, 0) << outcome;
  }
  const auto labels = [&](const char* folder) {
    return image::read_labels_png(place_ / folder / "a.labels.png").map.labels;
  };
  const auto a = labels("full-out"), b = labels("half-out");
  std::size_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  EXPECT_GT(static_cast<double>(equal), 0.98 * static_cast<double>(a.size()));
}

TEST_F(Import, TokenizerFromElsewhere) {
  fs::create_directory(place_ / "vocab");
  fs::rename(place_ / "merges.txt", place_ / "vocab/merges.txt");
  const Outcome without = place_.run({"import", "tiny.safetensors", "-o", "mute"});
  ASSERT_EQ(without.status, 0) << without;
  EXPECT_THAT(without.err, HasSubstr("--vocab")) << without;
  EXPECT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model", "--vocab", "vocab"}).status, 0);
  EXPECT_THAT(place_.run({"info", "mute"}).out, HasSubstr("no: class names need --vocab"));
  const Outcome mute = place_.run({"segment", "a.png", "-m", "mute", "-c", "road", "-o", "out"});
  EXPECT_EQ(mute.status, 2) << mute;
  EXPECT_THAT(mute.err, HasSubstr("--vocab")) << mute;
}

TEST_F(Import, SaysWhatItAssumesAndTakesWhatIsGiven) {
  const Outcome plain = place_.run({"import", "tiny.safetensors", "-o", "plain"});
  ASSERT_EQ(plain.status, 0) << plain;
  for (const char* part : {"note: assumed", "1 heads in the image tower", "--heads", "--activation"})
    EXPECT_THAT(plain.err, HasSubstr(part)) << plain;
  const Outcome given =
      place_.run({"import", "tiny.safetensors", "-o", "given", "--heads", "4, 2", "--activation", "gelu"});
  ASSERT_EQ(given.status, 0) << given;
  EXPECT_THAT(given.err, testing::Not(HasSubstr("heads in the"))) << given;
  const json info = json::parse(place_.run({"info", "given", "--json"}).out);
  EXPECT_EQ(info["towers"]["image"]["heads"], 4);
  EXPECT_EQ(info["towers"]["text"]["heads"], 2);
  EXPECT_EQ(info["towers"]["activation"], "gelu");
  EXPECT_THAT(info["notes"], IsEmpty());
  for (const std::string command : {"segment", "bench"}) {
    const std::vector<std::string> model = {"-m", "tiny.safetensors", "--heads", "2"};
    std::vector<std::string> all = {command};
    all.insert(all.end(), model.begin(), model.end());
    for (const char* more : {"a.png", "-c", "road, sky", "-o", "out"})
      if (command == "segment") all.emplace_back(more);
    const Outcome outcome = place_.run(all);
    EXPECT_EQ(outcome.status, 0) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("1 heads in the text tower")) << outcome;
    EXPECT_THAT(outcome.err, testing::Not(HasSubstr("image tower"))) << outcome;
  }
  const Outcome direct = place_.run({"info", "tiny.safetensors", "--heads", "2"});
  EXPECT_THAT(direct.out, HasSubstr("width 64, 2 heads")) << direct;
  EXPECT_THAT(direct.err, HasSubstr("note: assumed")) << direct;
}

TEST_F(Import, BadHeadsAreErrorsOfTheCommandLine) {
  const std::pair<const char*, const char*> bad[] = {
      {"3", "3 heads do not divide the image tower's width 64"},
      {"2,3", "3 heads do not divide the text tower's width 64"},
      {"many", "\"many\" is no number of heads"},
      {"1,1,1", "no number of heads"},
      {"0", "no number of heads"}};
  for (const auto& [heads, message] : bad) {
    const Outcome outcome = place_.run({"import", "tiny.safetensors", "-o", "model", "--heads", heads});
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message)) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "model"));
  }
}

TEST_F(Import, BadTokenizerIsNamedAndLeavesNothing) {
  write_text(place_ / "bad.txt", "");
  for (const char* vocab : {"gone.txt", "bad.txt"}) {
    const Outcome outcome = place_.run({"import", "tiny.safetensors", "-o", "model", "--vocab", vocab});
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(vocab)) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "model"));
  }
}

TEST_F(Import, InfoAsTableAndJson) {
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
  const Outcome table = place_.run({"info", "model"});
  ASSERT_EQ(table.status, 0) << table;
  EXPECT_THAT(table.out, HasSubstr("2 layers, width 64, 1 heads, patch 16, grid 4x4 (64 pixels)")) << table;
  EXPECT_THAT(table.out, HasSubstr("trainable 0")) << table;
  EXPECT_THAT(table.out, HasSubstr("config.json")) << table;
  const Outcome document = place_.run({"info", "model", "--json"});
  ASSERT_EQ(document.status, 0) << document;
  const json info = json::parse(document.out);
  EXPECT_EQ(info["variant"], "none");
  EXPECT_EQ(info["towers"]["image"]["width"], 64);
  EXPECT_EQ(info["towers"]["text"]["context_length"], 77);
  EXPECT_EQ(info["has_tokenizer"], true);
  EXPECT_EQ(info["files"][0]["sha256"].get<std::string>().size(), 64u);
}

TEST_F(Import, InfoReadsACheckpointDirectly) {
  const Outcome outcome = place_.run({"info", "tiny.safetensors"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("patch 16")) << outcome;
}

TEST_F(Import, WrongModelFolderOrPath) {
  fs::create_directory(place_ / "empty");
  expect_bad_model(place_, "gone");
  expect_bad_model(place_, "empty");
  expect_bad_model(place_, "a.png");
}

TEST_F(Import, TruncatedFile) {
  const std::string bytes = read_text(place_ / "tiny.safetensors");
  write_text(place_ / "half.safetensors", bytes.substr(0, bytes.size() / 2));
  expect_bad_model(place_, "half.safetensors");
}

TEST_F(Import, HostileHeaders) {
  write_text(place_ / "huge.safetensors", std::string(7, '\xFF') + std::string("\x7F{}      ", 9));
  write_text(place_ / "overlap.safetensors", [] {
    const std::string header =
        R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    return std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header + "1234";
  }());
  // A pickle that would run a command if anything executed it.
  write_text(place_ / "evil.pt",
             "\x80\x02"
             "cposix\nsystem\nq\x01X\x0E\x00\x00\x00touch made/ill\x85R.");
  for (const char* name : {"huge.safetensors", "overlap.safetensors", "evil.pt"})
    expect_bad_model(place_, name);
  EXPECT_FALSE(fs::exists(place_ / "made/ill"));
}

TEST_F(Import, ForeignFiles) {
  write_text(place_ / "letter.txt", "Dear reader, I am no checkpoint.\n");
  write_text(place_ / "nothing.pt", "");
  for (const char* name : {"letter.txt", "nothing.pt"}) expect_bad_model(place_, name);
}

TEST_F(Import, OutputThatCannotBeWritten) {
  const Outcome outcome = place_.run({"import", "tiny.safetensors", "-o", "a.png/model"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("a.png")) << outcome;
}

TEST_F(Import, FullDiskLeavesNothing) {
  place_.file_size_limit = 8192;
  const Outcome outcome = place_.run({"import", "tiny.safetensors", "-o", "model"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(place_.files("."), testing::ElementsAre("a.png", "merges.txt", "tiny.safetensors"));
}

TEST(Init, RefusesAnUnknownArchitecture) {
  const Workplace place;
  const Outcome outcome = place.run({"init", "--arch", "ViT-X-1", "-o", "model"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("ViT-B-16")) << outcome;
  EXPECT_THAT(place.files("."), IsEmpty());
}

}  // namespace
}  // namespace relprompt::test
