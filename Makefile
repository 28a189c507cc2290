# make demo | make test | make build | make setup [CUDA=1] | make format | make lint | make clean
# LIBTORCH=/path builds on a libtorch of one's own: the folder that holds include/ and lib/.
SHELL := /bin/bash
DEPS := $(CURDIR)/.deps
LIBTORCH_DIR := $(if $(LIBTORCH),$(abspath $(LIBTORCH)),$(DEPS)/site/torch)
export PKG_CONFIG_PATH := $(DEPS)/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))
# The run path is what lets the program start from any folder without environment variables.
SWIFT_FLAGS := -c release -Xlinker -rpath -Xlinker $(LIBTORCH_DIR)/lib
MIEN := .build/release/mien

.PHONY: all setup build test demo format lint clean

all: build

setup:
	@CUDA='$(CUDA)' LIBTORCH='$(LIBTORCH)' scripts/setup

build: setup
	swift build $(SWIFT_FLAGS)

# Tests run at the same time: threads that wait must not spin. What failed is said once more at
# the end.
test: setup
	@set -o pipefail; mkdir -p .build; \
	OMP_WAIT_POLICY=PASSIVE swift test $(SWIFT_FLAGS) 2>&1 | tee .build/test.log \
	|| { echo; echo 'Failed:'; grep -aE '✘|error:|Fatal' .build/test.log; exit 1; }

demo: build
	scripts/demo $(MIEN)

format:
	swift format format --in-place --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests
	scripts/check-imports

clean:
	rm -rf .build
