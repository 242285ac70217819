# SPDX-License-Identifier: MIT
# The target `proof`: every instruction interrupted, abandoned, forked at and stopped at, every
# schedule, every planted bug, one report. And the tests of what makes that report.

set(proof_dir "${PROJECT_SOURCE_DIR}/native-tests/proof")
if(NOT EXISTS "${proof_dir}/report" OR NOLOCKALLOC_SANITIZE OR CMAKE_CROSSCOMPILING)
  return() # The sanitizers' instructions would be counted, and their locks would be waited for.
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# ---- What it runs -------------------------------------------------------------------------------

set(planted
    Python3::Interpreter -B "${proof_dir}/planted" --source "${PROJECT_SOURCE_DIR}")
set(planted_all
    "${Python3_EXECUTABLE}" -B "${proof_dir}/planted" --source "${PROJECT_SOURCE_DIR}" --workspace
    "${PROJECT_BINARY_DIR}/planted" --programs "${PROJECT_BINARY_DIR}/native-tests" --programs
    "${PROJECT_BINARY_DIR}/native-tests/proof" --cmake "${CMAKE_COMMAND}" --dotnet "${NLA_DOTNET}")
foreach(name IN ITEMS CMAKE_BUILD_TYPE NOLOCKALLOC_HARDENED NOLOCKALLOC_CHECKS)
  list(APPEND planted_all --define "${name}=${${name}}")
endforeach()

# In the folder of the test `managed`, so that it is compiled once.
set(schedules
    ${NLA_DOTNET_COMMAND} test "${PROJECT_SOURCE_DIR}/managed/NoLockAlloc.Tests" -c Release --nologo
    -p:UseSharedCompilation=false "-p:ArtifactsPath=${PROJECT_BINARY_DIR}/managed/managed" --filter
    FullyQualifiedName~InterleavingTests)

# The tests that interrupt calls, too, or are interrupted throughout: they come where the programs have no path.
set(tests "${Python3_EXECUTABLE}" -B "${proof_dir}/report/stepping_tests.py" --ctest "${CMAKE_CTEST_COMMAND}"
          --build "${PROJECT_BINARY_DIR}")

# ---- The report ---------------------------------------------------------------------------------

set(report
    Python3::Interpreter -B "${proof_dir}/report" --library $<TARGET_FILE:nolockalloc_shared> --out
    "${PROJECT_BINARY_DIR}/proof" --objdump "${CMAKE_OBJDUMP}" --nm "${CMAKE_NM}")
set(proof_programs "")
foreach(check IN ITEMS interrupted abandoned forked stopped disturbed settled)
  if(TARGET proof_${check})
    list(APPEND proof_programs proof_${check})
    list(APPEND report --program $<TARGET_FILE:proof_${check}>)
  endif()
endforeach()
foreach(step IN ITEMS schedules planted_all tests)
  set(words ${${step}})
  string(REPLACE _ - option "${step}")
  list(TRANSFORM words PREPEND "--${option}=")
  list(APPEND report ${words})
endforeach()

set(detectors "") # the programs of tests that the rules for planted bugs name
file(GLOB rules CONFIGURE_DEPENDS "${proof_dir}/planted/rules/*.rule")
foreach(rule IN LISTS rules)
  file(STRINGS "${rule}" detector REGEX "^detector: [a-z_]+_test ")
  string(REGEX REPLACE "^detector: ([a-z_]+) .*" "\\1" detector "${detector}")
  list(APPEND detectors ${detector})
endforeach()
list(REMOVE_DUPLICATES detectors)

add_custom_target(
  proof
  COMMAND ${report}
  DEPENDS nolockalloc_shared ${proof_programs} ${detectors}
  COMMENT "The proof: about half an hour; fewer or more NLA_PROOF_SECONDS than 1200 change that"
  USES_TERMINAL VERBATIM)
add_dependencies(proof topic_tests)

# ---- Tests of these programs --------------------------------------------------------------------

foreach(part IN ITEMS report planted)
  add_test(NAME proof.${part} COMMAND Python3::Interpreter -B -m unittest discover -s
                                      "${proof_dir}/${part}")
endforeach()
add_test(NAME proof.planted.rules COMMAND ${planted} --rules)
