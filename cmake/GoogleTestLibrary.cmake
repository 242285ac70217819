# SPDX-License-Identifier: MIT
# GTest::gtest. Debian has no library of it for a machine that is cross-compiled for, but the sources.

if(NOT CMAKE_CROSSCOMPILING)
  find_package(GTest REQUIRED)
  return()
endif()
set(NLA_GOOGLETEST_SOURCES /usr/src/googletest CACHE PATH "Where Debian's package googletest is")
mark_as_advanced(NLA_GOOGLETEST_SOURCES)
if(NOT EXISTS "${NLA_GOOGLETEST_SOURCES}/CMakeLists.txt")
  message(FATAL_ERROR "GoogleTest's sources are missing: sudo apt-get install --no-install-recommends googletest")
endif()
set(BUILD_GMOCK OFF)
set(INSTALL_GTEST OFF)
add_subdirectory("${NLA_GOOGLETEST_SOURCES}" "${PROJECT_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL)
