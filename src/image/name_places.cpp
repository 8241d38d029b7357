#include "image/name_places.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace relprompt::image {
namespace {

/// The map in squares of side x side pixels: their label, or kUnknown where they have several.
struct Cells {
  int side = 1, height = 0, width = 0;
  std::vector<std::uint16_t> labels;  // [height, width]

  std::uint16_t at(int y, int x) const {
    return labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};

/// What is left at the right and lower side of a map that is no multiple of the side belongs to no cell.
Cells cells_of(const LabelMap& map) {
  constexpr int kMostCells = 1024;  // a side
  Cells cells;
  cells.side = (std::max(map.height, map.width) + kMostCells - 1) / kMostCells;
  if (cells.side <= 1) return {1, map.height, map.width, map.labels};
  cells.height = map.height / cells.side;
  cells.width = map.width / cells.side;
  const auto width = static_cast<std::size_t>(cells.width), side = static_cast<std::size_t>(cells.side);
  cells.labels.resize(static_cast<std::size_t>(cells.height) * width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(cells.height) * side; ++y) {
    const std::uint16_t* from = map.labels.data() + y * static_cast<std::size_t>(map.width);
    std::uint16_t* to = cells.labels.data() + y / side * width;
    for (std::size_t x = 0; x < width; ++x, from += side) {
      if (y % side == 0) to[x] = from[0];
      const bool same = std::all_of(from, from + side, [&](std::uint16_t label) { return label == to[x]; });
      if (!same) to[x] = LabelMap::kUnknown;
    }
  }
  return cells;
}

/// What is sought for a label: the size in cells (no height: nothing), and where it was found.
struct Sought {
  int height = 0, width = 0;
  bool found = false;
  int top = 0, left = 0;
};

/// One pass for all labels: for each the first place of a rectangle of its size.
void seek(const Cells& cells, std::vector<Sought>& all) {
  for (Sought& sought : all) sought.found = false;
  // Of each column: how many rows up from this one have a run of the label, wide enough, from here to the
  // right.
  std::vector<int> rows(static_cast<std::size_t>(cells.width));
  const auto width = static_cast<std::size_t>(cells.width);
  for (int y = 0; y < cells.height; ++y) {
    const std::uint16_t* row = cells.labels.data() + static_cast<std::size_t>(y) * width;
    const std::uint16_t* above = y == 0 ? nullptr : row - width;
    int run = 0;
    for (std::size_t x = width; x-- > 0;) {
      const std::uint16_t label = row[x];
      run = x + 1 < width && row[x + 1] == label ? run + 1 : 1;
      Sought& sought = all[label];
      if (sought.height == 0 || run < sought.width) {
        rows[x] = 0;
        continue;
      }
      rows[x] = above != nullptr && above[x] == label ? rows[x] + 1 : 1;
      if (rows[x] < sought.height || sought.found) continue;
      sought.found = true;
      sought.top = y - sought.height + 1;
      sought.left = static_cast<int>(x);
    }
  }
}

/// Looks for the largest height of capitals at which a name has room, by bisection.
struct Search {
  std::uint16_t label = 0;
  NameShape shape;
  int fits = 0, beyond = 0;  // heights in pixels; 0: none is known to fit
  cv::Rect place;            // in cells, of `fits`

  bool done() const { return beyond - fits <= std::max(1, fits / 16); }
  int next(int smallest) const { return fits == 0 ? smallest : fits + (beyond - fits) / 2; }
};

int cells_for(double pixels, int side) {
  return std::max(1, static_cast<int>(std::ceil(pixels / side)));
}

std::vector<Search> labels_with_squares(const Cells& cells, int smallest, std::vector<Sought>& all,
                                        const std::function<NameShape(std::uint16_t)>& shape_of) {
  for (std::size_t label = 0; label < LabelMap::kUnknown; ++label)
    all[label].height = all[label].width = cells_for(smallest, cells.side);
  seek(cells, all);
  std::vector<Search> searches;
  for (std::size_t label = 0; label < LabelMap::kUnknown; ++label) {
    all[label].height = 0;
    if (!all[label].found) continue;
    Search search;
    search.label = static_cast<std::uint16_t>(label);
    search.shape = shape_of(search.label);
    if (!(search.shape.height > 0) || !(search.shape.width > 0)) continue;
    const double most = std::min(cells.height * cells.side / search.shape.height,
                                 cells.width * cells.side / search.shape.width);
    search.beyond = static_cast<int>(std::min(most, 1e6)) + 1;
    if (search.beyond > smallest) searches.push_back(search);
  }
  return searches;
}

/// One step for all searches; drops those that have no room even for the smallest letters.
void step(const Cells& cells, int smallest, std::vector<Sought>& all, std::vector<Search>& searches) {
  for (const Search& search : searches) {
    Sought& sought = all[search.label];
    sought.height = search.done() ? 0 : cells_for(search.next(smallest) * search.shape.height, cells.side);
    sought.width = cells_for(search.next(smallest) * search.shape.width, cells.side);
  }
  seek(cells, all);
  for (Search& search : searches) {
    Sought& sought = all[search.label];
    if (sought.height == 0) continue;
    const int height = search.next(smallest);
    (sought.found ? search.fits : search.beyond) = height;
    if (sought.found) search.place = {sought.left, sought.top, sought.width, sought.height};
    sought.height = 0;
  }
  searches.erase(
      std::remove_if(searches.begin(), searches.end(), [](const Search& s) { return s.fits == 0; }),
      searches.end());
}

/// Widened as far as all of each further column, then row, has the label.
cv::Rect widened(const Cells& cells, cv::Rect place, std::uint16_t label) {
  const auto column = [&](int x) {
    for (int y = place.y; y < place.y + place.height; ++y) {
      if (x < 0 || x >= cells.width || cells.at(y, x) != label) return false;
    }
    return true;
  };
  while (column(place.x - 1)) --place.x, ++place.width;
  while (column(place.x + place.width)) ++place.width;
  const auto row = [&](int y) {
    for (int x = place.x; x < place.x + place.width; ++x) {
      if (y < 0 || y >= cells.height || cells.at(y, x) != label) return false;
    }
    return true;
  };
  while (row(place.y - 1)) --place.y, ++place.height;
  while (row(place.y + place.height)) ++place.height;
  return place;
}

}  // namespace

std::map<std::uint16_t, cv::Rect> name_places(const LabelMap& map, int smallest,
                                              const std::function<NameShape(std::uint16_t)>& shape_of) {
  const Cells cells = cells_of(map);
  std::vector<Sought> all(std::size_t{LabelMap::kUnknown} + 1);
  auto searches = labels_with_squares(cells, smallest, all, shape_of);
  const auto done = [](const Search& search) { return search.done(); };
  while (!std::all_of(searches.begin(), searches.end(), done)) step(cells, smallest, all, searches);
  std::map<std::uint16_t, cv::Rect> places;
  for (const Search& search : searches) {
    if (search.fits == 0) continue;
    const cv::Rect wide = widened(cells, search.place, search.label);
    places[search.label] = {wide.x * cells.side, wide.y * cells.side, wide.width * cells.side,
                            wide.height * cells.side};
  }
  return places;
}

}  // namespace relprompt::image
