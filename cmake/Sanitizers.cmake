# SPDX-License-Identifier: MIT
# NOLOCKALLOC_SANITIZE=address,undefined instruments the C half, the tests and the examples. The C#
# half is not instrumented, and the tests that count symbols or calls of malloc are left out.

set(NOLOCKALLOC_SANITIZE "" CACHE STRING "What -fsanitize= is given, or nothing")

if(NOLOCKALLOC_SANITIZE)
  add_compile_options(
    $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${NOLOCKALLOC_SANITIZE}>
    $<$<COMPILE_LANGUAGE:C,CXX>:-fno-sanitize-recover=all>
    $<$<COMPILE_LANGUAGE:C,CXX>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=${NOLOCKALLOC_SANITIZE})
endif()
