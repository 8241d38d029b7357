#include "nn/grid.h"

namespace relprompt::nn {

torch::Tensor resize_maps(const torch::Tensor& maps, Grid to) {
  if (maps.size(2) == to.height && maps.size(3) == to.width) return maps;
  return at::upsample_bilinear2d(maps, {to.height, to.width}, /*align_corners=*/false);
}

torch::Tensor resize_rows(const torch::Tensor& rows, Grid from, Grid to) {
  if (from == to) return rows;
  const auto maps = rows.t().reshape({1, rows.size(1), from.height, from.width});
  return resize_maps(maps, to).flatten(2)[0].t();
}

}  // namespace relprompt::nn
