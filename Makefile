# Flawsmith: set-up, build, tests, demo. Every line of output says which step it is in.
#
#   make setup    what is missing: Debian's libraries, LibTorch into .libtorch (CUDA=1: the CUDA build)
#   make build    both programs in .build/release
#   make lint     the tree against .swift-format
#   make test     every test that needs no GPU, no real weights and no long time
#   make torture  the promises of Output/README.md: every system call failed once, kills, simultaneous runs, damage, bad inputs
#                 (16 minutes on two cores of an Emerald Rapids Xeon; Tests/README.md says how to try one case again)
#   make slurm    shards on a real Slurm on this machine (as root; installs Debian's packages; ten minutes)
#   make demo     Manifests/starter.yaml from archives to report
#   make features networks that have seen real pictures, into .features: LPIPS on VGG16 for reports (models.lpips) and detectors,
#                 EfficientNet-Lite0 and MobileNetV2 for detectors (models.cnn)
#   make claims   the comparisons of Manifests/claims on the starter data: about an hour on two cores
#   make docs     the documentation catalogue into .build/docs; references: its pages on keys, from the schema
#   make dist     an archive of the programs and their libraries for Debian without Swift; dist-test tries it in bare roots (as root)
#   make clean    what the above made, LibTorch and .features excepted
#
# LIBTORCH=/path/to/torch uses a LibTorch that is there already (a folder with include/ and lib/).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
CUDA ?= 0
OUTPUT ?= Output
SWIFT_FLAGS := -c release --explicit-target-dependency-import-check error
export FLAWSMITH_CUDA := $(CUDA)

BIN := .build/release
prefix = 2>&1 | sed -u 's/^/[$(1)] /'

.PHONY: setup libraries libtorch features lint build untrained test torture slurm demo claims docs references dist dist-test clean

setup: libraries libtorch

libraries:
	@bash .make/libraries.sh $(call prefix,setup)

libtorch:
	@CUDA=$(CUDA) bash .make/libtorch.sh $(call prefix,setup)

features:
	@bash .make/features.sh $(call prefix,features)
	@bash .make/trunks.sh $(call prefix,features)

build: setup
	@swift build $(SWIFT_FLAGS) $(call prefix,build)

lint:
	@swift format lint --strict --parallel --recursive Package.swift Sources Pipelines Tests $(call prefix,lint)

# Small models with random weights: what tests of the programs run on, in seconds.
untrained: build
	@$(BIN)/flawsmith starter --to .build/untrained $(call prefix,untrained)

test: untrained
	@swift build --build-tests $(SWIFT_FLAGS) $(call prefix,build-tests)
	@OMP_NUM_THREADS=1 swift test --skip-build $(SWIFT_FLAGS) --skip '^(PipelineTests|EngineTests)\.' $(call prefix,test)
	@OMP_NUM_THREADS=1 swift test --skip-build $(SWIFT_FLAGS) --filter '^(PipelineTests|EngineTests)\.' $(call prefix,test-programs)

torture: untrained
	@swift build --build-tests $(SWIFT_FLAGS) $(call prefix,build-tests)
	@bash .make/torture.sh $(SWIFT_FLAGS) $(call prefix,torture)

slurm: untrained
	@bash .make/slurm.sh $(BIN) $(CASES) $(call prefix,slurm)

demo: build
	@$(BIN)/flawsmith run Manifests/starter.yaml --output $(OUTPUT) $(call prefix,demo)
	@$(BIN)/flawsmith sheet Manifests/starter.yaml --output $(OUTPUT) --each 2 --to $(OUTPUT)/starter.png $(call prefix,demo)

claims: build
	@bash .make/claims.sh $(BIN) $(OUTPUT) $(call prefix,claims)

docs:
	@bash .make/docs.sh $(call prefix,docs)

references: build
	@$(BIN)/flawsmith schema > Sources/Flawsmith.docc/ManifestReference.md
	@$(BIN)/flawsmith schema --of comparison > Sources/Flawsmith.docc/ComparisonReference.md
	@echo "[references] wrote Sources/Flawsmith.docc/ManifestReference.md, ComparisonReference.md"

dist: build
	@bash .make/dist.sh $(call prefix,dist)

dist-test:
	@bash .make/dist-test.sh $(call prefix,dist-test)

clean:
	@rm -rf .build Output/objects Output/units Output/runs Output/cache Output/exports Output/comparisons Output/claims-*
	@echo "[clean] removed .build and what runs left in Output"
