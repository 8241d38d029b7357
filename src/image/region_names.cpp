#include "image/region_names.h"

#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>

#include "image/draw_text.h"
#include "image/palette.h"

namespace relprompt::image {
namespace {

constexpr Color kWhite{255, 255, 255}, kBlack{16, 17, 20};
constexpr int kSmallestText = 9, kLargestText = 60;  // height of capitals

/// Where a class has most room: the point farthest from any border of its regions, and how far that is.
struct Room {
  cv::Point place;
  double radius = 0;
};

Room room_of(const cv::Mat& labels, std::uint16_t label, const cv::Rect& box) {
  // A frame of one pixel: the image's side is a border as well.
  cv::Mat inside = cv::Mat::zeros(box.height + 2, box.width + 2, CV_8UC1);
  cv::Mat middle = inside(cv::Rect(1, 1, box.width, box.height));
  cv::compare(labels(box), cv::Scalar(label), middle, cv::CMP_EQ);
  cv::Mat distance;
  cv::distanceTransform(inside, distance, cv::DIST_L2, cv::DIST_MASK_3);
  Room room;
  cv::minMaxLoc(distance, nullptr, &room.radius, nullptr, &room.place);
  room.place += box.tl() - cv::Point(1, 1);
  return room;
}

/// The smallest box around the pixels of every label that is there.
std::map<std::uint16_t, cv::Rect> boxes_of(const cv::Mat& labels) {
  std::map<std::uint16_t, cv::Rect> boxes;
  for (int y = 0; y < labels.rows; ++y) {
    const auto* row = labels.ptr<std::uint16_t>(y);
    for (int x = 0; x < labels.cols;) {
      int end = x + 1;
      while (end < labels.cols && row[end] == row[x]) ++end;
      const cv::Rect run(x, y, end - x, 1);
      const auto [box, is_new] = boxes.emplace(row[x], run);
      if (!is_new) box->second |= run;
      x = end;
    }
  }
  boxes.erase(LabelMap::kUnknown);
  return boxes;
}

bool is_dark(Color color) {
  return 299 * color.red + 587 * color.green + 114 * color.blue < 150 * 1000;
}

void write_name(Image& image, const Room& room, const std::string& name, Color color) {
  // The letters of a long name may leave the circle to both sides; they may not leave it by more than its
  // radius.
  const int side = std::min(image.height, image.width);
  int height = std::min({static_cast<int>(room.radius * 0.7), side / 22, kLargestText});
  if (height < kSmallestText) return;
  int width = text_width(name, height);
  const int most = static_cast<int>(room.radius * 3);
  if (width > most) {
    height = std::max(kSmallestText, height * most / width);
    width = text_width(name, height);
  }
  if (width > most) return;
  const int x = std::clamp(room.place.x - width / 2, 2, std::max(2, image.width - width - 2));
  const bool dark = is_dark(color);
  draw_rimmed_text(image, x, room.place.y + height / 2, name, height, dark ? kWhite : kBlack,
                   dark ? kBlack : kWhite);
}

}  // namespace

void write_region_names(Image& image, const LabelMap& map, const ClassList& classes) {
  // Regions are looked at on a grid of at most so many cells a side: a name's place need not be exact.
  constexpr int kMostCells = 1024;
  const double scale = std::min(1.0, static_cast<double>(kMostCells) / std::max(map.height, map.width));
  const cv::Mat all(map.height, map.width, CV_16UC1, const_cast<std::uint16_t*>(map.labels.data()));
  cv::Mat labels = all;
  const cv::Size cells(std::max(1, static_cast<int>(map.width * scale)),
                       std::max(1, static_cast<int>(map.height * scale)));
  if (scale < 1) cv::resize(all, labels, cells, 0, 0, cv::INTER_NEAREST);
  for (const auto& [label, box] : boxes_of(labels)) {
    if (std::min(box.height, box.width) / scale < kSmallestText) continue;
    Room room = room_of(labels, label, box);
    room.radius /= scale;
    room.place.x = room.place.x * map.width / labels.cols;
    room.place.y = room.place.y * map.height / labels.rows;
    write_name(image, room, drawable(classes.title(label)), color_of(label));
  }
}

}  // namespace relprompt::image
