# relprompt_embed_files(OUTPUT FOLDER folder FILES files...): a source with the bytes of all files below a folder, by
# their paths in it, and of further files by their names: find_asset of apps/serve/assets.h.
#
# Written while the build is configured, which happens again when one of the files changes.
set(relprompt_embed_types html "text/html; charset=utf-8" js "text/javascript; charset=utf-8" css
    "text/css; charset=utf-8" json "application/json" svg "image/svg+xml" png "image/png" ico "image/x-icon" webp
    "image/webp" woff2 "font/woff2" webmanifest "application/manifest+json" txt "text/plain; charset=utf-8")

# Appends the row of one file to the variable rows of the caller.
function(relprompt_embed_row path name)
  string(REGEX REPLACE ".*\\." "" ending "${name}")
  list(FIND relprompt_embed_types "${ending}" place)
  set(type application/octet-stream)
  if(NOT place EQUAL -1)
    math(EXPR place "${place} + 1")
    list(GET relprompt_embed_types ${place} type)
  endif()
  file(SIZE "${path}" size)
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${hex}")
  string(REPLACE "\n" "\"\n\"" text "${text}")
  set(rows "${rows}    {\"${name}\", \"${type}\", {\"${text}\", ${size}}},\n" PARENT_SCOPE)
endfunction()

function(relprompt_embed_files output)
  cmake_parse_arguments(EMBED "" "FOLDER" "FILES" ${ARGN})
  set(rows "")
  file(GLOB_RECURSE inside CONFIGURE_DEPENDS RELATIVE ${EMBED_FOLDER} ${EMBED_FOLDER}/*)
  foreach(name ${inside})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${EMBED_FOLDER}/${name})
    relprompt_embed_row(${EMBED_FOLDER}/${name} ${name})
  endforeach()
  foreach(path ${EMBED_FILES})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME)
    relprompt_embed_row(${path} ${name})
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
// Written by cmake/EmbedFiles.cmake.
#include "serve/assets.h"

namespace relprompt::serve {

const Asset* find_asset(std::string_view name) {
  static const Asset all[] = {
@rows@  };
  for (const Asset& asset : all)
    if (asset.name == name) return &asset;
  return nullptr;
}

}  // namespace relprompt::serve
]])
endfunction()
