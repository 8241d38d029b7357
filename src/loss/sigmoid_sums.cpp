#include "loss/sigmoid_sums.h"

#include <algorithm>
#include <cstdint>

namespace relprompt::loss {
namespace {

/// Numbers in one temporary tensor: 4 MiB in fp32, enough to keep a GPU busy and small beside the logits.
constexpr std::int64_t kChunkNumbers = 1 << 20;

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Planes of a few classes. With s = z where y is 1 and -z elsewhere, p_t = sigmoid(s); everything is made
/// from s, so that neither 1 - p_t nor the logarithm loses digits when a pixel is very sure.
struct Planes {
  torch::Tensor y;       ///< 1 or 0
  torch::Tensor miss;    ///< 1 - p_t
  torch::Tensor bce;     ///< -log p_t
  torch::Tensor weight;  ///< alpha or 1 - alpha

  torch::Tensor probability() const { return torch::where(y > 0, 1 - miss, miss); }
};

class Chunks {
 public:
  Chunks(const torch::Tensor& logits, const torch::Tensor& labels, double alpha)
      : logits_(logits), labels_(labels.unsqueeze(1)), alpha_(alpha) {
    const auto plane = std::max<std::int64_t>(1, labels.numel());
    step_ = std::max<std::int64_t>(1, kChunkNumbers / plane);
  }

  /// Calls f(first class, planes) for all classes in order.
  template <typename F>
  void for_each(const F& f) const {
    for (std::int64_t first = 0; first < logits_.size(1); first += step_) {
      f(first, planes(first, std::min(step_, logits_.size(1) - first)));
    }
  }

  torch::ScalarType type() const {
    return logits_.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  }

 private:
  Planes planes(std::int64_t first, std::int64_t count) const {
    const auto classes = torch::arange(first, first + count, labels_.options()).view({1, -1, 1, 1});
    const auto z = logits_.narrow(1, first, count).to(type());
    const auto y = (labels_ == classes).to(type());
    const auto s = (2 * y - 1) * z;
    return {y, torch::sigmoid(-s), -at::log_sigmoid(s), (2 * alpha_ - 1) * y + (1 - alpha_)};
  }

  const torch::Tensor& logits_;
  torch::Tensor labels_;
  double alpha_;
  std::int64_t step_;
};

class SigmoidSumsFunction : public torch::autograd::Function<SigmoidSumsFunction> {
 public:
  static variable_list forward(AutogradContext* context, const Variable& logits, const Variable& labels,
                               double alpha, double gamma, bool square) {
    context->save_for_backward({logits, labels});
    context->saved_data["alpha"] = alpha;
    context->saved_data["gamma"] = gamma;
    context->saved_data["square"] = square;
    const Chunks chunks(logits, labels, alpha);
    auto focal = torch::zeros({}, logits.options().dtype(chunks.type()));
    std::vector<torch::Tensor> overlap, predicted;
    chunks.for_each([&](std::int64_t, const Planes& planes) {
      const auto p = planes.probability();
      focal += (planes.weight * planes.miss.pow(gamma) * planes.bce).sum();
      overlap.push_back((p * planes.y).sum({2, 3}));
      predicted.push_back((square ? p.square() : p).sum({2, 3}));
    });
    return {focal, torch::cat(overlap, 1), torch::cat(predicted, 1)};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const double gamma = context->saved_data["gamma"].toDouble();
    const bool square = context->saved_data["square"].toBool();
    const auto& logits = saved[0];
    const auto per_plane = [](const torch::Tensor& table) { return table.unsqueeze(-1).unsqueeze(-1); };
    const auto by_overlap = per_plane(gradients[1]), by_predicted = per_plane(gradients[2]);
    auto result = torch::empty_like(logits);
    const Chunks chunks(logits, saved[1], context->saved_data["alpha"].toDouble());
    chunks.for_each([&](std::int64_t first, const Planes& c) {
      const auto count = c.y.size(1);
      // d/ds of miss^gamma bce, with d miss/ds = -miss (1 - miss) and d bce/ds = -miss; ds/dz = 2 y - 1.
      const auto by_s = -c.miss.pow(gamma) * (gamma * (1 - c.miss) * c.bce + c.miss);
      auto gradient = gradients[0] * c.weight * (2 * c.y - 1) * by_s;
      // d p/dz = p (1 - p), which is the same for miss.
      auto by_p = by_overlap.narrow(1, first, count) * c.y;
      const auto outer = by_predicted.narrow(1, first, count);
      by_p = square ? by_p + 2 * outer * c.probability() : by_p + outer;
      result.narrow(1, first, count).copy_(gradient + by_p * c.miss * (1 - c.miss));
    });
    return {result, Variable(), Variable(), Variable(), Variable()};
  }
};

}  // namespace

SigmoidSums sigmoid_sums(const torch::Tensor& logits, const torch::Tensor& labels,
                         const SigmoidSumsOptions& options) {
  const auto sums =
      SigmoidSumsFunction::apply(logits, labels, options.alpha, options.gamma, options.square_predicted);
  return {sums[0], sums[1], sums[2]};
}

}  // namespace relprompt::loss
