#include "tiny_experiments.h"

#include "test_support.h"
#include "tiny_pretraining.h"
#include "toy_run.h"

namespace relprompt::test {

void write_tiny_experiments(const std::filesystem::path& folder, const std::string& more) {
  write_text(folder / "clip.yaml", tiny_pretraining());
  write_text(folder / "base.yaml",
             "protocol: inductive\n"
             "model: {variant: paper, knowledge_grid: 4}\n"
             "augment: {long_side: 32, short_side: 32, min_ratio: 1, max_ratio: 1, crop: 32, flip: 0, "
             "distort: false}\n"
             "optimizer: {knowledge_rate: 1.0e-3, rate: 2.0e-3}\n"
             "train: {iterations: 3, batch: 4, warmup_iterations: 1, log_every: 1, checkpoint_every: 1, "
             "best: none,\n"
             "        sheet_samples: 1}\n"
             "test: {short_side: 32, window: 32, stride: 32, calibration: 0}\n");
  write_text(folder / "suite.yaml",
             "title: A tiny suite\n"
             "base: base.yaml\n"
             "seeds: 2\n"
             "world: {scenes: 8, validation: 16, test: 6, seed: 3, test_seed: 4, size: 32}\n"
             "clip: {config: clip.yaml}\n"
             "quick: {set: {train.iterations: 2}, seeds: 1}\n"
             "tables:\n"
             "  - key: methods\n"
             "    title: Methods\n"
             "    rows:\n"
             "      - {name: LPM only, set: {model.method: lpm_only}}\n"
             "      - {name: RPN}\n"
             "      - {name: CLIP alone, trained: false}\n"
             "  - key: loss\n"
             "    title: Losses\n"
             "    rows:\n"
             "      - {name: sigmoid}\n"
             "      - {name: softmax, seeds: 1, set: {loss: {kind: softmax}}}\n"
             "sheet: {table: methods, rows: [RPN, LPM only], scenes: 2}\n" +
                 more);
}

void write_image_experiments(const std::filesystem::path& folder) {
  write_toy_set(folder / "toy", 10, 3);
  write_text(folder / "images.yaml", toy_config());
  const std::string changes = "train: {iterations: 2, evaluate_every: 0}";
  write_tiny_experiments(folder,
                         "regimes:\n"
                         "  - {key: images, base: images.yaml, data: toy, set: {" +
                             changes +
                             "}}\n"
                             "  - {key: unseen, base: images.yaml, data: toy,\n"
                             "     set: {protocol: inductive, data.unseen: [grey], " +
                             changes + "}}\n");
  auto yaml = read_text(folder / "suite.yaml");
  yaml.insert(yaml.find("sheet:"),
              "  - key: images\n"
              "    title: Images\n"
              "    regimes: [images, unseen]\n"
              "    rows:\n"
              "      - {name: LPM only, seeds: 1, set: {model.method: lpm_only}}\n"
              "      - {name: CLIP alone, trained: false}\n");
  write_text(folder / "suite.yaml", yaml);
}

}  // namespace relprompt::test
