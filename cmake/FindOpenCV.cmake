# OpenCV's core and imgproc. Debian keeps OpenCV's own CMake package in libopencv-dev, which brings
# every module and some 60 more packages; the two development packages that this project needs carry headers
# and libraries alone. So: OpenCV's package where there is one, else the same target names made here.
find_package(OpenCV ${OpenCV_FIND_VERSION} QUIET CONFIG COMPONENTS ${OpenCV_FIND_COMPONENTS})
if(OpenCV_FOUND)
  return()
endif()

find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
set(OpenCV_LIBS "")
set(opencv_libraries "")
foreach(component ${OpenCV_FIND_COMPONENTS})
  find_library(OpenCV_${component}_LIBRARY opencv_${component})
  list(APPEND opencv_libraries OpenCV_${component}_LIBRARY)
  list(APPEND OpenCV_LIBS opencv_${component})
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIR ${opencv_libraries})
if(OpenCV_FOUND)
  set(OpenCV_INCLUDE_DIRS ${OpenCV_INCLUDE_DIR})
  foreach(component ${OpenCV_FIND_COMPONENTS})
    if(NOT TARGET opencv_${component})
      add_library(opencv_${component} SHARED IMPORTED)
      set_target_properties(opencv_${component} PROPERTIES IMPORTED_LOCATION "${OpenCV_${component}_LIBRARY}"
                            INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
    endif()
  endforeach()
endif()
