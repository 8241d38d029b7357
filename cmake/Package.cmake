# Debian packages of the install components (scripts/package.sh): relprompt, all for labelling, relprompt-torch, the
# library for training and GPUs, and relprompt-video, that for videos. What they depend on is read off the files by dpkg-shlibdeps.
set(CPACK_PACKAGE_NAME relprompt)
set(CPACK_PACKAGE_VENDOR "relprompt")
set(CPACK_PACKAGE_CONTACT "the relprompt developers <relprompt@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Open-vocabulary semantic segmentation on plain CPUs")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)

set(CPACK_COMPONENTS_ALL relprompt)
if(TARGET relprompt_torch_library)
  list(APPEND CPACK_COMPONENTS_ALL relprompt-torch)
endif()
if(TARGET relprompt_video_library)
  list(APPEND CPACK_COMPONENTS_ALL relprompt-video)
endif()
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
set(CPACK_DEBIAN_RELPROMPT-TORCH_PACKAGE_NAME relprompt-torch)
set(CPACK_DEBIAN_RELPROMPT-TORCH_PACKAGE_DEPENDS "relprompt (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_RELPROMPT-TORCH_DESCRIPTION
    "Training and GPUs for relprompt.\nlibrelprompt-torch.so, which relprompt loads for train, pretrain, experiments\nand --device cuda.")

set(CPACK_DEBIAN_RELPROMPT-VIDEO_PACKAGE_NAME relprompt-video)
set(CPACK_DEBIAN_RELPROMPT-VIDEO_PACKAGE_DEPENDS "relprompt (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_RELPROMPT-VIDEO_DESCRIPTION
    "Videos for relprompt.\nlibrelprompt-video.so, which relprompt loads for `relprompt video`: FFmpeg's libraries\nand OpenCV's optical flow.")

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt RENAME copyright
        COMPONENT relprompt)
install(FILES ${PROJECT_SOURCE_DIR}/examples/scene.png DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt/examples
        COMPONENT relprompt)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/demo DESTINATION ${CMAKE_INSTALL_DATADIR}/relprompt/models
        COMPONENT relprompt)
if(TARGET relprompt_torch_library)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt-torch RENAME copyright
          COMPONENT relprompt-torch)
endif()
if(TARGET relprompt_video_library)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/relprompt-video RENAME copyright
          COMPONENT relprompt-video)
endif()
include(CPack)
