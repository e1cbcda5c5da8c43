// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Measures the package beside it, its internal parts as well: build it with
// `swift build -c release -Xswiftc -enable-testing`, or run `make bench`.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "SecAgg", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        .product(name: "SecAgg", package: "SecAgg"),
        .product(name: "SecAggWire", package: "SecAgg"),
        .product(name: "FLMath", package: "SecAgg"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings
    ),
    // For Scripts/compare-robust-rules.py: `make bench-robust`.
    .executableTarget(
      name: "robust-rules",
      dependencies: [.product(name: "FLMath", package: "SecAgg")],
      swiftSettings: settings
    ),
  ]
)
