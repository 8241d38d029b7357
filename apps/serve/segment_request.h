// What a request for masks asks for, from JSON, multipart or a raw body with a query: fields with the names
// and rules of the command line's flags.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/image.h"
#include "relprompt/options.h"

#include "serve/http.h"
#include "serve/settings.h"

namespace relprompt::serve {

struct SegmentRequest {
  std::string image;            ///< bytes of an image file
  std::optional<Image> pixels;  ///< in place of it
  std::string image_url;        ///< in place of it: an address to fetch it from
  std::string file_name;        ///< as the client calls it; empty: it does not say
  std::string model, head;
  ClassList classes;
  TextOptions text;
  BackgroundOptions background;
  SegmentOptions protocol;
  std::vector<std::string> outputs;
  OutputOptions output_options;
  bool keep = false;
};

/// Reads the body, which it may take apart. Throws HttpError and Error for what is malformed, unknown, out of
/// range or beyond the settings' limits.
SegmentRequest parse_segment(Request& request, const ServerSettings& settings);

/// Fields that change labels of kept scores: `unknown`, `calibration`, `seen`, `min_area`, `outputs`,
/// `overlay`. The request holds what was asked for before and is changed where a field says otherwise. Throws
/// as parse_segment.
void parse_relabel(const Request& request, const ServerSettings& settings, SegmentRequest& before);

/// The same of fields that somebody else has read; the request holds the image. Throws as parse_segment.
SegmentRequest read_segment_fields(const nlohmann::json& fields, SegmentRequest with_image,
                                   const ServerSettings& settings);

/// The object of a JSON body. Throws HttpError(400).
nlohmann::json read_body(const std::string& body, std::size_t max_bytes);

/// Bytes of an image from base64 or a data: URL. Throws HttpError(400), which tells a path or URL in place of
/// it.
std::string image_from_text(const std::string& text, const std::string& where);

/// Takes the image of a JSON request: base64 and data: URLs are decoded; an address of the Web is only noted,
/// where the server may fetch any. `where` names the field in messages. Throws HttpError(400).
void take_image(const std::string& text, const std::string& where, const ServerSettings& settings,
                SegmentRequest& request);

/// Throws HttpError(422) for more classes, names, or longer names than the settings allow.
void check_class_limits(const ClassList& classes, const ServerSettings& settings);

}  // namespace relprompt::serve
