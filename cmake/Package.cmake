# Debian packages of the install components (scripts/package.sh): relprompt, all for labelling, and one for each library that
# brings many others: relprompt-torch, relprompt-video, relprompt-raster. What they depend on is read off the files by
# dpkg-shlibdeps.
set(CPACK_PACKAGE_NAME relprompt)
set(CPACK_PACKAGE_VENDOR "relprompt")
set(CPACK_PACKAGE_CONTACT "the relprompt developers <relprompt@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Open-vocabulary semantic segmentation on plain CPUs")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)

set(CPACK_COMPONENTS_ALL relprompt)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# librelprompt-torch.so belongs to the very build of librelprompt.so.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)
set(CPACK_DEBIAN_RELPROMPT_PACKAGE_NAME relprompt)
set(CPACK_DEBIAN_RELPROMPT_DESCRIPTION
    "Labels every pixel of an image with class names that the user types.\nThe program, librelprompt with its headers, and the plug-in that fetches models\nof the Hugging Face hub. Labelling needs no LibTorch.")
set(about_torch "Training and GPUs for relprompt.\nlibrelprompt-torch.so, which relprompt loads for train, pretrain, experiments\nand --device cuda.")
set(about_video "Videos for relprompt.\nlibrelprompt-video.so, which relprompt loads for `relprompt video`: FFmpeg's libraries\nand OpenCV's optical flow.")
set(about_raster "Georeferenced rasters for relprompt.\nlibrelprompt-raster.so, which relprompt loads for `relprompt raster`: GDAL.")
foreach(name IN LISTS relprompt_own_components)
  if(NOT TARGET relprompt_${name}_library)
    continue()
  endif()
  list(APPEND CPACK_COMPONENTS_ALL relprompt-${name})
  string(TOUPPER RELPROMPT-${name} component)
  set(CPACK_DEBIAN_${component}_PACKAGE_NAME relprompt-${name})
  set(CPACK_DEBIAN_${component}_PACKAGE_DEPENDS "relprompt (= ${PROJECT_VERSION})")
  set(CPACK_DEBIAN_${component}_DESCRIPTION "${about_${name}}")
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt-${name} RENAME copyright
          COMPONENT relprompt-${name})
endforeach()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt RENAME copyright
        COMPONENT relprompt)
install(FILES ${PROJECT_SOURCE_DIR}/examples/scene.png DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt/examples
        COMPONENT relprompt)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/demo DESTINATION ${CMAKE_INSTALL_DATADIR}/relprompt/models
        COMPONENT relprompt)
include(CPack)
