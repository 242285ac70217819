# SPDX-License-Identifier: MIT
# The version stands in project() and in the public header; a difference stops the configuration.

function(nla_check_header_version header)
  set(version "")
  foreach(part IN ITEMS MAJOR MINOR PATCH)
    file(STRINGS "${header}" line REGEX "^#define NOLOCKALLOC_VERSION_${part} ")
    string(REGEX MATCH "[0-9]+$" number "${line}")
    list(APPEND version "${number}")
  endforeach()
  list(JOIN version . version)
  if(NOT version STREQUAL PROJECT_VERSION)
    message(FATAL_ERROR "${header} says version '${version}', project() says ${PROJECT_VERSION}")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
endfunction()
