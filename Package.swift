// swift-tools-version: 6.3
import PackageDescription

/// For the tests of the C interface, which hand it pointers that are wrong on purpose.
let strictButForMemory: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Every target of ours is built with the same strictness, so that a warning is never somebody
/// else's problem.
let strict: [SwiftSetting] = strictButForMemory + [.strictMemorySafety()]

let package = Package(
  name: "SecAgg",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SecAgg", targets: ["SecAgg"]),
    .library(name: "SecAggWire", targets: ["SecAggWire"]),
    .library(name: "FLMath", targets: ["FLMath"]),
    .library(name: "FLRecords", targets: ["FLRecords"]),
    .library(name: "secagg", type: .dynamic, targets: ["SecAggC"]),
    .executable(name: "secagg-demo", targets: ["secagg-demo"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CSodium",
      pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]
    ),
    .target(name: "CMaskKernels"),
    .target(name: "CVectorKernels"),
    .target(
      name: "FLMath",
      dependencies: [
        "CVectorKernels", .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux, .android]))]
    ),
    .target(
      name: "SecAgg",
      dependencies: ["CMaskKernels", "CSodium", "FLMath"],
      swiftSettings: strict
    ),
    .target(
      name: "SecAggWire",
      dependencies: [
        "SecAgg", "FLMath", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: strict
    ),
    .target(name: "CSecAggABI"),
    .target(
      name: "SecAggC",
      dependencies: ["CSecAggABI", "SecAgg", "SecAggWire", "FLMath"],
      swiftSettings: strict
    ),
    .target(
      name: "FLRecords",
      dependencies: ["FLMath", "SecAgg"],
      swiftSettings: strict
    ),
    .target(name: "FLReport", swiftSettings: strict),
    .target(
      name: "SimulatedSessions",
      dependencies: ["SecAgg", "SecAggWire", "FLMath"],
      swiftSettings: strict
    ),
    .target(
      name: "Experiments",
      dependencies: [
        "FLReport", "SimulatedSessions", "SecAgg", "SecAggWire", "FLMath", "FLRecords",
      ],
      resources: [.copy("Resources")],
      swiftSettings: strict
    ),
    // A server or a client in a process of its own, for `make interop` and `secagg-demo aggregate`.
    .executableTarget(
      name: "secagg-role",
      dependencies: ["SimulatedSessions", "SecAgg", "SecAggWire"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "secagg-demo",
      dependencies: [
        // The demo runs this program, so it is built beside the demo.
        "secagg-role", "Experiments", "FLReport", "SimulatedSessions", "SecAgg", "FLMath",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CMaskKernelsTests", dependencies: ["CMaskKernels", "CSodium"], swiftSettings: strict),
    .testTarget(name: "DemoTests", dependencies: ["secagg-demo"], swiftSettings: strict),
    .testTarget(
      name: "FLMathTests",
      dependencies: ["FLMath"],
      exclude: ["Algorithms/Reference", "Robustness/Reference"],
      resources: [.copy("Privacy/Reference")],
      swiftSettings: strict
    ),
    .testTarget(
      name: "FLRecordsTests",
      dependencies: ["FLRecords", "FLMath", "SecAgg"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "SecAggCTests",
      dependencies: ["CSecAggABI", "SecAggC", "SecAgg", "SecAggWire", "FLMath"],
      swiftSettings: strictButForMemory
    ),
    .testTarget(
      name: "SecAggTests",
      dependencies: ["CSodium", "SecAgg", "SecAggWire", "FLMath", "FLRecords"],
      swiftSettings: strict
    ),
  ]
)
