# Builds that look for faults. Each is a preset of its own (CMakePresets.json)
# in a folder of its own; the release build has none of this.
option(SBHOST_SANITIZE "Build with AddressSanitizer and UBSan" OFF)
option(SBHOST_FUZZ "Build the targets of tests/fuzz with libFuzzer (clang)" OFF)
option(SBHOST_LINT "Run clang-tidy and cppcheck beside every compilation" OFF)

if(SBHOST_SANITIZE OR SBHOST_FUZZ)
  add_compile_definitions(SBHOST_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(SBHOST_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# As a companion of the compiler each tool runs on as many files at once as
# ninja does, and again only on what has changed since it was last content.
if(SBHOST_LINT)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  find_program(CPPCHECK cppcheck REQUIRED)
  # The hash of the settings is part of the command, so that with others every
  # file is looked at again.
  set(settings "")
  foreach(file .clang-tidy tests/.clang-tidy)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(SHA1 ${PROJECT_SOURCE_DIR}/${file} hash)
    string(APPEND settings ${hash})
  endforeach()
  set(CMAKE_C_CLANG_TIDY ${CLANG_TIDY} --quiet --warnings-as-errors=*
    --extra-arg=-DSB_TIDY_SETTINGS_${settings})
  set(CMAKE_C_CPPCHECK ${CPPCHECK} --quiet --error-exitcode=1 --inline-suppr
    --std=c11 --library=posix
    --enable=warning,performance,portability
    # Headers of the libraries are not always found, and need not be.
    --suppress=missingIncludeSystem)
endif()
