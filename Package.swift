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

let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let algorithms = Target.Dependency.product(name: "Algorithms", package: "swift-algorithms")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

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
            linkerSettings: [
                .linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("tiff"), .linkedLibrary("webp"),
                .linkedLibrary("z"),
            ]),
        .target(name: "COpenBLAS", exclude: ["README.md"], linkerSettings: [.linkedLibrary("dl")]),
        // Our own kernels, in C++ alone: nothing in Swift imports them.
        .target(name: "CTorchKernels", exclude: ["README.md"], cxxSettings: torchCompile, linkerSettings: torchLink),
        .target(name: "CTorch", dependencies: ["CTorchKernels"], exclude: ["README.md"], cxxSettings: torchCompile),
    ],
    // Level 1: both sides
    library("ParameterKit", []),
    library("FileSigns", []),
    library("Imaging", ["CImageCodecs", "FileSigns"]),
    library("NumpyFiles", ["FileSigns"]),
    library("MethodKit", ["ParameterKit", "Imaging"]),
    library("EngineLink", ["MethodKit", "ParameterKit"]),
    library("AnomalyAnnotation", ["Imaging"]),
    library("PictureGate", ["AnomalyAnnotation", "ParameterKit", "Imaging"]),
    // Levels 1-2: the tool's side
    library("Archives", ["CLibArchive", "FileSigns", collections]),
    library("ManifestKit", ["CLibYAML", "ParameterKit", collections], tests: nil),
    library("StageKit", [crypto, "CLinux", "ParameterKit"]),
    library("EvaluationMetrics", ["COpenBLAS", "NumpyFiles"]),
    library("AnomalyDatasets", ["Imaging", "Archives"]),
    library("Generators", ["MethodKit", "ParameterKit", "Imaging"], tests: ["StageKit"]),
    library("Detectors", ["MethodKit", "ParameterKit"]),
    library("ExportLayouts", ["MethodKit", "ParameterKit", "AnomalyDatasets", "Archives", "Imaging"]),
    library(
        "ManifestSections",
        [
            "ManifestKit", "MethodKit", "ParameterKit", "Generators", "Detectors", "ExportLayouts", "AnomalyAnnotation",
            "AnomalyDatasets", "Archives", "EvaluationMetrics", "Imaging", "PictureGate",
        ]),
    library("Forecasting", ["ManifestSections", "MethodKit", "ExportLayouts"]),
    // The one target that speaks to a network.
    library("ModelHub", nio + [nioSSL, crypto, "StageKit", "ParameterKit", "FileSigns"], tests: ["HubServer"]),
    library("StarterWorld", ["Imaging"]),
    library("StarterData", ["StarterWorld", "Archives", "Imaging"]),
    // Level 5: the tool's side
    library(
        "DetectorEvaluation",
        [
            "StageKit", "ParameterKit", "MethodKit", "EngineLink", "Archives", "AnomalyDatasets", "EvaluationMetrics",
            "Imaging", "NumpyFiles",
        ],
        tests: ["Reporting"]),
    library(
        "Reporting",
        [
            "StageKit", "ParameterKit", "AnomalyDatasets", "DetectorEvaluation", "EvaluationMetrics", "Imaging",
            "PictureGate",
        ]),
    // Levels 1-5: the engine's side
    library("TensorCore", ["CTorch"]),
    library("NeuralNet", ["TensorCore", "FileSigns"], tests: ["GoldenSupport"]),
    library(
        "ClipModels", ["TensorCore", "NeuralNet", "Imaging", "FileSigns"], resources: [.copy("Resources")],
        tests: ["GoldenSupport"]),
    library(
        "FeatureTrunks", ["TensorCore", "NeuralNet", "Imaging", "Detectors", crypto], tests: ["GoldenSupport"]),
    library(
        "DiffusionModels", ["TensorCore", "NeuralNet", "ClipModels", "FileSigns", "ParameterKit"],
        tests: ["GoldenSupport"]),
    library(
        "AnomalyGeneration",
        [
            "TensorCore", "NeuralNet", "ClipModels", "DiffusionModels", "Imaging", "EngineLink", "MethodKit",
            "Generators",
            "ParameterKit",
        ],
        tests: ["AnomalyAnnotation", "StarterWorld", "GoldenSupport"]),
    library(
        "AnomalyDetection",
        [
            "TensorCore", "NeuralNet", "ClipModels", "FeatureTrunks", "Imaging", "EngineLink", "MethodKit", "Detectors",
            "ParameterKit", "NumpyFiles", algorithms, crypto,
        ],
        resources: [.embedInCode("Resources/prompts.json"), .embedInCode("Resources/winclip.json")],
        tests: ["GoldenSupport"]),
    library(
        "PictureQuality", ["TensorCore", "NeuralNet", "ClipModels", "Imaging", algorithms], tests: ["GoldenSupport"]),
    library(
        "StarterTraining",
        [
            "TensorCore", "NeuralNet", "ClipModels", "DiffusionModels", "AnomalyDetection", "AnomalyGeneration",
            "AnomalyAnnotation", "PictureQuality", "Imaging", "StarterWorld", "ParameterKit",
        ],
        tests: [crypto]),
    // What the parity tests share: weights drawn as the golden scripts draw them
    [
        .target(
            name: "GoldenSupport", dependencies: ["TensorCore", "NeuralNet", "ParameterKit", crypto],
            path: "Tests/GoldenSupport",
            swiftSettings: swiftSettings)
    ],
    // What the stages' own tests share: an engine that a closure plays, and small data sets
    [
        .target(
            name: "StageSupport", dependencies: ["StageKit", "EngineLink", "AnomalyDatasets", "Imaging"],
            path: "Tests/StageSupport", swiftSettings: swiftSettings),
        .testTarget(
            name: "GenerationStageTests",
            dependencies: [
                "GenerationStage", "StageSupport", "StageKit", "EngineLink", "MethodKit", "ParameterKit", "Generators",
                "AnomalyAnnotation", "AnomalyDatasets", "Imaging", "PictureGate",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "DetectionStageTests",
            dependencies: [
                "DetectionStage", "IngestStage", "SamplingStage", "StageSupport", "StageKit", "EngineLink", "MethodKit",
                "ParameterKit", "Detectors", "DetectorEvaluation", "EvaluationMetrics", "AnomalyDatasets", "Imaging",
                "NumpyFiles",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "FitStageTests",
            dependencies: [
                "FitStage", "StageSupport", "StageKit", "EngineLink", "MethodKit", "ParameterKit", "Detectors",
                "DetectorEvaluation", "AnomalyDatasets",
            ],
            swiftSettings: swiftSettings),
    ],
    // Pages against the sources that they tell of
    [
        .testTarget(
            name: "DocumentationTests", dependencies: ["ManifestKit", "ManifestSections"], swiftSettings: swiftSettings)
    ],
    // Suites that try thousands of cases: how many, with which random numbers, and the table of what came of them
    [
        .target(name: "TortureSupport", path: "Tests/TortureSupport", swiftSettings: swiftSettings),
        .testTarget(
            name: "HostileInputTests",
            dependencies: [
                "TortureSupport", "Archives", "Imaging", "NumpyFiles", "ManifestKit", "ManifestSections",
                "AnomalyDatasets", "AnomalyDetection", "DetectorEvaluation", "TensorCore", "NeuralNet", "ClipModels",
                "DiffusionModels",
            ], swiftSettings: swiftSettings),
    ],
    // A hub on loopback that does what a test says
    [
        .target(
            name: "HubServer", dependencies: nio + [nioSSL, crypto], path: "Tests/HubServer",
            swiftSettings: swiftSettings)
    ],
    // Level 6: the stages
    stage("IngestStage", ["StageKit", "ParameterKit", "Archives", "AnomalyDatasets", "Imaging", "CLinux"]),
    stage("ForegroundStage", ["StageKit", "ParameterKit", "AnomalyDatasets", "Imaging"]),
    [
        .testTarget(
            name: "ForegroundStageTests",
            dependencies: ["ForegroundStage", "StageKit", "ParameterKit", "AnomalyDatasets", "Imaging"],
            swiftSettings: swiftSettings)
    ],
    stage("SamplingStage", ["StageKit", "ParameterKit", "AnomalyDatasets"]),
    stage(
        "GenerationStage",
        [
            "StageKit", "EngineLink", "MethodKit", "ParameterKit", "AnomalyAnnotation", "Archives", "AnomalyDatasets",
            "Generators", "Imaging", "PictureGate",
        ]),
    stage(
        "ExportStage",
        ["StageKit", "MethodKit", "ParameterKit", "ExportLayouts", "Archives", "AnomalyDatasets", "Imaging"]),
    stage(
        "FitStage", ["StageKit", "EngineLink", "MethodKit", "ParameterKit", "AnomalyDatasets", "DetectorEvaluation"]),
    stage(
        "DetectionStage",
        [
            "StageKit", "EngineLink", "ParameterKit", "AnomalyDatasets", "DetectorEvaluation", "EvaluationMetrics",
            "Imaging", "NumpyFiles", algorithms,
        ]),
    stage(
        "AssessmentStage",
        [
            "StageKit", "EngineLink", "ParameterKit", "AnomalyAnnotation", "AnomalyDatasets", "EvaluationMetrics",
            "Imaging",
            "NumpyFiles", "Reporting", algorithms,
        ]),
    [
        .testTarget(
            name: "AssessmentStageTests",
            dependencies: [
                "AssessmentStage", "StageSupport", "StageKit", "EngineLink", "AnomalyDatasets", "NumpyFiles",
                "Reporting",
                "Imaging",
            ], swiftSettings: swiftSettings)
    ],
    stage(
        "ReportStage",
        [
            "StageKit", "ParameterKit", "AnomalyDatasets", "DetectorEvaluation", "EvaluationMetrics", "Imaging",
            "Reporting", "PictureGate",
        ]),
    [
        .testTarget(
            name: "DatasetStageTests",
            dependencies: [
                "IngestStage", "SamplingStage", "ExportStage", "ExportLayouts", "StageKit", "ParameterKit", "Archives",
                "AnomalyDatasets", "Imaging",
            ],
            swiftSettings: swiftSettings)
    ],
    // Level 7: from a manifest to its jobs, and the programs
    stage(
        "RunGraph",
        [
            "StageKit", "EngineLink", "ParameterKit", "MethodKit", "Generators", "ManifestSections", "AnomalyDatasets",
            "Forecasting", "Imaging", "FileSigns", "DetectorEvaluation", "Reporting", "PictureGate", "IngestStage",
            "ForegroundStage",
            "SamplingStage",
            "GenerationStage",
            "ExportStage", "FitStage", "DetectionStage", "AssessmentStage", "ReportStage",
        ]),
    [
        .testTarget(
            name: "RunGraphTests",
            dependencies: [
                "RunGraph", "StageKit", "EngineLink", "ParameterKit", "MethodKit", "ManifestSections", "Generators",
                "Detectors", "ExportLayouts", "AnomalyDatasets", "Imaging",
            ],
            swiftSettings: swiftSettings)
    ],
    [
        .executableTarget(
            name: "flawsmith",
            dependencies: [
                "StageKit", "ParameterKit", "MethodKit", "ManifestKit", "ManifestSections", "Generators", "Forecasting",
                "EngineLink", "AnomalyAnnotation", "AnomalyDatasets", "Archives", "Imaging", "NumpyFiles",
                "ExportLayouts",
                "StarterData", "FileSigns", "ModelHub",
                "EvaluationMetrics", "DetectorEvaluation", "Reporting", "PictureGate", "RunGraph", "IngestStage",
                "ForegroundStage",
                "GenerationStage", "ExportStage", "DetectionStage", "ReportStage", argumentParser,
            ],
            path: "Pipelines/flawsmith", exclude: ["README.md", "ON-A-CLUSTER.md"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "flawsmith-engine",
            dependencies: [
                "CLinux", "EngineLink", "TensorCore", "NeuralNet", "ClipModels", "DiffusionModels", "AnomalyGeneration",
                "AnomalyDetection", "AnomalyAnnotation", "Generators", "Detectors", "FeatureTrunks", "PictureQuality",
                "StarterTraining", "StarterWorld", "Imaging", "NumpyFiles", argumentParser,
            ],
            path: "Pipelines/flawsmith-engine", exclude: ["README.md"], swiftSettings: swiftSettings),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "flawsmith-engine", "EngineLink", "ParameterKit", "MethodKit", "Generators", "Detectors", "TensorCore",
                "NeuralNet", "NumpyFiles", "Imaging", "GoldenSupport",
            ],
            swiftSettings: swiftSettings),
        // The real programs, run as a user runs them.
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "flawsmith", "flawsmith-engine", "TortureSupport", "HubServer", "StageKit", "ParameterKit",
                "EngineLink",
                "Imaging", "Archives", "AnomalyDatasets",
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
        .package(url: "https://github.com/apple/swift-algorithms", exact: "1.2.1"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    ],
    targets: targets.flatMap { $0 },
    cxxLanguageStandard: .cxx20
)
