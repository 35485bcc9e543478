// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "bench",
    dependencies: [
        .package(name: "selvedge", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // The peer: liblmdb called from C, with nothing of ours in between.
        .target(name: "CPeer", linkerSettings: [.linkedLibrary("lmdb")]),
        // Counts every allocation of the program it is linked into.
        .target(name: "CAllocations"),
        // What people do, as observations.
        .target(
            name: "Traffic", dependencies: [.product(name: "BenchFacade", package: "selvedge")],
            swiftSettings: settings),
        .executableTarget(
            name: "ratios",
            dependencies: ["CPeer", "CAllocations", "Traffic", .product(name: "BenchFacade", package: "selvedge")],
            swiftSettings: settings),
        .executableTarget(
            name: "Micro",
            dependencies: [
                "Traffic",
                .product(name: "BenchFacade", package: "selvedge"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro", swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
