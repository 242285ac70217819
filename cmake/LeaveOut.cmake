# SPDX-License-Identifier: MIT
# Tests that a machine cannot run. They are left out by name, and each time ctest runs it says so and why.

# nla_leave_out(<name> <reason> [PROGRAMS <topic>...] [TESTS <pattern>...])
#
# Appends to left_out and left_out_tests. The test left_out.<name> prints what is missing, and is skipped.
function(nla_leave_out name reason)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "PROGRAMS;TESTS")
  list(JOIN arg_PROGRAMS " " programs)
  list(JOIN arg_TESTS " " tests)
  set(says "not run, ${reason}: ${programs} ${tests}")
  message(STATUS "Tests ${says}")
  add_test(NAME left_out.${name} COMMAND sh -c "echo \"$0\"; exit 77" "${says}")
  set_tests_properties(left_out.${name} PROPERTIES SKIP_RETURN_CODE 77)
  set(left_out ${left_out} ${arg_PROGRAMS} PARENT_SCOPE)
  set(left_out_tests ${left_out_tests} ${arg_TESTS} PARENT_SCOPE)
endfunction()
