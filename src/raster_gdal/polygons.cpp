#include "raster_gdal/polygons.h"

#include <cmath>
#include <memory>
#include <new>
#include <string>

#include <cpl_conv.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "raster_gdal/dataset.h"
#include "raster_gdal/setup.h"

namespace relprompt::raster_gdal {
namespace {

int tell(double share, const char*, void* listener) {
  const auto& progress = *static_cast<const std::function<bool(double)>*>(listener);
  return !progress || progress(share) ? TRUE : FALSE;
}

/// Areas on the ground: planar in the units of the system, or square metres on the ellipsoid of one in
/// degrees.
class Areas {
 public:
  explicit Areas(OGRSpatialReferenceH system) {
    if (system == nullptr || OSRIsGeographic(system) == 0) return;
    degrees_ = OSRGetAngularUnits(system, nullptr);  // radians in a unit
    OGRErr problem = OGRERR_NONE;
    const double major = OSRGetSemiMajor(system, &problem), minor = OSRGetSemiMinor(system, &problem);
    eccentricity_ = std::sqrt(std::max(0.0, 1 - minor * minor / (major * major)));
    minor_ = minor;
  }

  double of(OGRGeometryH polygon) const {
    if (degrees_ == 0) return OGR_G_Area(polygon);
    double area = 0;
    for (int i = 0; i < OGR_G_GetGeometryCount(polygon); ++i) {
      const double ring = std::abs(of_ring(OGR_G_GetGeometryRef(polygon, i)));
      area += i == 0 ? ring : -ring;
    }
    return area;
  }

 private:
  /// The area between the equator and a latitude, for each radian of longitude (Snyder 1987, eq. 3-12).
  double below(double latitude) const {
    const double sine = std::sin(latitude), e = eccentricity_;
    const double square = minor_ * minor_ / 2;
    if (e < 1e-9) return 2 * square * sine;
    return square * (sine / (1 - e * e * sine * sine) + std::log((1 + e * sine) / (1 - e * sine)) / (2 * e));
  }

  /// Exact for outlines along meridians and parallels, which outlines of pixels mostly are.
  double of_ring(OGRGeometryH ring) const {
    double area = 0;
    for (int i = 0; i + 1 < OGR_G_GetPointCount(ring); ++i) {
      const double across = (OGR_G_GetX(ring, i + 1) - OGR_G_GetX(ring, i)) * degrees_;
      area +=
          across * (below(OGR_G_GetY(ring, i) * degrees_) + below(OGR_G_GetY(ring, i + 1) * degrees_)) / 2;
    }
    return area;
  }

  double degrees_ = 0;  ///< radians of the system's unit; 0: it is planar
  double eccentricity_ = 0, minor_ = 0;
};

bool add_field(OGRLayerH layer, const char* name, OGRFieldType type) {
  OGRFieldDefnH field = OGR_Fld_Create(name, type);
  const bool good = OGR_L_CreateField(layer, field, TRUE) == OGRERR_NONE;
  OGR_Fld_Destroy(field);
  return good;
}

/// Class and area of every polygon, which the polygons' maker does not fill in.
bool describe(GDALDatasetH target, OGRLayerH layer, const raster::PolygonFacts& facts, const Areas& areas,
              const std::function<bool(double)>& progress) {
  constexpr GIntBig kTogether = 100'000;
  const GIntBig count = OGR_L_GetFeatureCount(layer, TRUE);
  GDALDatasetStartTransaction(target, FALSE);
  for (GIntBig id = 1; id <= count; ++id) {  // as they were written: numbered from 1
    OGRFeatureH feature = OGR_L_GetFeature(layer, id);
    if (feature == nullptr) return false;
    const auto label = static_cast<std::size_t>(OGR_F_GetFieldAsInteger(feature, 0));
    OGR_F_SetFieldString(feature, 1, label < facts.names.size() ? facts.names[label].c_str() : "");
    OGR_F_SetFieldDouble(feature, 2, areas.of(OGR_F_GetGeometryRef(feature)));
    const bool good = OGR_L_SetFeature(layer, feature) == OGRERR_NONE;
    OGR_F_Destroy(feature);
    if (!good) return false;
    if (id % kTogether != 0) continue;
    GDALDatasetCommitTransaction(target);
    if (progress && !progress(0.5 + 0.5 * static_cast<double>(id) / static_cast<double>(count))) return false;
    GDALDatasetStartTransaction(target, FALSE);
  }
  return GDALDatasetCommitTransaction(target) == OGRERR_NONE;
}

Answer write(const raster::PolygonFacts& facts, const std::function<bool(double)>& progress) {
  const Errors errors;
  CPLSetConfigOption("OGR_SQLITE_SYNCHRONOUS", "OFF");  // flushed as a whole afterwards
  const Dataset labels(GDALOpen(facts.labels.c_str(), GA_ReadOnly));
  if (!labels) return errors.answer(Problem::kDamaged, "the labels cannot be read");
  GDALDriverH driver = GDALGetDriverByName("GPKG");
  if (driver == nullptr) return {Problem::kUnsupported, "this GDAL has no driver for GeoPackage"};
  Dataset target(GDALCreate(driver, facts.path.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  OGRSpatialReferenceH system = GDALGetSpatialRef(labels.get());
  OGRLayerH layer =
      !target ? nullptr
              : GDALDatasetCreateLayer(target.get(), facts.layer.c_str(), system, wkbPolygon, nullptr);
  if (layer == nullptr || !add_field(layer, "label", OFTInteger) || !add_field(layer, "class", OFTString) ||
      !add_field(layer, "area", OFTReal)) {
    return errors.answer(Problem::kNotWritable, "the GeoPackage cannot be created");
  }
  bool stopped = false;
  const std::function<bool(double)> first_half = [&](double share) {
    stopped = progress && !progress(share / 2);
    return !stopped;
  };
  const std::function<bool(double)> second_half = [&](double share) {
    stopped = progress && !progress(share);
    return !stopped;
  };
  GDALRasterBandH band = GDALGetRasterBand(labels.get(), 1);
  GDALDatasetStartTransaction(target.get(), FALSE);
  bool good = GDALPolygonize(band, GDALGetMaskBand(band), layer, 0, nullptr, &tell,
                             const_cast<std::function<bool(double)>*>(&first_half)) == CE_None;
  good = GDALDatasetCommitTransaction(target.get()) == OGRERR_NONE && good;
  good = good && describe(target.get(), layer, facts, Areas(system), second_half);
  target.reset();
  if (stopped) return {Problem::kStopped, "stopped"};
  return good && !errors.failed() ? Answer()
                                  : errors.answer(Problem::kNotWritable, "the GeoPackage cannot be written");
}

}  // namespace

Answer write_polygons(const raster::PolygonFacts& facts, const std::function<bool(double share)>& progress) {
  try {
    set_up();
    return write(facts, progress);
  } catch (const std::bad_alloc&) {
    return {Problem::kNoMemory, "not enough memory for polygons"};
  }
}

}  // namespace relprompt::raster_gdal
