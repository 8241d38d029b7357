#include "rpm/sample_noise.h"

#include <cmath>

#include "relprompt/error.h"

#include "base/random.h"

namespace relprompt::rpm {
namespace {

/// Calls draw(stream, row) for each image with the stream of this image, layer and purpose.
template <typename Draw>
torch::Tensor rows(const std::vector<std::uint64_t>& keys, std::int64_t layer, std::uint64_t purpose,
                   std::int64_t count, const Draw& draw) {
  auto values = torch::empty({static_cast<std::int64_t>(keys.size()), count});
  auto* row = values.data_ptr<float>();
  for (const auto key : keys) {
    SplitMix64 mix(key + purpose);
    SplitMix64 random(mix.next() + static_cast<std::uint64_t>(layer));
    SplitMix64 stream(random.next());
    for (std::int64_t i = 0; i < count; ++i) *row++ = draw(stream);
  }
  return values;
}

float normal_number(SplitMix64& stream) {
  constexpr double kTau = 6.283185307179586;
  const auto unit = [&] { return (static_cast<double>(stream.next() >> 11) + 1) / 9007199254740992.0; };
  const double radius = std::sqrt(-2 * std::log(unit()));
  return static_cast<float>(radius * std::cos(kTau * unit()));
}

}  // namespace

torch::Tensor SampleNoise::normal(std::int64_t layer, std::int64_t count,
                                  const torch::TensorOptions& options) const {
  return rows(keys_, layer, fnv1a("gate"), count, normal_number).to(options);
}

torch::Tensor SampleNoise::dropout(std::int64_t layer, const torch::Tensor& x, double share) const {
  if (x.size(0) != static_cast<std::int64_t>(keys_.size())) {
    throw Error(ErrorCode::kInternal, "noise for another number of images than the batch has");
  }
  const auto kept = static_cast<float>(1 / (1 - share));
  const auto factor = [&](SplitMix64& stream) {
    return static_cast<double>(stream.next() >> 11) / 9007199254740992.0 < share ? 0.0f : kept;
  };
  return rows(keys_, layer, fnv1a("dropout"), x.numel() / x.size(0), factor)
      .reshape(x.sizes())
      .to(x.device(), x.scalar_type());
}

}  // namespace relprompt::rpm
