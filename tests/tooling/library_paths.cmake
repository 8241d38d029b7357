# No program or library of the build may look for libraries in the current folder, which is what an empty entry of
# its run path means.
#   cmake -D FILES="a;b" -D READELF=readelf -P library_paths.cmake
foreach(file IN LISTS FILES)
  execute_process(COMMAND ${READELF} -d ${file} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  if(dynamic MATCHES "(RUNPATH|RPATH)[^[]*\\[([^]]*)\\]")
    set(path "${CMAKE_MATCH_2}")
    if(path MATCHES "^:|::|:$" OR path STREQUAL "")
      message(FATAL_ERROR "${file} looks for libraries in the current folder: its run path is [${path}]")
    endif()
  endif()
endforeach()
