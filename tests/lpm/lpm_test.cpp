// The linear projection module beside equations 5-7.
#include "lpm/lpm.h"

#include <cmath>

#include <gtest/gtest.h>

#include "gradient_check.h"
#include "tensors.h"

namespace relprompt::lpm {
namespace {

using namespace model;

using test::close;
using test::uniform;

struct Inputs {
  torch::Tensor p = uniform("p", {2, 7, 6}), g = uniform("g", {2, 6}), t = uniform("t", {4, 6});
};

torch::Tensor text_side(const Inputs& in, std::int64_t image, Form form) {
  const auto product = in.t * in.g[image];
  if (form == Form::kA) return in.t;
  return form == Form::kB ? product : torch::cat({product, in.t}, 1);
}

TEST(Lpm, TrainedFormsAreTheEquations) {
  const torch::NoGradGuard no_grad;
  const Inputs in;
  for (const auto form : {Form::kA, Form::kB, Form::kC}) {
    for (const bool second : {false, true}) {
      Lpm lpm(6, LpmOptions{form, second, true});
      test::fill_by_name(*lpm, "");
      auto w = lpm->named_parameters();
      const auto linear = [&](const std::string& name, const torch::Tensor& x) {
        return at::linear(x, w[name + ".weight"], w[name + ".bias"]);
      };
      const auto norm = [&](const std::string& name, const torch::Tensor& x) {
        return torch::layer_norm(x, {6}, w[name + ".weight"], w[name + ".bias"]);
      };
      const auto logits = lpm(in.p, in.g, in.t);
      for (std::int64_t b = 0; b < 2; ++b) {
        auto k = linear("text_fuse", text_side(in, b, form));
        if (second) k = linear("text_proj", k);
        const auto o = norm("vis_norm", linear("vis_proj", in.p[b]));
        EXPECT_TRUE(close(logits[b], torch::matmul(o, norm("text_norm", k).t()) / std::sqrt(6.0), 1e-5));
      }
    }
  }
}

TEST(Lpm, TrainingFreeFormsHaveNoParameters) {
  const Inputs in;
  for (const auto form : {Form::kA, Form::kB, Form::kC}) {
    Lpm lpm(6, LpmOptions{form, false, false});
    EXPECT_TRUE(lpm->parameters().empty());
    const auto logits = lpm(in.p, in.g, in.t);
    for (std::int64_t b = 0; b < 2; ++b) {
      const auto product = in.t * in.g[b];
      const auto k = form == Form::kA ? in.t : form == Form::kB ? product : product + in.t;
      EXPECT_TRUE(close(logits[b], torch::matmul(in.p[b], k.t()), 1e-5));
    }
  }
}

TEST(Lpm, Gradients) {
  const Inputs in;
  const auto p = in.p.to(torch::kFloat64), g = in.g.to(torch::kFloat64), t = in.t.to(torch::kFloat64);
  for (const auto form : {Form::kA, Form::kB, Form::kC}) {
    Lpm lpm(6, LpmOptions{form, true, true});
    test::fill_by_name(*lpm, "");
    lpm->to(torch::kFloat64);
    EXPECT_TRUE(test::gradients_match(*lpm, [&] { return lpm(p, g, t).square().sum(); }));
  }
}

}  // namespace
}  // namespace relprompt::lpm
