// What the program does on GPUs, or on the stand-in for them (gpus.h): there numbers mean nothing, but
// everything has to be on its device and of its kind. One GPU is enough for all but PairOnGpus.
#include <cstdlib>
#include <functional>

#include <gmock/gmock.h>

#include "gpus.h"
#include "program.h"
#include "tensors.h"
#include "toy_run.h"
#include "two_workers.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

class OnGpus : public TwoWorkers {
 protected:
  explicit OnGpus(int count = 1) : count_(count), variables_(computing_gpu_variables(count)) {
    for (const auto& [name, value] : variables_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~OnGpus() override {
    for (const auto& [name, value] : variables_) ::unsetenv(name.c_str());
  }
  void SetUp() override { RELPROMPT_REQUIRE_GPUS(count_); }

  void expect_success(Words words) {
    words.insert(words.end(), {"--device", gpu_name()});
    const Outcome outcome = first_.run(words);
    EXPECT_EQ(outcome.status, 0) << outcome;
  }

  /// Batches of one shape, so that they are recorded as a CUDA graph.
  void segment(const std::string& model, const std::string& out) {
    expect_success({"segment", (first_ / "set/images").string(), "--model", (first_ / model).string(),
                    "--classes", "red, green, blue", "-o", out, "--save", "labels", "--batch", "2"});
  }

  /// What the stand-in says of graphs while `work` is done: it refuses what a GPU refuses while it records.
  std::string said_of_graphs(const std::function<void()>& work) const {
    const fs::path file = first_ / "graphs.txt";
    ::setenv("RELPROMPT_STAND_IN_GRAPHS", file.c_str(), 1);
    work();
    ::unsetenv("RELPROMPT_STAND_IN_GRAPHS");
    const std::string said = fs::exists(file) ? read_text(file) : "";
    fs::remove(file);
    return said;
  }

  static Words changes(const Words& settings) {
    Words words;
    for (const auto& setting : settings) words.insert(words.end(), {"--set", setting});
    return words;
  }

 private:
  int count_;
  std::map<std::string, std::string> variables_;
};

class PairOnGpus : public OnGpus {
 protected:
  PairOnGpus() : OnGpus(2) {}
};

struct Kind {
  const char* name;
  Words settings;
};

void PrintTo(const Kind& kind, std::ostream* stream) {
  *stream << kind.name;
}

class KindsOnGpus : public OnGpus, public testing::WithParamInterface<Kind> {};

TEST_P(KindsOnGpus, TrainAndAreEvaluated) {
  expect_success(command("run", changes(GetParam().settings)));
  EXPECT_TRUE(fs::exists(first_ / "run/last/prompts.safetensors"));
  EXPECT_TRUE(fs::exists(first_ / "run/report/report.md"));
  const auto said = said_of_graphs([&] { segment("run/last", "out"); });
  if (gpus_are_real(1)) return;
  EXPECT_THAT(said, HasSubstr("launched graph"));
  EXPECT_THAT(said, Not(HasSubstr("refused")));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, KindsOnGpus,
    testing::Values(
        Kind{"rpn", {}}, Kind{"lpm_only", {"model.method=lpm_only"}}, Kind{"full", {"model.method=full"}},
        Kind{"bitfit", {"model.method=bitfit"}}, Kind{"adapter", {"model.method=adapter"}},
        Kind{"vpt", {"model.method=vpt"}}, Kind{"lst", {"model.method=lst"}},
        Kind{"ssf", {"model.method=ssf"}}, Kind{"lora", {"model.method=lora"}},
        Kind{"rpn_vpt", {"model.method=rpn_vpt"}}, Kind{"official", {"model.variant=official"}},
        Kind{"no_m2oe", {"model.use_m2oe=false"}}, Kind{"bf16", {"train.precision=bf16"}},
        Kind{"activation_checkpointing", {"train.activation_checkpointing=true"}},
        Kind{"micro_batches", {"train.micro_batch=3"}}, Kind{"clipped_gradient", {"train.clip_gradient=0.1"}},
        Kind{"softmax", {"loss.kind=softmax"}},
        Kind{"transductive", {"protocol=transductive", "data.unseen=[grey]", "self_training.start=0.25"}},
        Kind{"transductive_known",
             {"protocol=transductive_known", "data.unseen=[grey]", "self_training.start=0.25"}}),
    [](const auto& kind) { return kind.param.name; });

TEST_F(OnGpus, ModelsLabelImages) {
  expect_success(command("run"));
  const std::string model = (first_ / "run/last").string(), clip = (first_ / "clip").string();
  const std::string images = (first_ / "set/images/val").string();
  const Words classes = {"--classes", "red, green;lime, blue"};
  const auto with = [&](Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  expect_success(
      with({"segment", images, "--model", model, "-o", "out", "--save", "scores,labels"}, classes));
  expect_success(with({"segment", images, "--model", model, "-o", "bf16", "--precision", "bf16"}, classes));
  expect_success(
      with({"segment", images, "--model", clip, "-o", "training-free", "--head", "maskclip"}, classes));
  expect_success({"bench", "--model", model, "--window", "64", "--repeat", "1"});
}

/// On a GPU the labels say whether a graph computes what its kernels do.
TEST_F(OnGpus, GraphsHaveTheLabelsOfTheirKernels) {
  expect_success(command("run"));
  segment("run/last", "graphs");
  ::setenv("RELPROMPT_CUDA_GRAPHS", "0", 1);
  EXPECT_EQ(said_of_graphs([&] { segment("run/last", "kernels"); }), "");
  ::unsetenv("RELPROMPT_CUDA_GRAPHS");
  std::size_t images = 0;
  for (const auto& entry : fs::recursive_directory_iterator(first_ / "graphs")) {
    if (entry.path().extension() != ".png") continue;
    ++images;
    const auto name = entry.path().lexically_relative(first_ / "graphs");
    EXPECT_EQ(read_text(entry.path()), read_text(first_ / ("kernels" / name))) << name;
  }
  EXPECT_GT(images, 4u);
}

TEST_F(PairOnGpus, TheSecondLabelsToo) {
  const Words train = command("run", {"--device", "cuda:1"});
  const Outcome trained = first_.run(train);
  ASSERT_EQ(trained.status, 0) << trained;
  const auto said = said_of_graphs([&] {
    const Outcome outcome =
        first_.run({"segment", (first_ / "set/images").string(), "--model", (first_ / "run/last").string(),
                    "--classes", "red, green, blue", "-o", "out", "--batch", "2", "--device", "cuda:1"});
    EXPECT_EQ(outcome.status, 0) << outcome;
  });
  if (gpus_are_real(2)) return;
  EXPECT_THAT(said, HasSubstr("launched graph"));
  EXPECT_THAT(said, Not(HasSubstr("refused")));
}

TEST_F(PairOnGpus, TwoWorkersShareTheWork) {
  const Words on_cuda = {"--device", "cuda"};
  const Outcome alone = first_.run(command("one", on_cuda));
  EXPECT_EQ(alone.status, 0) << alone;
  const Words two = command("two", on_cuda);
  const auto port = free_port();
  const auto a = start(0, port, two), b = start(1, port, two);
  const auto leader = first_.wait(a), other = second_.wait(b);
  EXPECT_EQ(leader.status, 0) << leader;
  EXPECT_EQ(other.status, 0) << other;
  if (!gpus_are_real(2)) {
    EXPECT_THAT(leader.out, HasSubstr("stand-in: ncclAllReduce"));
  }
  const Golden one(first_ / "one/last/prompts.safetensors"), both(first_ / "two/last/prompts.safetensors");
  for (const auto* name : {"h", "prompt_linear.weight", "vis_proj.weight"}) {
    EXPECT_TRUE(close(both[name], one[name], 1e-4)) << name;
  }
}

}  // namespace
}  // namespace relprompt::test
