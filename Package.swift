// swift-tools-version: 6.1
import PackageDescription

// libtorch, oneDNN, OpenCV and FFmpeg are found through pkg-config files that `scripts/setup` writes to
// .deps/pkgconfig; `make` passes that folder and the run path to the build. Packages that depend on
// Mien pass the same: see docs/library.md.
let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// - Parameter isSeenInside: whether its tests look inside it, in release builds too. Such a target
///   is in no library product: packages that depend on Mien may not take flags of this kind.
func swiftTarget(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [],
    isSeenInside: Bool = false
) -> Target {
    let flags: [SwiftSetting] = [
        .unsafeFlags(["-enable-testing"], .when(configuration: .release))
    ]
    return .target(
        name: name, dependencies: dependencies, resources: resources,
        swiftSettings: swiftSettings + (isSeenInside ? flags : []))
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [.copy("Golden")]
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

let package = Package(
    name: "mien",
    products: [
        .executable(name: "mien", targets: ["MienCLI"]),
        // Started by `mien serve`: only who serves pays for its libraries.
        .executable(name: "mien-server", targets: ["ServerProgram"]),
        // Loaded by the executable at their first use.
        .library(name: "mien-torch", type: .dynamic, targets: ["TorchEngine"]),
        .library(name: "mien-nccl", type: .dynamic, targets: ["NcclEngine"]),
        .library(name: "mien-scoring", type: .dynamic, targets: ["ScoringEngine"]),
        .library(name: "mien-vision", type: .dynamic, targets: ["VisionEngine"]),
        .library(name: "mien-media", type: .dynamic, targets: ["MediaEngine"]),
        .library(name: "mien-video", type: .dynamic, targets: ["VideoEngine"]),
        .library(name: "mien-camera", type: .dynamic, targets: ["CameraEngine"]),
        .library(name: "mien-classical", type: .dynamic, targets: ["ClassicalEngine"]),
        // Other packages link the engines: scoring, and apart what brings libtorch or cameras.
        .library(
            name: "Mien",
            targets: [
                "Mien", "Networks", "Inference", "Evaluation", "Imaging", "Torch", "ScoringEngine",
                "VisionEngine", "MediaEngine", "VideoEngine", "ClassicalEngine",
            ]),
        .library(name: "MienTraining", targets: ["TorchEngine"]),
        .library(name: "MienCamera", targets: ["CameraEngine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        // For the service alone: see docs/install.md.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        // For the recipes of `mien sweep` alone.
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibtorch", pkgConfig: "mien-libtorch"),
        .systemLibrary(name: "CNccl", pkgConfig: "mien-nccl"),
        .systemLibrary(name: "COneDNN", pkgConfig: "mien-onednn"),
        .systemLibrary(name: "COpenCV", pkgConfig: "mien-opencv"),
        .systemLibrary(name: "COpenCVCamera", pkgConfig: "mien-opencv-camera"),
        .systemLibrary(name: "CMachineLearning", pkgConfig: "mien-classical"),
        // For tests alone: the pictures' peer.
        .systemLibrary(
            name: "COpenCVCodecs", path: "Tests/COpenCVCodecs", pkgConfig: "mien-opencv-codecs"),
        .systemLibrary(name: "CFFmpeg", pkgConfig: "mien-ffmpeg"),
        .systemLibrary(name: "CPng", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(
            name: "CJpeg", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(
            name: "CTiff", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(
            name: "CWebp", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CEngine"),
        .target(name: "CTorch", dependencies: ["CEngine"]),
        .target(name: "CScoring", dependencies: ["CEngine"]),
        .target(name: "CVision", dependencies: ["CEngine"]),
        .target(name: "CClassical", dependencies: ["CEngine"]),
        // Its folder gloo/ stands for headers that libtorch's wheel leaves out.
        .target(
            name: "TorchEngine", dependencies: ["CTorch", "CLibtorch"],
            cxxSettings: [.headerSearchPath(".")]),
        // Empty where libtorch is the build for processors.
        .target(
            name: "NcclEngine", dependencies: ["CLibtorch", "CNccl"],
            cxxSettings: [.headerSearchPath("../TorchEngine")]),
        .target(name: "ScoringEngine", dependencies: ["CScoring", "COneDNN"]),
        .target(name: "ImageCodec", dependencies: ["CVision", "CPng", "CJpeg"]),
        .target(name: "VisionEngine", dependencies: ["CVision", "COpenCV"]),
        .target(
            name: "MediaEngine", dependencies: ["CVision", "ImageCodec", "CTiff", "CWebp"],
            cxxSettings: [.headerSearchPath("../ImageCodec")]),
        .target(name: "VideoEngine", dependencies: ["CVision", "CFFmpeg"]),
        .target(
            name: "CameraEngine", dependencies: ["CVision", "COpenCVCamera"],
            cxxSettings: [.headerSearchPath("../VisionEngine")]),
        .target(name: "ClassicalEngine", dependencies: ["CClassical", "CMachineLearning"]),
        swiftTarget("Common", []),
        swiftTarget("Networks", []),
        swiftTarget("Torch", ["Common", "Networks", "CTorch", "CEngine"]),
        swiftTarget("Inference", ["Common", "Networks", "CScoring", "CEngine"]),
        swiftTarget("Imaging", ["Common", "Networks", "Inference", "CVision", "ImageCodec"]),
        swiftTarget("Evaluation", []),
        swiftTarget(
            "Mien",
            [
                "Common", "Networks", "Torch", "Inference", "Imaging", "Evaluation", "CClassical",
                "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        swiftTarget(
            "Participants", ["Mien", "Evaluation", "Imaging", "Common"], isSeenInside: true),
        swiftTarget(
            "Sweeps",
            [
                "Mien", "Evaluation", "Torch", .product(name: "Yams", package: "Yams"),
            ]),
        swiftTarget(
            "MienServer",
            [
                "Mien", "Imaging", "Evaluation", "Torch", "Inference", "Networks", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            // The page and the description of the interface, as bytes of the program.
            resources: [.embedInCode("Assets")], isSeenInside: true),
        swiftTarget(
            "ServeOptions", [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .executableTarget(
            name: "ServerProgram",
            dependencies: [
                "MienServer", "ServeOptions", "Mien", "Torch", "Inference", "Imaging",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "MienCLI",
            dependencies: [
                "Mien", "ServeOptions", "Participants", "Sweeps", "Networks", "Torch", "Inference",
                "Imaging", "Evaluation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .target(
            name: "ProgramSupport", dependencies: ["Mien", "Imaging", "TestSupport"],
            path: "Tests/ProgramSupport", swiftSettings: swiftSettings),
        .target(
            name: "BenchmarkJobs", dependencies: ["Mien", "Torch", "Imaging", "Evaluation"],
            path: "Benchmarks/jobs", swiftSettings: swiftSettings),
        .target(name: "CGuard", path: "Benchmarks/guard/CGuard"),
        .executableTarget(
            name: "InstructionGuard",
            dependencies: [
                "BenchmarkJobs", "CGuard", "MienServer", "Mien", "Imaging", "Inference",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Benchmarks/guard/InstructionGuard", swiftSettings: swiftSettings),
        tests("NetworksTests", ["Networks"]),
        // Pixels for scripts/differential.
        .executableTarget(
            name: "DecodeCheck", dependencies: ["Imaging"], path: "Tests/DecodeCheck",
            swiftSettings: swiftSettings),
        .target(
            name: "CodecPeer", dependencies: ["CVision", "COpenCVCodecs"], path: "Tests/CodecPeer",
            cxxSettings: [.headerSearchPath("../../Sources/VisionEngine")]),
        tests("TorchTests", ["Torch", "TorchEngine", "TestSupport"]),
        tests(
            "InferenceTests", ["Common", "Inference", "Networks", "ScoringEngine"], resources: []),
        tests(
            "ImagingTests",
            [
                "Imaging", "Inference", "Common", "Networks", "CVision", "ScoringEngine",
                "VisionEngine",
                "MediaEngine", "VideoEngine", "CameraEngine", "CodecPeer",
            ]),
        tests("EvaluationTests", ["Evaluation"]),
        tests(
            "ParticipantsTests",
            [
                "Participants", "Mien", "Imaging", "Evaluation", "ClassicalEngine", "VideoEngine",
                "VisionEngine", "TestSupport",
            ]),
        tests("SweepsTests", ["Sweeps", "Mien", "ProgramSupport"], resources: []),
        tests(
            "MienTests",
            [
                "Mien", "Torch", "Inference", "Imaging", "Evaluation", "TorchEngine",
                "ScoringEngine", "VisionEngine", "MediaEngine", "VideoEngine", "CameraEngine",
                "ClassicalEngine", "TestSupport", "ProgramSupport",
            ]),
        tests(
            "MienCLITests",
            [
                "MienCLI", "ProgramSupport", "TestSupport", "Mien", "Torch", "Inference",
                "TorchEngine", "ScoringEngine",
                "VisionEngine",
                "MediaEngine", "VideoEngine", "CameraEngine", "ClassicalEngine",
            ], resources: []),
        tests(
            "MienServerTests",
            [
                "MienServer", "ServerProgram", "MienCLI", "ProgramSupport", "Mien", "Imaging",
                "TorchEngine", "ScoringEngine", "VisionEngine", "MediaEngine", "VideoEngine",
                "CameraEngine", "ClassicalEngine",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // One file for each kind of input that once went wrong.
        .testTarget(
            name: "Regressions",
            dependencies: [
                "MienCLI", "Mien", "Torch", "Imaging", "Evaluation", "TorchEngine",
                "ScoringEngine", "VisionEngine", "MediaEngine", "VideoEngine", "CameraEngine",
                "ClassicalEngine", "ImageCodec", "CVision", "ProgramSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ], path: "Tests/Regressions", resources: [.copy("Golden")],
            swiftSettings: swiftSettings),
    ],
    cxxLanguageStandard: .cxx20
)

// Only `make bench-micro` needs the library that it is built on.
if Context.environment["MIEN_MICRO"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/google/swift-benchmark", exact: "0.1.2"))
    package.targets.append(
        .executableTarget(
            name: "MienMicro",
            dependencies: [
                "BenchmarkJobs", .product(name: "Benchmark", package: "swift-benchmark"),
            ], path: "Benchmarks/micro", swiftSettings: swiftSettings))
}

// Only `make docs` needs the plug-in that builds the API reference.
if Context.environment["MIEN_DOCS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"))
}
