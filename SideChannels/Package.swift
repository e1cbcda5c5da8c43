// swift-tools-version: 6.2
import PackageDescription

/// The check of `make ct-check`: the client's code under valgrind, its secrets marked undefined.
///
/// A package of its own, so that nobody who builds SecAgg builds it or needs valgrind.
let package = Package(
  name: "SideChannels",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "SecAgg", path: "..")],
  targets: [
    .target(name: "CMemcheck"),
    .executableTarget(
      name: "side-channels",
      dependencies: [
        "CMemcheck",
        .product(name: "SecAgg", package: "SecAgg"),
        .product(name: "FLMath", package: "SecAgg"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]
    ),
  ]
)
