# SPDX-License-Identifier: MIT
# Targets `format`, which rewrites the C and C++ sources as .clang-format says, and `format-check`,
# which fails where that would change something.

find_program(NLA_CLANG_FORMAT clang-format)
mark_as_advanced(NLA_CLANG_FORMAT)
if(NOT NLA_CLANG_FORMAT)
  return()
endif()

set(globs "")
foreach(folder IN ITEMS include native native-tests examples bench)
  foreach(suffix IN ITEMS h c cc cpp)
    list(APPEND globs "${PROJECT_SOURCE_DIR}/${folder}/*.${suffix}")
  endforeach()
endforeach()
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${globs})
add_custom_target(format COMMAND "${NLA_CLANG_FORMAT}" -i ${sources} VERBATIM)
add_custom_target(
  format-check COMMAND "${NLA_CLANG_FORMAT}" --dry-run --Werror ${sources} VERBATIM)
