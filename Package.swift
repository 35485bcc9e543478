// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of ours: what the house style asks of the compiler.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
]

let package = Package(
    name: "selvedge",
    products: [
        .executable(name: "selvedge", targets: ["selvedge"]),
        .executable(name: "simulate", targets: ["simulate"]),
        .library(name: "SelvedgeEngine", targets: ["Engine", "GraphStore", "Stitching", "Identity", "LMDB"]),
        .library(name: "BenchFacade", targets: ["BenchFacade"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C libraries, from the system (tools/bootstrap installs them).
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .target(name: "CPhoneNumber", linkerSettings: [.linkedLibrary("phonenumber")]),

        // Vocabulary.
        .target(name: "LMDB", dependencies: ["CLMDB", "CXXHash"], swiftSettings: settings),
        .target(
            name: "Identity",
            dependencies: [
                "COpenSSL", "CIDN2", "CPhoneNumber", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),

        // Meaning.
        .target(name: "Stitching", dependencies: ["Identity"], swiftSettings: settings),
        .target(
            name: "GraphStore", dependencies: ["LMDB", "Identity", "Stitching"], swiftSettings: settings),

        // Use cases.
        .target(
            name: "Engine", dependencies: ["GraphStore", "Stitching", "Identity", "LMDB"],
            swiftSettings: settings),

        // What bench/ measures; public, as bench/ is a package of its own.
        .target(
            name: "BenchFacade", dependencies: ["Engine", "GraphStore", "Stitching", "Identity", "LMDB"],
            swiftSettings: settings),

        // Programs.
        .executableTarget(
            name: "selvedge",
            dependencies: [
                "Engine", "GraphStore", "Stitching", "Identity", "LMDB",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "simulate",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "tools/simulator",
            swiftSettings: settings),

        // Tests mirror Sources.
        .target(
            name: "TestSupport", dependencies: ["Engine", "GraphStore", "Stitching", "Identity", "LMDB"],
            path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: settings),
        .testTarget(name: "IdentityTests", dependencies: ["Identity"], swiftSettings: settings),
        .testTarget(name: "StitchingTests", dependencies: ["Stitching", "Identity"], swiftSettings: settings),
        .testTarget(
            name: "GraphStoreTests", dependencies: ["GraphStore", "Stitching", "Identity", "LMDB", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "GraphStore", "Stitching", "Identity", "LMDB", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests", dependencies: ["selvedge", "simulate", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "RepositoryTests", swiftSettings: settings),
    ],
    cxxLanguageStandard: .cxx17
)
