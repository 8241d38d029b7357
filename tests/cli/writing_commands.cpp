#include "writing_commands.h"

namespace relprompt::test {
namespace {

const char* const kImage = "-m tiny.safetensors --vocab merges.txt -c road,sky ";
const char* const kSmall = "--short-side 64 --window 64 --stride 53 ";

}  // namespace

std::vector<Writer> writers() {
  const std::string image = kImage, small = kSmall;
  return {
      {"segment",
       "a.png " + image + small + "-o out --save labels,palette,overlay,scores,json",
       Again::kReplaces,
       {}},
      {"video", "images " + image + small + "-o out --save json,timeline", Again::kReplaces, {}},
      {"import", "tiny.safetensors -o out", Again::kNeedsForce, {}},
      // Its models have real sizes, so the names stand here.
      {"init",
       "--arch ViT-B-32 -o out",
       Again::kNeedsForce,
       {"clip.safetensors", "config.json", "merges.txt", "prompts.safetensors"}},
      {"quantize", "images " + image + "-o out", Again::kNeedsForce, {}},
      {"train", "toy.yaml --clip clip --data set --set train.iterations=4 -o out", Again::kNeedsForce, {}},
      {"eval", "toy.yaml --model clip --data set --image-scores -o out", Again::kNeedsForce, {}},
      {"pretrain", "tiny.yaml -o out", Again::kNeedsForce, {}},
      {"experiments", "suite.yaml --quick --only loss --threads 1 -o out", Again::kGoesOn, {}},
      {"world", "--scenes 3 --size 32 --threads 1 -o out", Again::kGoesOn, {}},
      {"world --sheet", "out/world.png", Again::kNeedsForce, {}},
      {"analyze attention",
       "a.png -m random " + std::string("-c road,sky --short-side 64 -o out --save sheet,npy,json"),
       Again::kNeedsForce,
       {}},
      {"analyze distance", "a.png " + image + "--short-side 64 -o out", Again::kNeedsForce, {}},
      {"analyze sheet", "a.png " + image + small + "-o out", Again::kNeedsForce, {}},
      {"bench", "-m tiny.safetensors --repeat 1 --roofline out/roofline.svg", Again::kNeedsForce, {}},
      {"data check", "toy.yaml --data set --sheet out/sheet.png", Again::kNeedsForce, {}},
  };
}

std::set<std::string> read_only_commands() {
  return {"info", "classes", "pull", "serve", "help", "completion", "manual"};
}

}  // namespace relprompt::test
