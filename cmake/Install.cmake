# SPDX-License-Identifier: MIT
# `cmake --install`: the header, the libraries, the package for find_package(nolockalloc), and the
# file for pkg-config. The result may be moved: no file in it has an absolute path.
include(CMakePackageConfigHelpers)

set(NLA_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/nolockalloc")
set(NLA_PKGCONFIG_DIR "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

set(NLA_INSTALLED nolockalloc_shared nolockalloc_static)
if(TARGET nolockalloc_malloc)
  list(APPEND NLA_INSTALLED nolockalloc_malloc)
endif()
install(
  TARGETS ${NLA_INSTALLED}
  EXPORT nolockallocTargets
  RUNTIME COMPONENT nolockalloc_Runtime
  LIBRARY COMPONENT nolockalloc_Runtime NAMELINK_COMPONENT nolockalloc_Development
  ARCHIVE COMPONENT nolockalloc_Development)
install(
  FILES "${PROJECT_SOURCE_DIR}/include/nolockalloc.h"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT nolockalloc_Development)
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/include/nolockalloc"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT nolockalloc_Development
  FILES_MATCHING PATTERN "*.h")

# find_package(nolockalloc)
install(
  EXPORT nolockallocTargets
  NAMESPACE nolockalloc::
  DESTINATION "${NLA_PACKAGE_DIR}"
  COMPONENT nolockalloc_Development)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/nolockallocConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/nolockallocConfig.cmake"
  INSTALL_DESTINATION "${NLA_PACKAGE_DIR}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/nolockallocConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/nolockallocConfig.cmake"
        "${PROJECT_BINARY_DIR}/nolockallocConfigVersion.cmake"
  DESTINATION "${NLA_PACKAGE_DIR}"
  COMPONENT nolockalloc_Development)

# pkg-config nolockalloc
file(RELATIVE_PATH NLA_PREFIX_FROM_PKGCONFIG "/prefix/${NLA_PKGCONFIG_DIR}" /prefix)
string(REGEX REPLACE "/$" "" NLA_PREFIX_FROM_PKGCONFIG "${NLA_PREFIX_FROM_PKGCONFIG}")
configure_file(
  "${PROJECT_SOURCE_DIR}/cmake/nolockalloc.pc.in" "${PROJECT_BINARY_DIR}/nolockalloc.pc" @ONLY)
install(
  FILES "${PROJECT_BINARY_DIR}/nolockalloc.pc"
  DESTINATION "${NLA_PKGCONFIG_DIR}"
  COMPONENT nolockalloc_Development)

install(CODE [[message(STATUS "If programs do not find it: run ldconfig or set LD_LIBRARY_PATH")]])
if(TARGET nolockalloc_malloc)
  install(
    CODE
      [[message(STATUS "A whole program on it: LD_PRELOAD=${CMAKE_INSTALL_PREFIX}/lib/libnolockalloc-malloc.so program")]]
  )
endif()
