#include "tensors.h"

#include <cstring>
#include <sstream>

#include "base/random.h"
#include "clip/clip_tensors.h"
#include "segmenter/model_files.h"
#include "segmenter/model_folder.h"
#include "segmenter/prompt_tensors.h"
#include "segmenter/random_model.h"
#include "test_support.h"

namespace relprompt::test {
namespace {

torch::ScalarType torch_type(archive::DType type) {
  switch (type) {
    case archive::DType::kF32:
      return torch::kFloat32;
    case archive::DType::kF16:
      return torch::kFloat16;
    case archive::DType::kI64:
      return torch::kInt64;
    case archive::DType::kU8:
      return torch::kUInt8;
    default:
      throw std::runtime_error("unexpected type in a golden");
  }
}

std::string index_of(const torch::Tensor& tensor, std::int64_t flat) {
  std::string text;
  for (std::int64_t d = tensor.dim() - 1; d >= 0; --d) {
    text = std::to_string(flat % tensor.size(d)) + (text.empty() ? "" : ", ") + text;
    flat /= tensor.size(d);
  }
  return "[" + text + "]";
}

}  // namespace

Golden::Golden(const std::filesystem::path& file) : archive_(archive::open_archive(file)) {}

torch::Tensor Golden::operator[](const std::string& name) const {
  const auto* view = archive_->find(name);
  if (view == nullptr) throw std::runtime_error("no golden tensor " + name);
  auto tensor = torch::empty(view->shape, torch_type(view->dtype));
  std::memcpy(tensor.data_ptr(), view->data, view->bytes);
  return tensor;
}

testing::AssertionResult close(const torch::Tensor& actual, const torch::Tensor& expected, double tolerance) {
  if (actual.sizes() != expected.sizes()) {
    std::ostringstream text;
    text << "shape " << actual.sizes() << ", expected " << expected.sizes();
    return testing::AssertionFailure() << text.str();
  }
  const auto a = actual.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  const auto e = expected.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  // NaN compares false with everything, so it must count as the worst difference.
  const auto difference = (a - e).abs().nan_to_num(1e30, 1e30);
  if (difference.numel() == 0) return testing::AssertionSuccess();
  const auto worst = difference.flatten().argmax().item<std::int64_t>();
  const double gap = difference.flatten()[worst].item<double>();
  if (gap <= tolerance) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "worst at " << index_of(a, worst) << ": "
                                     << a.flatten()[worst].item<double>() << ", expected "
                                     << e.flatten()[worst].item<double>() << ", differs by " << gap << " > "
                                     << tolerance;
}

torch::Tensor uniform(const std::string& name, const std::vector<std::int64_t>& shape) {
  auto tensor = torch::empty(shape);
  SplitMix64 random(fnv1a(name));
  auto* values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = random.next_signed_unit();
  return tensor;
}

void fill_by_name(torch::nn::Module& module, const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : module.named_parameters()) {
    parameter.value().copy_(
        segmenter::random_weights(prefix + parameter.key(), parameter.value().sizes().vec(), 0));
  }
}

clip::ClipConfig tiny_config(std::int64_t vocab) {
  clip::ClipConfig config;
  config.vision = {16, 4, 128, 4, 2, 512};
  config.text = {64, 4, 1, 256, 77, vocab};
  config.joint = 64;
  return config;
}

void write_hashed_model(const std::filesystem::path& folder, const segmenter::ModelConfig& config) {
  std::filesystem::remove_all(folder);  // tests change files of models, which are then not ours to replace
  segmenter::ModelFolderWriter writer(folder);
  auto rows = clip::image_tower_rows(config.clip);
  const auto text = clip::text_tower_rows(config.clip);
  rows.insert(rows.end(), text.begin(), text.end());
  writer.write_tensors("clip.safetensors", rows, [](const clip::TensorRow& row) {
    return segmenter::random_weights("clip." + row.name, row.shape, 0);
  });
  if (config.prompts) {
    writer.write_tensors(
        "prompts.safetensors", segmenter::prompt_rows(config.clip, *config.prompts),
        [](const clip::TensorRow& row) { return segmenter::random_weights(row.name, row.shape, 0); });
  }
  writer.write_text("merges.txt", "#version: 0.2\nt h\n");
  writer.write_text("config.json", segmenter::to_json(config));
  writer.commit();
}

void add_hashed_prompts(const std::filesystem::path& folder, rpm::Variant variant) {
  const auto bare = segmenter::open_model(folder);
  auto config = bare.config;
  config.prompts = tiny_prompts(variant, config.clip);
  config.image = segmenter::Normalisation::image_net();
  const TemporaryFolder scratch;
  write_hashed_model(scratch / "model", config);
  for (const char* name : {"prompts.safetensors", "config.json"}) {
    std::filesystem::copy_file(scratch / "model" / name, folder / name,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

segmenter::PromptConfig tiny_prompts(rpm::Variant variant, const clip::ClipConfig& clip,
                                     std::int64_t tokens) {
  segmenter::PromptConfig prompts;
  prompts.rpm.variant = variant;
  prompts.rpm.visual_prompt_tokens = tokens;
  prompts.rpm.knowledge_grid = clip.vision.grid;
  prompts.lpm.second_text_linear = variant == rpm::Variant::kOfficial;
  return prompts;
}

}  // namespace relprompt::test
