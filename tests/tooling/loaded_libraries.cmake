# ctest `tooling/loaded_libraries`: the program starts with at most 60 shared libraries, and with none that only
# training or fetching from a hub needs.
#   cmake -D PROGRAM=relprompt -D LDD=ldd -P loaded_libraries.cmake
execute_process(COMMAND ${LDD} ${PROGRAM} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${output}")
list(LENGTH lines count)
if(count GREATER 60)
  message(FATAL_ERROR "${PROGRAM} loads ${count} libraries, 60 are allowed:\n${output}")
endif()
if(output MATCHES "libcurl|libldap|libtorch|libavcodec|libgdal|libarchive|relprompt-(hub|torch|video|raster|tar)")
  message(FATAL_ERROR "${PROGRAM} loads a library that only optional parts need:\n${output}")
endif()
message("${count} libraries")
