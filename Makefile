# make demo | make test | make build | make setup [CUDA=1] | make format | make lint | make asan |
# make docs | make docs-check | make clean
# make install PREFIX=/opt/mien [TRAINING=0] | make dist | make example
# make bench [ROWS=train,infer,latency,architectures,start,explain] [QUICK=1] [DATA=folder] | make bench-growth
# make bench-sizes
# make bench-micro | make bench-guard
# make serve [OPTIONS='--bind 127.0.0.1:8080'] | make serve-check
# make differential [KINDS=tiff,clip] [SEED=1]
# make participants-check
# make distributed-check [TORCHRUN=/path/to/torchrun] [CASES='stop srun']
# make sweep-check
# make integrations-check [PICTURES=2000] [SHARDS=40] [ENGINES='parallel slurm spark ray']
# LIBTORCH=/path builds on a libtorch of one's own: the folder that holds include/ and lib/.
SHELL := /bin/bash
DEPS := $(CURDIR)/.deps
LIBTORCH_DIR := $(if $(LIBTORCH),$(abspath $(LIBTORCH)),$(DEPS)/site/torch)
export PKG_CONFIG_PATH := $(DEPS)/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))
# The run path is what lets the program start from any folder without environment variables.
SWIFT_FLAGS := -c release -Xlinker -rpath -Xlinker $(LIBTORCH_DIR)/lib \
	-Xlinker -rpath -Xlinker $(DEPS)/onednn/lib
MIEN := .build/release/mien

.PHONY: all setup build program test demo bench bench-growth bench-sizes bench-micro bench-guard format lint asan docs docs-check \
	serve serve-check differential participants-check integrations-check sweep-check distributed-check install dist example gpu-check \
	clean

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
	@python3 -m unittest discover --quiet --start-directory Benchmarks/bench
	@python3 -m unittest discover --quiet --start-directory Benchmarks/gpu
	@python3 Benchmarks/guard/guard.py .build/release

# The program and what it loads. The service is a program of its own, whose libraries the demo need not wait for.
PROGRAM := mien mien-torch mien-scoring mien-vision mien-media mien-video mien-camera mien-classical
program: setup
	@set -e; for product in $(PROGRAM); do swift build $(SWIFT_FLAGS) --product $$product; done

demo: program
	scripts/demo $(MIEN)

# Mien beside PyTorch, ONNX Runtime and OpenVINO, which are put into BENCH_PEERS. Takes a quarter of
# an hour; QUICK=1 only shows that all works.
BENCH_PEERS ?= $(DEPS)/bench
BENCH = python3 Benchmarks/bench --mien $(MIEN) --python $(BENCH_PEERS)/bin/python
bench: build
	scripts/bench-peers $(BENCH_PEERS)
	$(BENCH) $(if $(ROWS),--rows $(ROWS)) $(if $(QUICK),--quick) $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(DATA),--data $(DATA)) $(if $(WHOLE_EPOCH),--whole-epoch)

# How cost grows with images, image size, batch and threads.
bench-growth: build
	python3 Benchmarks/growth/growth.py --mien $(MIEN) $(if $(QUICK),--quick)

# Peak memory over thousands of pictures that all differ in size; it must stay under a limit.
bench-sizes: build
	python3 Benchmarks/growth/sizes.py --mien $(MIEN)

# The parts around the network, in one process.
bench-micro: setup
	MIEN_MICRO=1 swift build $(SWIFT_FLAGS)
	.build/release/MienMicro

# Writes the figures anew that `make test` holds the instruction counts of small jobs against.
bench-guard: setup
	swift build $(SWIFT_FLAGS) --product InstructionGuard
	swift build $(SWIFT_FLAGS) --product mien-scoring
	swift build $(SWIFT_FLAGS) --product mien-vision
	python3 Benchmarks/guard/guard.py .build/release --write

format:
	swift format format --in-place --recursive Package.swift Sources Tests Benchmarks Examples/ScorePhoto/{Package.swift,Sources}

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks Examples/ScorePhoto/{Package.swift,Sources}
	scripts/check-imports
	scripts/check-messages
	scripts/check-summaries
	scripts/check-spelling
	scripts/check-docs $(if $(wildcard $(MIEN)),--mien $(MIEN))

# Runs the example lines of README.md on drawn data.
docs-check: build
	scripts/run-examples $(MIEN)

# The page and the HTTP interface of docs/service.md.
serve: build
	$(MIEN) serve $(OPTIONS)

# The page in a browser, other programs' clients, and slow or broken requests, for some minutes.
serve-check: build
	scripts/serve-check $(MIEN)

# The API reference, from the documentation comments, into .build/docs.
docs: setup
	scripts/build-docs

# Damaged images and videos through the C header over OpenCV and FFmpeg, for a minute.
asan: setup
	scripts/asan

# Pictures and clips of every kind beside other programs' readers, for some minutes.
differential: build
	scripts/differential $(if $(KINDS),--kinds $(KINDS)) $(if $(SEED),--seed $(SEED))

# Effects and leaks planted in files of 60 drawn participants, from files to evaluation: 15 minutes.
participants-check: setup
	MIEN_SLOW_TESTS=1 OMP_WAIT_POLICY=PASSIVE swift test $(SWIFT_FLAGS) \
		--filter 'StudyPropertyTests|PermutationUniformityTests'

# Batch scoring on the engines that are installed, with workers killed at random.
integrations-check: build
	integrations/check $(MIEN) $(ENGINES)

# A sweep as a Slurm array on this machine, with a worker killed; root.
sweep-check: build
	integrations/check-sweep $(MIEN)

# Training in two processes over network namespaces as hosts, with ranks killed and links cut; root.
distributed-check: build
	scripts/distributed-check $(MIEN) $(CASES)

# The program in a folder that can be moved; without libtorch where TRAINING=0.
PREFIX ?= /usr/local
WITHOUT_TRAINING := $(if $(filter 0,$(TRAINING)),--without-training)
install: build
	LIBTORCH='$(LIBTORCH)' scripts/install $(WITHOUT_TRAINING) $(PREFIX)

# Archives that need neither Swift nor a set-up: one for scoring, one with training.
dist: build
	LIBTORCH='$(LIBTORCH)' scripts/dist

# A package that depends on Mien, built and run on a face that Mien draws.
example: setup
	scripts/example

# 200 training steps on a GPU against the same steps on the processor.
gpu-check:
	LIBTORCH='$(LIBTORCH)' scripts/gpu-check

clean:
	rm -rf .build
