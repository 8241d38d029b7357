// Sines in whole numbers, from a table that the compiler computes: no library's last bit can differ.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace relprompt::world {

constexpr int kTurn = 1024;    ///< angles of a full circle
constexpr int kOne = 1 << 14;  ///< what sine and cosine call 1

namespace circle_table {

/// Taylor's series on a quarter of the circle, where nine terms are exact far beyond 14 bits.
constexpr std::array<std::int16_t, kTurn / 4 + 1> quarter() {
  std::array<std::int16_t, kTurn / 4 + 1> table{};
  for (std::size_t at = 0; at < table.size(); ++at) {
    const double angle = static_cast<double>(at) * (6.283185307179586 / kTurn);
    double term = angle, sum = angle;
    for (int k = 1; k < 9; ++k) {
      term *= -angle * angle / ((2 * k) * (2 * k + 1));
      sum += term;
    }
    // Twice the value, halved upwards: std::lround is no constant expression.
    table[at] = static_cast<std::int16_t>((static_cast<int>(2 * sum * kOne) + 1) / 2);
  }
  return table;
}

constexpr std::array<std::int16_t, kTurn / 4 + 1> kQuarter = quarter();

}  // namespace circle_table

/// Sine times kOne of an angle in 1 / kTurn of a circle; any angle, also below 0.
constexpr int sine(int angle) {
  const int at = angle & (kTurn - 1), half = kTurn / 2, quarter = kTurn / 4;
  const int within = at & (half - 1);
  const int value =
      circle_table::kQuarter[static_cast<std::size_t>(within <= quarter ? within : half - within)];
  return at < half ? value : -value;
}

constexpr int cosine(int angle) {
  return sine(angle + kTurn / 4);
}

}  // namespace relprompt::world
