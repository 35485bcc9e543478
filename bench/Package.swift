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
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
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
        // The load of the service: frames over sockets, from one thread, and the programs that are measured.
        .target(name: "CLoad"),
        .executableTarget(
            name: "service",
            dependencies: [
                "CLoad",
                .product(name: "BenchFacade", package: "selvedge"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings),
        // An empty echo over gRPC, and the client that calls it and the service alike.
        .executableTarget(
            name: "grpc",
            dependencies: [
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "ratios",
            dependencies: ["CPeer", "CAllocations", "Traffic", .product(name: "BenchFacade", package: "selvedge")],
            swiftSettings: settings),
        // Fence, erasure, scrub and sealed reads on a store of a million identifiers, while others resolve.
        .executableTarget(
            name: "erasure", dependencies: ["Traffic", .product(name: "BenchFacade", package: "selvedge")],
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
