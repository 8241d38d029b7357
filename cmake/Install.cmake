# cmake --install: the shared library, its headers, the command line, and what lets another project find them
# (a CMake package and a pkg-config file). Consumers compile against include/relprompt alone: OpenCV and the rest
# stay behind the library. The optional LibTorch library is a component of its own:
#   cmake --install BUILD --component relprompt          all for labelling
#   cmake --install BUILD --component relprompt-torch    training and GPUs
#   cmake --install BUILD --component relprompt-video    videos, whose libraries bring some hundred others
#   cmake --install BUILD --component relprompt-raster   georeferenced rasters, whose GDAL does as well
include(CMakePackageConfigHelpers)

set_target_properties(relprompt PROPERTIES VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_compile_features(relprompt INTERFACE cxx_std_17)

# The program finds the library beside itself wherever the prefix lies, and the libraries find what they were linked
# with, so nobody needs LD_LIBRARY_PATH.
file(RELATIVE_PATH relprompt_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(relprompt PROPERTIES INSTALL_RPATH "$ORIGIN" INSTALL_RPATH_USE_LINK_PATH ON)
set(relprompt_cli_rpath "$ORIGIN/${relprompt_bin_to_lib}" "$ORIGIN/../lib")  # the second: in the build tree
list(REMOVE_DUPLICATES relprompt_cli_rpath)
set_target_properties(relprompt_cli PROPERTIES INSTALL_RPATH "${relprompt_cli_rpath}" INSTALL_RPATH_USE_LINK_PATH ON)
# In the build tree CMake would pad a shorter path with colons to make room for that one, and the loader takes
# what lies between two colons for the current folder: libraries of whoever owns that folder would be run.
set_target_properties(relprompt relprompt_cli PROPERTIES BUILD_WITH_INSTALL_RPATH ON)

set(relprompt_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/relprompt)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME relprompt)
get_property(relprompt_optional GLOBAL PROPERTY relprompt_optional_libraries)
set(relprompt_own_components torch video raster)
foreach(library IN LISTS relprompt_optional)
  string(REGEX REPLACE "^relprompt_(.*)_library$" "\\1" name ${library})
  set(component relprompt)
  if(name IN_LIST relprompt_own_components)
    set(component relprompt-${name})
  endif()
  set_target_properties(${library} PROPERTIES INSTALL_RPATH "$ORIGIN" INSTALL_RPATH_USE_LINK_PATH ON
                        BUILD_WITH_INSTALL_RPATH ON)
  install(TARGETS ${library} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
endforeach()
install(TARGETS relprompt EXPORT relpromptTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS relprompt_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/relprompt DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_BINARY_DIR}/generated/relprompt/version.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/relprompt)

install(EXPORT relpromptTargets NAMESPACE relprompt:: DESTINATION ${relprompt_package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/relpromptConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/relpromptConfig.cmake
                              INSTALL_DESTINATION ${relprompt_package_dir})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/relpromptConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/relpromptConfig.cmake ${PROJECT_BINARY_DIR}/relpromptConfigVersion.cmake
        DESTINATION ${relprompt_package_dir})

# The prefix is written relative to the file, so that `cmake --install --prefix` needs no new configuration.
file(RELATIVE_PATH relprompt_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${CMAKE_CURRENT_LIST_DIR}/relprompt.pc.in ${PROJECT_BINARY_DIR}/relprompt.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/relprompt.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
