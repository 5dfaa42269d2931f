// swift-tools-version: 6.2
import PackageDescription

// Flawsmith: two programs, two sides that never link each other.
//   the tool   (flawsmith)         manifest, plan, state on disk, images, archives, metrics; no LibTorch
//   the engine (flawsmith-engine)  the networks, over LibTorch behind one C shim
// A target imports lower levels only; the README of each target says what it is for.

// MARK: - LibTorch: `make setup` leaves it, or a link to it, in .libtorch

let libTorch = "\(Context.packageDirectory)/.libtorch"
let cuda = Context.environment["FLAWSMITH_CUDA"] == "1"
let torchLibraries = cuda ? ["torch", "torch_cuda", "torch_cpu", "c10_cuda", "c10"] : ["torch_cpu", "c10"]
let torchLink: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-L\(libTorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libTorch)/lib", "-Xlinker",
            "--allow-shlib-undefined",
        ]
            + (cuda ? ["-Xlinker", "--no-as-needed"] : []) + torchLibraries.map { "-l\($0)" })
]
let torchCompile: [CXXSetting] = [
    .unsafeFlags(["-isystem", "\(libTorch)/include", "-isystem", "\(libTorch)/include/torch/csrc/api/include"])
]

// MARK: - Shared settings

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

/// A library under Sources/, with its tests under Tests/ unless told otherwise.
func library(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], tests: [Target.Dependency]? = []
)
    -> [Target]
{
    var targets: [Target] = [
        .target(
            name: name, dependencies: dependencies, exclude: ["README.md"], resources: resources,
            swiftSettings: swiftSettings)
    ]
    if let tests {
        targets.append(
            .testTarget(
                name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies + tests,
                swiftSettings: swiftSettings))
    }
    return targets
}

/// A stage module under Pipelines/.
func stage(_ name: String, _ dependencies: [Target.Dependency]) -> [Target] {
    [
        .target(
            name: name, dependencies: dependencies, path: "Pipelines/\(name)", exclude: ["README.md"],
            swiftSettings: swiftSettings)
    ]
}

