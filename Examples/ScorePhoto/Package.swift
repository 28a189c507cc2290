// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "ScorePhoto",
    dependencies: [
        // Elsewhere: .package(url: "URL of Mien's repository", branch: "main")
        .package(name: "mien", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "ScorePhoto", dependencies: [.product(name: "Mien", package: "mien")])
    ]
)
