#include "maps.h"

#include <cmath>
#include <random>

namespace relprompt::test {

LabelMap drawn_map(const std::vector<std::string>& rows) {
  LabelMap map{static_cast<int>(rows.size()), static_cast<int>(rows.front().size()), {}};
  for (const auto& row : rows)
    for (const char c : row)
      map.labels.push_back(c == '.' ? LabelMap::kUnknown : static_cast<std::uint16_t>(c - 'a'));
  return map;
}

LabelMap noise(int height, int width, std::size_t classes, double unknown, std::uint32_t seed) {
  std::mt19937 random(seed);
  LabelMap map{height, width, {}};
  map.labels.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  for (auto& label : map.labels) {
    const bool is_unknown = random() < unknown * 4294967296.0;
    label = is_unknown ? LabelMap::kUnknown : static_cast<std::uint16_t>(random() % classes);
  }
  return map;
}

LabelMap blobs(int height, int width, std::size_t classes, std::uint32_t seed) {
  std::mt19937 random(seed);
  const double phase = static_cast<double>(random() % 1000) / 100;
  LabelMap map{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double value =
          std::sin(x * 0.13 + phase) + std::cos(y * 0.11 - phase) + std::sin((x + 2 * y) * 0.05);
      const double ragged =
          (value + 3) / 6 * static_cast<double>(classes + 1) + static_cast<double>(random() % 100) / 300;
      const auto label = static_cast<std::size_t>(ragged);
      map.labels.push_back(label >= classes ? LabelMap::kUnknown : static_cast<std::uint16_t>(label));
    }
  }
  return map;
}

std::vector<NamedMap> difficult_maps() {
  std::vector<NamedMap> maps = {
      {"one pixel", drawn_map({"a"}), 1},
      {"one unknown pixel", drawn_map({"."}), 1},
      {"one row", drawn_map({"aab.ba"}), 2},
      {"one column", drawn_map({"a", "b", "b", ".", "a"}), 2},
      {"one class", drawn_map({"aaa", "aaa"}), 1},
      {"a hole", drawn_map({"aaaa", "abba", "aaaa"}), 2},
      {"an unknown hole", drawn_map({"aaaaa", "aa.aa", "aaaaa"}), 1},
      {"holes in holes",
       drawn_map({"aaaaaaa", "abbbbba", "abaaaba", "aba.aba", "abaaaba", "abbbbba", "aaaaaaa"}), 2},
      {"holes in a row", drawn_map({"aaaaaaaaa", "a.ab.a.ba", "aaaaaaaaa", "a.a.a.a.a", "aaaaaaaaa"}), 2},
      {"holes that touch at a corner", drawn_map({"aaaa", "a.aa", "aa.a", "aaaa"}), 1},
      {"a ring that touches itself", drawn_map({"aaa.", "a.aa", "aa.a", ".aaa"}), 1},
      {"a corner closes a ring", drawn_map({"aaab", "abba", "abba", "aaaa"}), 2},
      {"diagonals", drawn_map({"ab.a", "bab.", ".bab", "a.ba"}), 2},
      {"one-pixel lines", drawn_map({"abababa", "bbbbbbb", "a.a.a.a", "aaaaaaa", ".b.b.b.", "b.b.b.b"}), 2},
  };
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    const int height = 1 + static_cast<int>(seed * 7 % 33), width = 1 + static_cast<int>(seed * 11 % 41);
    maps.push_back({"two classes " + std::to_string(seed), noise(height, width, 2, 0, seed), 2});
    maps.push_back({"sparse " + std::to_string(seed), noise(height, width, 1, 0.3, seed), 1});
    maps.push_back({"dense " + std::to_string(seed), noise(height, width, 1, 0.8, seed), 1});
    maps.push_back({"four classes " + std::to_string(seed), noise(height, width, 4, 0.1, seed), 4});
  }
  maps.push_back({"blobs", blobs(90, 120, 6, 3), 6});
  maps.push_back({"many classes", noise(80, 100, 5000, 0.05, 9), 5000});
  maps.push_back({"the last label", {1, 3, {65533, 0, 65533}}, 65534});
  return maps;
}

ClassList numbered_classes(std::size_t count) {
  ClassList classes;
  for (std::size_t i = 0; i < count; ++i) classes.names.push_back({"class " + std::to_string(i)});
  return classes;
}

}  // namespace relprompt::test
