#include "numbers.h"

#include <cmath>
#include <cstring>

#include "base/random.h"

namespace relprompt::test {

GoldenFile::GoldenFile(const std::filesystem::path& file) : archive_(archive::open_archive(file)) {}

model::Tensor GoldenFile::stored(const std::string& name) const {
  const auto* view = archive_->find(name);
  if (view == nullptr) throw std::runtime_error("no golden tensor " + name);
  const auto copy = std::make_shared<std::vector<std::byte>>(view->data, view->data + view->bytes);
  return {view->dtype, view->shape, copy->data(), copy};
}

model::Tensor GoldenFile::operator[](const std::string& name) const {
  return model::to_fp32(stored(name));
}

std::vector<std::int64_t> GoldenFile::integers(const std::string& name) const {
  const auto tensor = stored(name);
  if (tensor.dtype() == archive::DType::kU8) {
    const auto* bytes = static_cast<const std::uint8_t*>(tensor.data());
    return {bytes, bytes + tensor.elements()};
  }
  if (tensor.dtype() != archive::DType::kI64) throw std::runtime_error(name + " holds no int64");
  const auto* first = static_cast<const std::int64_t*>(tensor.data());
  return {first, first + tensor.elements()};
}

testing::AssertionResult near(const float* actual, const float* expected, std::int64_t count,
                              double tolerance) {
  double worst = 0;
  std::int64_t where = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double gap = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    if (gap <= worst) continue;  // NaN compares false, so it counts as worst
    worst = std::isnan(gap) ? HUGE_VAL : gap;
    where = i;
  }
  if (worst <= tolerance) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "worst at " << where << " of " << count << ": " << actual[where]
                                     << ", expected " << expected[where] << ", differs by " << worst << " > "
                                     << tolerance;
}

testing::AssertionResult near(const std::vector<float>& actual, const model::Tensor& expected,
                              double tolerance) {
  if (static_cast<std::int64_t>(actual.size()) != expected.elements()) {
    return testing::AssertionFailure() << actual.size() << " numbers, expected " << expected.elements();
  }
  return near(actual.data(), expected.floats(), expected.elements(), tolerance);
}

testing::AssertionResult near(const model::Tensor& actual, const model::Tensor& expected, double tolerance) {
  if (actual.shape() != expected.shape()) return testing::AssertionFailure() << "the shapes differ";
  return near(actual.floats(), expected.floats(), expected.elements(), tolerance);
}

std::vector<float> uniform_numbers(const std::string& name, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  SplitMix64 random(fnv1a(name));
  for (float& value : values) value = random.next_signed_unit();
  return values;
}

std::vector<float> unit_rows(const std::string& name, std::int64_t rows, std::int64_t width) {
  auto values = uniform_numbers(name, rows * width);
  for (std::int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    float* row = values.data() + r * width;
    for (std::int64_t i = 0; i < width; ++i) sum += static_cast<double>(row[i]) * static_cast<double>(row[i]);
    for (std::int64_t i = 0; i < width; ++i)
      row[i] = static_cast<float>(static_cast<double>(row[i]) / std::sqrt(sum));
  }
  return values;
}

}  // namespace relprompt::test
