#include "tensors.h"

#include <cstring>
#include <sstream>

#include "base/random.h"
#include "clip/as_torch.h"
#include "model/random_model.h"
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

testing::AssertionResult close(const model::Tensor& actual, const torch::Tensor& expected, double tolerance) {
  return close(clip::as_torch(actual), expected, tolerance);
}

testing::AssertionResult close(const model::Tensor& actual, const model::Tensor& expected, double tolerance) {
  return close(clip::as_torch(actual), clip::as_torch(expected), tolerance);
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
    const auto values = model::random_weights(prefix + parameter.key(), parameter.value().sizes().vec(), 0);
    parameter.value().copy_(clip::as_torch(values));
  }
}

}  // namespace relprompt::test