let targets: [[Target]] = [
    // Level 0: C
    [
        .systemLibrary(name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(
            name: "CImageCodecs", exclude: ["README.md"],
            linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
        .target(name: "COpenBLAS", exclude: ["README.md"], linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CTorch", exclude: ["README.md"], cxxSettings: torchCompile, linkerSettings: torchLink),
    ],
    // Level 1: both sides
    library("Imaging", ["CImageCodecs"]),
    library("NumpyFiles", []),
    library("EngineLink", []),
    library("AnomalyAnnotation", ["Imaging"]),
    // Levels 1-2: the tool's side
    library("Archives", ["CLibArchive"]),
    library("ManifestKit", ["CLibYAML"]),
    library("StageKit", [crypto]),
    library("Forecasting", ["ManifestKit"]),
    library("EvaluationMetrics", ["COpenBLAS", "NumpyFiles"]),
    library("AnomalyDatasets", ["Imaging", "Archives"]),
    library("ClassicSynthesis", ["Imaging"]),
    library("StarterWorld", ["Imaging"]),
    library("StarterData", ["StarterWorld", "Archives", "Imaging"]),
    // Level 5: the tool's side
    library(
        "DetectorEvaluation",
        ["StageKit", "Archives", "AnomalyDatasets", "EvaluationMetrics", "Imaging", "NumpyFiles"],
        tests: ["Reporting"]),
    library(
        "Reporting",
        ["StageKit", "AnomalyDatasets", "DetectorEvaluation", "EvaluationMetrics", "Imaging", mustache]),
    // Levels 1-5: the engine's side
    library("TensorCore", ["CTorch"]),
    library("NeuralNet", ["TensorCore"], tests: ["GoldenSupport"]),
    library(
        "ClipModels", ["TensorCore", "NeuralNet", "Imaging"], resources: [.copy("Resources")], tests: ["GoldenSupport"]),
    library("DiffusionModels", ["TensorCore", "NeuralNet", "ClipModels"], tests: ["GoldenSupport"]),
    library(
        "AnomalyGeneration", ["TensorCore", "NeuralNet", "ClipModels", "DiffusionModels", "Imaging"],
        tests: ["AnomalyAnnotation", "GoldenSupport"]),
    library(
        "AnomalyDetection", ["TensorCore", "NeuralNet", "ClipModels", "Imaging", "NumpyFiles", crypto],
        resources: [.embedInCode("Resources/prompts.json")], tests: ["GoldenSupport"]),
    library("PictureQuality", ["TensorCore", "NeuralNet", "ClipModels", "Imaging"], tests: ["GoldenSupport"]),
    library(
        "StarterTraining",
        [
            "TensorCore", "NeuralNet", "ClipModels", "DiffusionModels", "AnomalyDetection", "AnomalyGeneration",
            "AnomalyAnnotation", "Imaging", "StarterWorld",
        ],
        tests: [crypto]),
    // What the parity tests share: weights drawn as the golden scripts draw them
    [
        .target(
            name: "GoldenSupport", dependencies: ["TensorCore", "NeuralNet", crypto], path: "Tests/GoldenSupport",
            swiftSettings: swiftSettings)
    ],
    // Level 6: the stages
    stage("IngestStage", ["StageKit", "Archives", "AnomalyDatasets", "Imaging"]),
    stage("ForegroundStage", ["StageKit", "AnomalyDatasets", "Imaging"]),
    [
        .testTarget(
            name: "ForegroundStageTests", dependencies: ["ForegroundStage", "StageKit", "AnomalyDatasets", "Imaging"],
            swiftSettings: swiftSettings)
    ],
    stage("SamplingStage", ["StageKit", "AnomalyDatasets"]),
    stage(
        "GenerationStage",
        ["StageKit", "EngineLink", "AnomalyAnnotation", "Archives", "AnomalyDatasets", "ClassicSynthesis", "Imaging"]),
    stage("ExportStage", ["StageKit", "Archives", "AnomalyDatasets", "Imaging"]),
    stage("TrainingStage", ["StageKit", "EngineLink", "AnomalyDatasets"]),
    stage(
        "DetectionStage",
        ["StageKit", "EngineLink", "AnomalyDatasets", "DetectorEvaluation", "EvaluationMetrics", "Imaging"]),
    stage(
        "AssessmentStage",
        [
            "StageKit", "EngineLink", "AnomalyAnnotation", "AnomalyDatasets", "EvaluationMetrics", "Imaging",
            "NumpyFiles", "Reporting",
        ]),
    [
        .testTarget(
            name: "AssessmentStageTests",
            dependencies: [
                "AssessmentStage", "StageKit", "EngineLink", "AnomalyDatasets", "NumpyFiles", "Reporting", "Imaging",
            ], swiftSettings: swiftSettings)
    ],
    stage(
        "ReportStage",
        ["StageKit", "AnomalyDatasets", "DetectorEvaluation", "EvaluationMetrics", "Imaging", "Reporting"]),
    [
        .testTarget(
            name: "DatasetStageTests",
            dependencies: [
                "IngestStage", "SamplingStage", "ExportStage", "StageKit", "Archives", "AnomalyDatasets", "Imaging",
            ],
            swiftSettings: swiftSettings)
    ],
    // Level 7: the programs
    [
        .executableTarget(
            name: "flawsmith",
            dependencies: [
                "StageKit", "ManifestKit", "Forecasting", "EngineLink", "AnomalyAnnotation", "AnomalyDatasets",
                "Archives", "Imaging", "NumpyFiles", "StarterData",
                "EvaluationMetrics", "DetectorEvaluation", "Reporting",
                "IngestStage", "ForegroundStage", "SamplingStage", "GenerationStage", "ExportStage", "TrainingStage",
                "DetectionStage", "AssessmentStage", "ReportStage", argumentParser,
            ],
            path: "Pipelines/flawsmith", exclude: ["README.md"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "flawsmith-engine",
            dependencies: [
                "CLinux", "EngineLink", "TensorCore", "NeuralNet", "ClipModels", "DiffusionModels", "AnomalyGeneration",
                "AnomalyDetection", "AnomalyAnnotation", "PictureQuality", "StarterTraining", "StarterWorld", "Imaging",
                "NumpyFiles",
            ],
            path: "Pipelines/flawsmith-engine", exclude: ["README.md"], swiftSettings: swiftSettings),
        .testTarget(
            name: "EngineTests",
            dependencies: ["flawsmith-engine", "EngineLink", "TensorCore", "NeuralNet", "Imaging"],
            swiftSettings: swiftSettings),
        // The real programs, run as a user runs them.
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "flawsmith", "flawsmith-engine", "StageKit", "EngineLink", "Imaging", "Archives", "AnomalyDatasets",
            ],
            swiftSettings: swiftSettings),
    ],
]

let package = Package(
    name: "flawsmith",
    products: [
        .executable(name: "flawsmith", targets: ["flawsmith"]),
        .executable(name: "flawsmith-engine", targets: ["flawsmith-engine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    ],
    targets: targets.flatMap { $0 },
    cxxLanguageStandard: .cxx20
)
